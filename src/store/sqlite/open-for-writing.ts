/** Opens the file for the writer: the first time with every care, after trouble the same file once more. */
import { openWritable } from './connection.ts'
import { checkFile, prepareFile } from './files.ts'
import { checkDamage } from './integrity.ts'
import { applyMigrations } from './migrate.ts'
import { openOperations } from './operations.ts'
import type { SchedulerLock } from './scheduler-lock.ts'
import type { Open } from './writer-connection.ts'

export const openFirst = (path: string, lock: SchedulerLock, now: number): Open => {
  prepareFile(path)
  const db = openWritable(path)
  try {
    checkDamage(db)
    applyMigrations(db, now)
    return { db, operations: openOperations(db, lock) }
  } catch (error) {
    db.close()
    throw error
  }
}

export const openAgain = (path: string, lock: SchedulerLock): Open => {
  // A new file would be empty: better none than that.
  if (checkFile(path) === 'absent') throw new Error(`database: ${path} is gone: restore it`)
  const db = openWritable(path)
  try {
    return { db, operations: openOperations(db, lock) }
  } catch (error) {
    db.close()
    throw error
  }
}
