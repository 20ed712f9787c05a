/** The writer's connection over its life: opened with care, distrusted after trouble with the disk, and opened again. */
import type { DatabaseSync } from 'node:sqlite'
import { distrustsConnection, openWritable } from './connection.ts'
import { away } from './faults.ts'
import { checkFile, prepareFile } from './files.ts'
import { runGroup } from './group-commit.ts'
import { checkDamage } from './integrity.ts'
import type { Reply, Request } from './messages.ts'
import { applyMigrations } from './migrate.ts'
import { type Operations, openOperations } from './operations.ts'
import { schedulerLock } from './scheduler-lock.ts'

export type WriterConnection = {
  /** Runs the requests as one group; never throws. */
  readonly run: (requests: readonly Request[]) => Reply[]
  /** Frames of the log, and how many of them rest in the database file already. */
  readonly log: () => { readonly frames: number; readonly copied: number }
  /** Copies what it can of the log into the database file. */
  readonly checkpoint: () => void
  readonly close: () => void
}

type Open = { readonly db: DatabaseSync; readonly operations: Operations }

export const openWriterConnection = (setting: {
  readonly path: string
  readonly now: number
  readonly onTrouble: (error: unknown) => void
}): WriterConnection => {
  const lock = schedulerLock(setting.path)

  const start = (): Open => {
    prepareFile(setting.path)
    const db = openWritable(setting.path)
    try {
      checkDamage(db)
      applyMigrations(db, setting.now)
      return { db, operations: openOperations(db, lock) }
    } catch (error) {
      db.close()
      throw error
    }
  }

  const restart = (): Open => {
    // Without the file there is nothing to go on with: a new one would be empty.
    if (checkFile(setting.path) === 'absent') throw new Error(`database: ${setting.path} is gone: restore it`)
    const db = openWritable(setting.path)
    return { db, operations: openOperations(db, lock) }
  }

  let current: Open | null = start()

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
      current ??= restart()
    } catch (error) {
      setting.onTrouble(error)
      return requests.map(({ number }) => away(number, error))
    }
    const { replies, cause } = runGroup(current.db, current.operations, requests)
    if (distrustsConnection(cause)) giveUp(cause)
    return replies
  }

  const checkpoint = (): void => {
    try {
      current?.db.exec('pragma wal_checkpoint(passive)')
    } catch (error) {
      if (distrustsConnection(error)) giveUp(error)
      else setting.onTrouble(error)
    }
  }

  const log = () => {
    const row = current?.db.prepare('pragma wal_checkpoint(noop)').get()
    return { frames: Number(row?.log ?? 0), copied: Number(row?.checkpointed ?? 0) }
  }

  const close = (): void => {
    lock.free()
    current?.db.exec('pragma optimize; pragma wal_checkpoint(truncate)')
    current?.db.close()
    current = null
  }

  return { run, log, checkpoint, close }
}
