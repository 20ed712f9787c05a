/** The writer's thread: the only connection that changes the database, and the group commit. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { failed } from './faults.ts'
import { keepLogShort } from './log-keeper.ts'
import type { FromThread, Request } from './messages.ts'
import { openAgain, openFirst } from './open-for-writing.ts'
import { schedulerLock } from './scheduler-lock.ts'
import { startThread } from './thread.ts'
import { keepConnection, type WriterConnection } from './writer-connection.ts'

export type WriterData = { readonly path: string; readonly now: number }

/** Bounds how long the first of a group waits for the last. */
const MOST_IN_A_GROUP = 256

const port = parentPort
if (port === null) throw new Error('The writer runs in a thread of its own.')

const { path, now } = workerData as WriterData

const lock = schedulerLock(path)

const say = (message: FromThread): void => port.postMessage(message)
const textOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))
const onTrouble = (error: unknown): void => say({ trouble: textOf(error) })

const serve = (connection: WriterConnection): void => {
  let held: Request[] = []

  const runAll = (requests: readonly Request[]): void => {
    const closing = requests.find(({ operation }) => operation === 'close')
    const replies = connection.run(requests.filter((request) => request !== closing))
    if (replies.length > 0) say({ replies })
    if (closing === undefined) log.look()
    else void log.end().then(() => closeNow(connection, closing.number))
  }

  const log = keepLogShort({
    connection,
    startCopier: () => startThread('checkpointer', { path }),
    onTrouble,
    onFree: () => {
      const waiting = held
      held = []
      if (waiting.length > 0) runAll(waiting)
    },
  })

  port.on('message', (first: Request) => {
    const group = [first]
    while (group.length < MOST_IN_A_GROUP) {
      const next = receiveMessageOnPort(port) as { message: Request } | undefined
      if (next === undefined) break
      group.push(next.message)
    }
    if (log.isFull()) held.push(...group)
    else runAll(group)
  })
}

const closeNow = (connection: WriterConnection, number: number): void => {
  try {
    lock.free()
    connection.close()
    say({ replies: [{ number, ok: true, value: null }] })
  } catch (error) {
    say({ replies: [failed(number, error)] })
  }
  port.close()
}

try {
  const first = openFirst(path, lock, now)
  serve(keepConnection({ first, reopen: () => openAgain(path, lock), onTrouble }))
  say({ ready: true })
} catch (error) {
  say({ ready: false, message: error instanceof Error ? error.message : String(error) })
  port.close()
}
