/** Brings a database file to the schema of this release, whole or not at all. */
import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { openWritable } from './connection.ts'
import { checkFile, prepareFile } from './files.ts'
import { ground } from './migrations/0001-ground.ts'
import { limits } from './migrations/0002-limits.ts'
import { events } from './migrations/0003-events.ts'
import { keys } from './migrations/0004-keys.ts'
import { reports } from './migrations/0005-reports.ts'
import { crashes } from './migrations/0006-crashes.ts'
import { upkeep } from './migrations/0007-upkeep.ts'
import { catalog } from './migrations/0008-catalog.ts'
import { notices } from './migrations/0009-notices.ts'
import { github } from './migrations/0010-github.ts'
import { preferences } from './migrations/0011-preferences.ts'
import { jobNames } from './migrations/0012-job-names.ts'
import { webhookKeys } from './migrations/0013-webhook-keys.ts'
import { endDates } from './migrations/0014-end-dates.ts'
import { externalIds } from './migrations/0015-external-ids.ts'
import { applications } from './migrations/0016-applications.ts'
import { digests } from './migrations/0017-digests.ts'

export type Migration = { readonly number: number; readonly name: string; readonly sql: string }

/** In order; a released one never changes. */
const MIGRATIONS: readonly Migration[] = [
  ground,
  limits,
  events,
  keys,
  reports,
  crashes,
  upkeep,
  catalog,
  notices,
  github,
  preferences,
  jobNames,
  webhookKeys,
  endDates,
  externalIds,
  applications,
  digests,
]

/** "Cari": marks a file as ours, so that another program's database is never written to. */
const APPLICATION_ID = 0x43617269

/** Brings the file up to date (making it if it is missing) and answers the names of what was applied. */
export const migrate = (path: string, now: number): readonly string[] => {
  prepareFile(path)
  const db = openWritable(path)
  try {
    return applyMigrations(db, now)
  } finally {
    db.close()
  }
}

/** What `migrate` would apply, without touching the file. */
export const pendingMigrations = (path: string): readonly string[] => {
  if (checkFile(path) === 'absent') return MIGRATIONS.map(nameOf)
  const db = openWritable(path)
  try {
    return pendingIn(db, MIGRATIONS).map(nameOf)
  } finally {
    db.close()
  }
}

/** The same of a file that is open already. */
export const pendingOf = (db: DatabaseSync): readonly string[] => pendingIn(db, MIGRATIONS).map(nameOf)

export const applyMigrations = (
  db: DatabaseSync,
  now: number,
  migrations: readonly Migration[] = MIGRATIONS,
): readonly string[] => {
  // The lock comes first: two processes that start together take turns, and the second finds nothing left to do.
  db.exec('begin immediate')
  try {
    const pending = pendingIn(db, migrations)
    if (pending.length > 0) {
      db.exec(`pragma application_id = ${APPLICATION_ID}`)
      db.exec(
        'create table if not exists migration (number integer primary key, name text not null, checksum text not null, applied_at integer not null) strict',
      )
    }
    const note =
      pending.length > 0 && db.prepare('insert into migration (number, name, checksum, applied_at) values (?, ?, ?, ?)')
    for (const migration of pending) {
      db.exec(migration.sql)
      if (note) note.run(migration.number, migration.name, checksumOf(migration), now)
    }
    db.exec('commit')
    return pending.map(nameOf)
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    throw error
  }
}

/** Number of the newest migration; throws when the file is not ours, newer than this release, or was tampered with. */
export const schemaOf = (db: DatabaseSync): number => {
  const missing = pendingIn(db, MIGRATIONS)
  if (missing.length === MIGRATIONS.length) throw new Error('database: the file holds nothing of Carillon')
  return Number(db.prepare('select max(number) as number from migration').get()?.number)
}

const pendingIn = (db: DatabaseSync, migrations: readonly Migration[]): readonly Migration[] => {
  const tables = db.prepare("select name from sqlite_schema where type = 'table'").all()
  if (tables.length === 0) return migrations
  const owner = db.prepare('pragma application_id').get()?.application_id
  if (owner !== APPLICATION_ID) throw new Error('database: the file belongs to another program: name a file of its own')

  const applied = db.prepare('select number, name, checksum from migration order by number').all()
  const newest = migrations.at(-1)?.number ?? 0
  for (const row of applied) {
    const known = migrations.find((migration) => migration.number === row.number)
    if (known === undefined) {
      throw new Error(
        `database: its schema has number ${row.number} (${row.name}), this release knows up to ${newest}: start the newer release, or restore a copy from before the upgrade`,
      )
    }
    if (row.checksum !== checksumOf(known)) {
      throw new Error(`database: migration ${nameOf(known)} was changed after it was applied: use a released version`)
    }
  }
  return migrations.filter((migration) => !applied.some((row) => row.number === migration.number))
}

const nameOf = (migration: Migration): string => `${String(migration.number).padStart(4, '0')}-${migration.name}`

const checksumOf = (migration: Migration): string => createHash('sha256').update(migration.sql).digest('hex')
