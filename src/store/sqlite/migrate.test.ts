/** A file is brought up to date whole, or not at all. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { NOON } from '../../../tests/support/builders.ts'
import { tempFolder } from '../../../tests/support/temp-store.ts'
import { openWritable } from './connection.ts'
import { applyMigrations, type Migration, migrate, pendingMigrations } from './migrate.ts'
import { ground } from './migrations/0001-ground.ts'

const pathIn = (test: TestContext): string => join(tempFolder(test), 'carillon.db')

const open = (test: TestContext, path: string) => {
  const db = openWritable(path)
  test.after(() => db.close())
  return db
}

const SECOND: Migration = { number: 2, name: 'more', sql: 'create table more (x integer) strict' }

it('a missing file is made, and what was applied is named', (t) => {
  const path = pathIn(t)

  const [before, applied, after] = [pendingMigrations(path), migrate(path, NOON), pendingMigrations(path)]

  const all = ['0001-ground', '0005-reports', '0006-crashes']
  assert.deepEqual([before, applied, after], [all, all, []])
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

it('asking what is pending makes no file', (t) => {
  const path = pathIn(t)

  pendingMigrations(path)

  assert.equal(statSync(path, { throwIfNoEntry: false }), undefined)
})

it('a second run finds nothing left to do', (t) => {
  const path = pathIn(t)
  migrate(path, NOON)

  assert.deepEqual(migrate(path, NOON), [])
})

it('a migration that fails leaves the schema as it was, also where one before it succeeded', (t) => {
  const db = open(t, pathIn(t))
  applyMigrations(db, NOON, [ground])
  const broken = { number: 3, name: 'broken', sql: 'create table broken (x integer); select nonsense' }

  assert.throws(() => applyMigrations(db, NOON, [ground, SECOND, broken]))

  const tables = db.prepare("select name from sqlite_schema where name in ('more', 'broken')").all()
  assert.deepEqual(tables, [])
  assert.deepEqual(applyMigrations(db, NOON, [ground, SECOND]), ['0002-more'])
})

it('S112: a schema newer than this release is refused, and says which release is needed', (t) => {
  const path = pathIn(t)
  const db = open(t, path)
  applyMigrations(db, NOON, [ground, { ...SECOND, number: 9999 }])

  assert.throws(
    () => migrate(path, NOON),
    /schema has number 9999 \(more\), this release knows up to \d+: start the newer release/,
  )
})

it('a migration that was changed after it was applied is refused', (t) => {
  const db = open(t, pathIn(t))
  applyMigrations(db, NOON, [ground, SECOND])
  const changed = { ...SECOND, sql: 'create table more (y integer) strict' }

  assert.throws(
    () => applyMigrations(db, NOON, [ground, changed]),
    /migration 0002-more was changed after it was applied/,
  )
})
