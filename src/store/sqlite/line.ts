/** The main thread's end of a database thread: questions go out, answers come back; a thread that dies or hangs is replaced. */
import type { Worker } from 'node:worker_threads'
import type { Cancel, Clock } from '../../domain/clock.ts'
import { DomainError } from '../../domain/errors.ts'
import { DuplicateKey } from '../sql/unit.ts'
import type { Fault, FromThread, Reply } from './messages.ts'

type Operation = (argument: never) => unknown

export type Line<Operations extends { readonly [name in keyof Operations]: Operation }> = {
  readonly ask: <Name extends keyof Operations & string>(
    operation: Name,
    argument: Parameters<Operations[Name]>[0],
  ) => Promise<ReturnType<Operations[Name]>>
  /** Answers what is under way, then ends the thread. */
  readonly close: () => Promise<void>
}

export type LineSetting = {
  readonly start: () => Worker
  readonly clock: Clock
  readonly onFault: (error: Error) => void
  /** A question that takes longer is refused and its thread replaced; null: never. */
  readonly longestMs: number | null
}

type Pending = {
  readonly number: number
  readonly operation: string
  readonly argument: unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * A thread inside a long SQLite step cannot be stopped, only left to itself; it dies when the step is done. So many may be
 * left at once; beyond that the next question waits.
 */
const MOST_ABANDONED = 3

/** Resolves when the thread stands; rejects with its reason when it cannot. */
export const openLine = async <Operations extends { readonly [name in keyof Operations]: Operation }>(
  setting: LineSetting,
): Promise<Line<Operations>> => {
  // In the order of asking, which is the order of answering: the first entry is the one under way.
  const pending = new Map<number, Pending>()
  let lastNumber = 0
  let closed = false
  let abandoned = 0
  let worker: Worker | null = null
  let firstSince = 0
  let cancelWatch: Cancel = () => {}

  const present = (): Worker => {
    worker ??= begin()
    return worker
  }

  const begin = (): Worker => {
    const thread = setting.start()
    thread.on('message', (message: FromThread) => {
      if ('trouble' in message) setting.onFault(new Error(message.trouble))
      else if (thread === worker && 'replies' in message) message.replies.forEach(settle)
    })
    thread.on('error', (error) => setting.onFault(error instanceof Error ? error : new Error(String(error))))
    thread.on('exit', () => {
      if (thread !== worker) return
      worker = null
      refuseAll('The database thread ended; what was under way may or may not have happened.')
    })
    return thread
  }

  const settle = (reply: Reply): void => {
    const question = pending.get(reply.number)
    pending.delete(reply.number)
    firstSince = setting.clock.monotonic()
    if (reply.ok) question?.resolve(reply.value)
    else question?.reject(errorOf(reply.fault))
  }

  const refuseAll = (message: string): void => {
    const questions = [...pending.values()]
    pending.clear()
    for (const question of questions) question.reject(new DomainError('unavailable', message))
  }

  const watch = (longestMs: number): void => {
    cancelWatch()
    const left = firstSince + longestMs - setting.clock.monotonic()
    cancelWatch = setting.clock.after(left, () => {
      if (pending.size === 0) return
      if (setting.clock.monotonic() - firstSince >= longestMs) abandon()
      watch(longestMs)
    })
  }

  const abandon = (): void => {
    firstSince = setting.clock.monotonic()
    if (abandoned >= MOST_ABANDONED || worker === null) return
    abandoned += 1
    const hanging = worker
    hanging.once('exit', () => {
      abandoned -= 1
    })
    worker = null
    void hanging.terminate()

    const [first, ...others] = [...pending.values()]
    if (first === undefined) return
    pending.delete(first.number)
    first.reject(new DomainError('unavailable', 'The query took too long: ask for less, or for a shorter range.'))
    for (const { number, operation, argument } of others) present().postMessage({ number, operation, argument })
  }

  const post = (operation: string, argument: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      lastNumber += 1
      const question = { number: lastNumber, operation, argument, resolve, reject }
      if (pending.size === 0) {
        firstSince = setting.clock.monotonic()
        if (setting.longestMs !== null) watch(setting.longestMs)
      }
      pending.set(lastNumber, question)
      present().postMessage({ number: lastNumber, operation, argument })
    })

  await standing(present())

  return {
    ask: (operation, argument) =>
      closed
        ? Promise.reject(new DomainError('unavailable', 'The store is closed.'))
        : (post(operation, argument) as Promise<never>),
    close: async () => {
      if (closed) return
      closed = true
      const ended = worker === null ? null : new Promise((resolve) => worker?.once('exit', resolve))
      if (ended !== null) await post('close', null)
      cancelWatch()
      await ended
    },
  }
}

/** Waits for the first word of a thread. */
const standing = (thread: Worker): Promise<void> =>
  new Promise((resolve, reject) => {
    thread.on('message', function first(message: FromThread) {
      if (!('ready' in message)) return
      thread.off('message', first)
      if (message.ready) resolve()
      else reject(new Error(message.message))
    })
    thread.once('error', reject)
    thread.once('exit', () => reject(new Error('The database thread ended before it stood.')))
  })

const errorOf = (fault: Fault): Error => {
  const cause = new Error(fault.message)
  cause.stack = fault.stack
  switch (fault.kind) {
    case 'away':
      return new DomainError('unavailable', 'The database is away or full for the moment; nothing was changed.', {
        cause,
      })
    case 'duplicate':
      return new DuplicateKey(fault.message, { cause })
    case 'bug':
      return new Error(`The database refused a statement: ${fault.message}`, { cause })
  }
}
