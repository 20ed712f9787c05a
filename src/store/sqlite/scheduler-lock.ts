/**
 * Only one process may schedule on a file: an exclusive lock of the operating system on an empty database beside it. The
 * system frees it the moment its holder ends, also by kill -9, and no clock has a say in it.
 */
import { DatabaseSync } from 'node:sqlite'
import { isAway } from './connection.ts'
import { makePrivate, schedulerLockPath } from './files.ts'

export type SchedulerLock = {
  /** True when it is ours, also when it was before; answers at once. */
  readonly take: () => boolean
  readonly isHeld: () => boolean
  readonly free: () => void
}

export const schedulerLock = (databasePath: string): SchedulerLock => {
  const path = schedulerLockPath(databasePath)
  let held: DatabaseSync | null = null

  return {
    take: () => {
      if (held !== null) return true
      makePrivate(path)
      const db = new DatabaseSync(path, { timeout: 0 })
      try {
        // Nothing is ever written to it, so no journal need lie beside it.
        db.exec('pragma journal_mode = memory; begin exclusive')
      } catch (error) {
        db.close()
        if (isAway(error)) return false
        throw error
      }
      held = db
      return true
    },
    isHeld: () => held !== null,
    free: () => {
      held?.close()
      held = null
    },
  }
}
