/** The writer's thread: the only connection that changes the database, and the group commit. */
import { parentPort, receiveMessageOnPort, type Worker, workerData } from 'node:worker_threads'
import type { Copied } from './checkpointer.ts'
import { failed } from './faults.ts'
import type { FromThread, Request } from './messages.ts'
import { openAgain, openFirst } from './open-for-writing.ts'
import { schedulerLock } from './scheduler-lock.ts'
import { startThread } from './thread.ts'
import { keepConnection, type WriterConnection } from './writer-connection.ts'

export type WriterData = { readonly path: string; readonly now: number }

/** Bounds how long the first of a group waits for the last. */
const MOST_IN_A_GROUP = 256

/** 16 MB of log: copying it takes some ten milliseconds, of another thread. */
const COPY_AFTER_FRAMES = 4000

const port = parentPort
if (port === null) throw new Error('The writer runs in a thread of its own.')

const { path, now } = workerData as WriterData

const lock = schedulerLock(path)

const say = (message: FromThread): void => port.postMessage(message)
const textOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))
const onTrouble = (error: unknown): void => say({ trouble: textOf(error) })

const serve = (connection: WriterConnection): void => {
  const checkpoints = keepLogShort(connection)

  port.on('message', (first: Request) => {
    const group = [first]
    while (group.length < MOST_IN_A_GROUP) {
      const next = receiveMessageOnPort(port) as { message: Request } | undefined
      if (next === undefined) break
      group.push(next.message)
    }
    const closing = group.find(({ operation }) => operation === 'close')
    const replies = connection.run(group.filter((request) => request !== closing))
    if (replies.length > 0) say({ replies })
    if (closing === undefined) checkpoints.look()
    else void checkpoints.end().then(() => closeNow(connection, closing.number))
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

type Checkpoints = { readonly look: () => void; readonly end: () => Promise<void> }

/**
 * The checkpointer copies most of the log while the writer goes on; the writer then copies the few frames that came
 * meanwhile, and with all of them copied the next write begins the log anew.
 */
const keepLogShort = (connection: WriterConnection): Checkpoints => {
  let checkpointer: Worker | null = null
  let copying = false

  const finish = (): void => {
    copying = false
    connection.checkpoint()
  }

  const begin = (): Worker => {
    const thread = startThread('checkpointer', { path })
    thread.on('message', ({ trouble }: Copied) => {
      if (trouble !== null) onTrouble(trouble)
      finish()
    })
    thread.on('error', onTrouble)
    thread.on('exit', () => {
      checkpointer = null
      if (copying) finish()
    })
    return thread
  }

  return {
    look: () => {
      if (copying) return
      const { frames, copied } = connection.log()
      if (frames - copied < COPY_AFTER_FRAMES) return
      copying = true
      checkpointer ??= begin()
      checkpointer.postMessage('copy')
    },
    end: () =>
      new Promise((ended) => {
        copying = false
        if (checkpointer === null) return ended()
        checkpointer.once('exit', () => ended())
        checkpointer.postMessage('close')
      }),
  }
}

try {
  const first = openFirst(path, lock, now)
  serve(keepConnection({ first, reopen: () => openAgain(path, lock), onTrouble }))
  say({ ready: true })
} catch (error) {
  say({ ready: false, message: error instanceof Error ? error.message : String(error) })
  port.close()
}
