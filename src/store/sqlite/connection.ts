/** How a database file is opened, and what SQLite's errors mean to a caller. */
import { DatabaseSync } from 'node:sqlite'

/** Another process may hold the write lock this long before a write is refused. */
export const BUSY_TIMEOUT_MS = 5000

/** Pages kept in memory per connection, KiB. The system's own page cache stands behind it, so a miss costs about 2 µs. */
const WRITER_CACHE_KIB = 65_536
const READER_CACHE_KIB = 16_384

/** A log that grew while it could not be copied is cut back to this when it begins anew. */
const LARGEST_KEPT_LOG_BYTES = 64 * 1024 * 1024

export const openWritable = (path: string): DatabaseSync => {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
  try {
    // Takes hold only while the file is empty. Later it would change nothing, and yet wait for the lock of a busy writer.
    if (isEmpty(db)) db.exec('pragma auto_vacuum = incremental')
    const mode = db.prepare('pragma journal_mode = wal').get()?.journal_mode
    if (mode !== 'wal') throw new Error(`database: the file system does not allow write-ahead logging (mode ${mode})`)
    // Checkpoints are made by hand, away from the hot path.
    db.exec(
      `pragma synchronous = full; pragma wal_autocheckpoint = 0; pragma temp_store = memory;
       pragma cache_size = -${WRITER_CACHE_KIB}; pragma journal_size_limit = ${LARGEST_KEPT_LOG_BYTES}`,
    )
    return db
  } catch (error) {
    db.close()
    throw isDamage(error) ? damaged(error) : error
  }
}

const isEmpty = (db: DatabaseSync): boolean => db.prepare('pragma page_count').get()?.page_count === 0

export const openReadable = (path: string): DatabaseSync => {
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
  db.exec(`pragma query_only = on; pragma temp_store = memory; pragma cache_size = -${READER_CACHE_KIB}`)
  return db
}

// Primary result codes: https://www.sqlite.org/rescode.html
const BUSY = 5
const LOCKED = 6
const NO_MEMORY = 7
const READ_ONLY = 8
const IO_ERROR = 10
const CORRUPT = 11
const FULL = 13
const CANNOT_OPEN = 14
const NOT_A_DATABASE = 26
const CONSTRAINT_UNIQUE = 2067
const CONSTRAINT_PRIMARY_KEY = 1555

const primaryCode = (error: unknown): number | null => {
  const code = extendedCode(error)
  return code === null ? null : code & 0xff
}

const extendedCode = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : null

const AWAY = new Set([BUSY, LOCKED, NO_MEMORY, READ_ONLY, IO_ERROR, CORRUPT, FULL, CANNOT_OPEN, NOT_A_DATABASE])

/** The file, its disk or another process is in the way: nothing is wrong with the request itself. */
export const isAway = (error: unknown): boolean => AWAY.has(primaryCode(error) ?? -1)

export const isDamage = (error: unknown): boolean => [CORRUPT, NOT_A_DATABASE].includes(primaryCode(error) ?? -1)

/** The reason not to start, in words for whoever has to mend it. */
export const damaged = (cause: unknown): Error => {
  const what = (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, ' ')
  return new Error(`database: the file is damaged (${what}): restore a copy`, { cause })
}

const PASSING = new Set([BUSY, LOCKED, FULL])

/** After any other trouble with the file what the connection believes about it cannot be trusted: it must be reopened. */
export const distrustsConnection = (error: unknown): boolean => isAway(error) && !PASSING.has(primaryCode(error) ?? -1)

export const isDuplicate = (error: unknown): boolean => {
  const code = extendedCode(error)
  return code === CONSTRAINT_UNIQUE || code === CONSTRAINT_PRIMARY_KEY
}
