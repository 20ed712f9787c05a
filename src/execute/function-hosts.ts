/** All processes for functions: so many at once, each used again by the same module of the same workspace, and in turn. */
import type { Clock } from '../domain/clock.ts'
import { type FunctionHost, startHost } from './function-host.ts'

const IDLE_MS = 60_000

export type HostWaiter = {
  readonly key: string
  /** It no longer wants one. */
  readonly isOver: () => boolean
  readonly go: (host: FunctionHost) => void
}

export type FunctionHosts = {
  /** `go` is called now or later, in the order of entering. */
  readonly enter: (waiter: HostWaiter) => void
  /** The call is over and nothing of it goes on: the next one may have it. All others are ended by their caller. */
  readonly giveBack: (host: FunctionHost) => void
  readonly close: () => Promise<void>
}

export const createHosts = ({
  clock,
  memoryMb,
  folder,
  atOnce,
}: {
  readonly clock: Clock
  readonly memoryMb: number
  readonly folder: string
  readonly atOnce: number
}): FunctionHosts => {
  /** Busy, idle, and those that were ended and are not gone yet: these hold memory too. */
  const hosts = new Set<FunctionHost>()
  /** Since when, by the monotonic clock; the longest idle first. */
  const idle = new Map<FunctionHost, number>()
  const queue: HostWaiter[] = []
  let sweeping = false
  let closed = false

  const open = (key: string): FunctionHost => {
    const host: FunctionHost = startHost({
      clock,
      memoryMb,
      folder,
      key,
      onGone: () => {
        hosts.delete(host)
        idle.delete(host)
        serve()
      },
    })
    hosts.add(host)
    return host
  }

  const forget = (host: FunctionHost): void => {
    idle.delete(host)
    // It does nothing and is gone in a moment: its place is free.
    hosts.delete(host)
    void host.end()
  }

  const hostFor = (key: string): FunctionHost | null => {
    const known = idle.keys().find((host) => host.key === key)
    if (known !== undefined) {
      idle.delete(known)
      return known
    }
    const [oldest] = idle.keys()
    if (hosts.size >= atOnce && oldest !== undefined) forget(oldest)
    return hosts.size < atOnce ? open(key) : null
  }

  const serve = (): void => {
    while (!closed) {
      const [first] = queue
      if (first === undefined) return
      const host = first.isOver() ? null : hostFor(first.key)
      if (host === null && !first.isOver()) return
      queue.shift()
      if (host !== null) first.go(host)
    }
  }

  const sweepLater = (): void => {
    if (sweeping || idle.size === 0) return
    sweeping = true
    clock.after(IDLE_MS, () => {
      sweeping = false
      const before = clock.monotonic() - IDLE_MS
      for (const [host, since] of [...idle]) if (since <= before) forget(host)
      sweepLater()
    })
  }

  return {
    enter: (waiter) => {
      queue.push(waiter)
      serve()
    },
    giveBack: (host) => {
      if (closed) return void host.end()
      idle.set(host, clock.monotonic())
      serve()
      sweepLater()
    },
    close: async () => {
      closed = true
      await Promise.all([...hosts].map((host) => host.end()))
    },
  }
}
