/** Copies of the configured database: made beside a running server, proved, put back in its place. */
import type { DatabaseAddress } from '../config/config.ts'
import { systemClock } from '../domain/clock.ts'
import { BACKUP_VALUE, type LastBackup } from '../services/services.ts'
import {
  type CopyReport,
  makeCopy,
  openSqliteStore,
  restoreCopy,
  vacuumFile,
  verifyCopy,
} from '../store/sqlite/database.ts'

type BackupOrder = Omit<Parameters<typeof makeCopy>[0], 'from'>

/** `noted` false: the copy is good, but the database could not be told when it was made. */
export const backUp = async (
  database: DatabaseAddress,
  order: BackupOrder,
): Promise<CopyReport & { readonly noted: boolean }> => {
  const report = await makeCopy({ from: database.path, ...order })
  const noted = await note(database.path, { at: systemClock.now(), bytes: report.bytes }).then(
    () => true,
    () => false,
  )
  return { ...report, noted }
}

const note = async (path: string, last: LastBackup): Promise<void> => {
  const store = await openSqliteStore({ path, onFault: () => {} })
  try {
    await store.people.setServerValue(BACKUP_VALUE, JSON.stringify(last))
  } finally {
    await store.close()
  }
}

export const verifyBackup = (path: string): CopyReport => verifyCopy(path)

/** What was there is kept beside it, under a name with the present time. */
export const restore = (from: string, to: string) => {
  const stamp = new Date(systemClock.now()).toISOString().replaceAll(/[-:]/g, '').replace(/\.\d+/, '')
  return restoreCopy(from, to, stamp)
}

export const compact = (database: DatabaseAddress) => vacuumFile(database.path)
