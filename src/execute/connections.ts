/** The connections of a lane, and the line of calls that wait for one of them. */
import { Client } from 'undici'
import type { Connector } from './connect.ts'

/** Header sections larger than this end the attempt. */
const MOST_HEADER_BYTES = 16 * 1024
// More than 64 connections to one origin cost throughput (73k/s at 50, 54k/s at 200).
export const CONNECTIONS_PER_ORIGIN = 64
// Below the 2 s after which common servers close an idle connection, so that a request rarely meets a closing one.
const IDLE_SOCKET_MS = 1500
const LONGEST_HINTED_IDLE_MS = 4000

/** A call on its way: gets a connection of its own, at once or when one is free. */
export type Caller = {
  readonly go: (client: Client) => void
  /** It ended while it waited: it wants no connection any more. */
  readonly isOver: () => boolean
}

/**
 * Each call has one client (a connection, made when it is needed) to itself from `enter` to `leave`. undici's own pool does
 * the same for a quarter more processor time: it scans for a free client and wraps each waiting request in an async context.
 */
export type Connections = {
  readonly enter: (caller: Caller) => void
  /** For a client that a call was given; `sound` is false when its connection was not made. */
  readonly leave: (client: Client, sound: boolean) => void
  readonly isDestroyed: () => boolean
  readonly destroy: () => Promise<void>
}

export const createConnections = (origin: string, connect: Connector['connect']): Connections => {
  const clients: Client[] = []
  // The one used last is used next, so that few connections serve a slow pace and the others may close.
  const free: Client[] = []
  let waiting: Caller[] = []
  let firstWaiting = 0
  let destroyed = false

  const openClient = (): Client => {
    const client = new Client(origin, {
      connect,
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: MOST_HEADER_BYTES,
      keepAliveTimeout: IDLE_SOCKET_MS,
      keepAliveMaxTimeout: LONGEST_HINTED_IDLE_MS,
      // The deadline of the attempt bounds them.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    clients.push(client)
    return client
  }

  const nextWaiting = (): Caller | undefined => {
    while (firstWaiting < waiting.length) {
      const caller = waiting[firstWaiting++]
      if (firstWaiting === waiting.length || firstWaiting === LONGEST_EMPTY_HEAD) {
        waiting = waiting.slice(firstWaiting)
        firstWaiting = 0
      }
      if (caller !== undefined && !caller.isOver()) return caller
    }
    return undefined
  }

  const giveBack = (client: Client, sound: boolean): void => {
    if (sound) free.push(client)
    else free.unshift(client)
  }

  return {
    enter: (caller) => {
      const client = free.pop() ?? (clients.length < CONNECTIONS_PER_ORIGIN ? openClient() : undefined)
      if (client === undefined) waiting.push(caller)
      else caller.go(client)
    },
    leave: (client, sound) => {
      const next = nextWaiting()
      if (next === undefined) giveBack(client, sound)
      // Not at once: undici is still at work on the answer that ended, and calls that end at once would pile up here.
      else queueMicrotask(() => handOver(client, next))
    },
    isDestroyed: () => destroyed,
    destroy: async () => {
      destroyed = true
      await Promise.all(clients.map((client) => client.destroy()))
    },
  }

  function handOver(client: Client, caller: Caller): void {
    const next = caller.isOver() ? nextWaiting() : caller
    if (next === undefined) giveBack(client, true)
    else next.go(client)
  }
}

const LONGEST_EMPTY_HEAD = 1024
