/** Keeps the write-ahead log short: another thread copies it into the database file, and the writer waits for it when it must. */
import type { EventEmitter } from 'node:events'
import type { Copied } from './checkpointer.ts'
import type { WriterConnection } from './writer-connection.ts'

/** 16 MB of log: copying it takes some ten milliseconds, of another thread. */
const COPY_AFTER_FRAMES = 4000

/** 24 MB: whoever writes faster than the disk can copy waits here for the end of the copy, and the log stays bounded. */
const FULL_AFTER_FRAMES = 6000

/** 64 MB: some reader was always there when the log could have begun anew. */
const LONG_AFTER_FRAMES = 16_000

type Copier = EventEmitter & { readonly postMessage: (order: 'copy' | 'close') => unknown }

export type LogSetting = {
  readonly connection: Pick<WriterConnection, 'log' | 'checkpoint'>
  readonly startCopier: () => Copier
  readonly onTrouble: (error: unknown) => void
  /** The log was full, and may be written to again. */
  readonly onFree: () => void
}

export type LogKeeper = {
  /** To be called after each group of writes. */
  readonly look: () => void
  /** Nothing may be written until `onFree`. */
  readonly isFull: () => boolean
  /** Waits for a copy under way, then ends the copying thread. */
  readonly end: () => Promise<void>
}

/**
 * The copier copies most of the log while the writer goes on; the writer then copies the few frames that came meanwhile,
 * and with all of them copied the next write begins the log anew.
 */
export const keepLogShort = ({ connection, startCopier, onTrouble, onFree }: LogSetting): LogKeeper => {
  let copier: Copier | null = null
  let copying = false
  let full = false
  /** What the last copy had to leave, since somebody still reads it: waiting for that would hold all writes up. */
  let left = 0

  const toCopy = (): number => {
    const { frames, copied } = connection.log()
    left = Math.min(left, frames - copied)
    return frames - copied - left
  }

  const finish = (): void => {
    copying = false
    connection.checkpoint(connection.log().frames >= LONG_AFTER_FRAMES)
    const { frames, copied } = connection.log()
    left = frames - copied
    if (!full) return
    full = false
    onFree()
  }

  const begin = (): Copier => {
    const thread = startCopier()
    thread.on('message', ({ trouble }: Copied) => {
      if (trouble !== null) onTrouble(trouble)
      if (copying) finish()
    })
    thread.on('error', onTrouble)
    thread.on('exit', () => {
      copier = null
      if (copying) finish()
    })
    return thread
  }

  return {
    look: () => {
      const frames = toCopy()
      if (copying) full = frames >= FULL_AFTER_FRAMES
      else if (frames >= COPY_AFTER_FRAMES) {
        copying = true
        full = frames >= FULL_AFTER_FRAMES
        copier ??= begin()
        copier.postMessage('copy')
      }
    },
    isFull: () => full,
    end: () =>
      new Promise((ended) => {
        copying = false
        if (copier === null) return ended()
        copier.once('exit', () => ended())
        copier.postMessage('close')
      }),
  }
}
