/** The writer's connection over its life: distrusted after trouble with the disk, and opened again before it is used. */
import type { DatabaseSync } from 'node:sqlite'
import { BUSY_TIMEOUT_MS, distrustsConnection } from './connection.ts'
import { away } from './faults.ts'
import { runGroup } from './group-commit.ts'
import type { Reply, Request } from './messages.ts'
import type { Operations } from './operations.ts'

/** Readers of our own are done within milliseconds; others must not hold all writes up. */
const READERS_WAITED_FOR_MS = 50

export type Open = { readonly db: DatabaseSync; readonly operations: Operations }

export type WriterConnection = {
  /** Runs the requests as one group; never throws. */
  readonly run: (requests: readonly Request[]) => Reply[]
  /** Frames of the log, and how many of them rest in the database file already. */
  readonly log: () => { readonly frames: number; readonly copied: number }
  /** Copies what it can of the log into the database file; `anew` waits a moment for readers, so that the log begins anew. */
  readonly checkpoint: (anew: boolean) => void
  readonly close: () => void
}

export const keepConnection = (setting: {
  readonly first: Open
  /** Opens the same file once more; throws while it cannot be. */
  readonly reopen: () => Open
  readonly onTrouble: (error: unknown) => void
}): WriterConnection => {
  let current: Open | null = setting.first

  // After an error of the disk nobody knows what of the last transaction is on it: reading the log anew settles that.
  const giveUp = (error: unknown): void => {
    setting.onTrouble(error)
    try {
      current?.db.close()
    } catch (cause) {
      setting.onTrouble(cause)
    }
    current = null
  }

  const run = (requests: readonly Request[]): Reply[] => {
    if (requests.length === 0) return []
    try {
      current ??= setting.reopen()
    } catch (error) {
      setting.onTrouble(error)
      return requests.map(({ number }) => away(number, error))
    }
    const { replies, cause } = runGroup(current.db, current.operations, requests)
    if (distrustsConnection(cause)) giveUp(cause)
    return replies
  }

  const checkpoint = (anew: boolean): void => {
    try {
      current?.db.exec(
        anew
          ? `pragma busy_timeout = ${READERS_WAITED_FOR_MS}; pragma wal_checkpoint(restart);
             pragma busy_timeout = ${BUSY_TIMEOUT_MS}`
          : 'pragma wal_checkpoint(passive)',
      )
    } catch (error) {
      if (distrustsConnection(error)) giveUp(error)
      else setting.onTrouble(error)
    }
  }

  const log = (): ReturnType<WriterConnection['log']> => {
    const row = current?.db.prepare('pragma wal_checkpoint(noop)').get()
    return { frames: Number(row?.log ?? 0), copied: Number(row?.checkpointed ?? 0) }
  }

  const close = (): void => {
    // No `pragma optimize`: gathered statistics grow stale and turn plans; the queries rest on none.
    current?.db.exec('pragma wal_checkpoint(truncate)')
    current?.db.close()
    current = null
  }

  return { run, log, checkpoint, close }
}
