/** Whose files may be opened, and how they are made. */
import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { it, type TestContext } from 'node:test'
import { aUser, NOON } from '../../../tests/support/builders.ts'
import { tempFolder, tempStore } from '../../../tests/support/temp-store.ts'
import { openSqliteStore } from './database.ts'

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

const refuses = (path: string, message: RegExp) =>
  assert.rejects(openSqliteStore({ path, onFault: assert.ifError }), { message })

/** A file that was in use and closed well, with so many users in it. */
const usedFile = async (test: TestContext, users = 1): Promise<string> => {
  const path = join(tempFolder(test), 'carillon.db')
  const store = await tempStore(test, { path })
  await store.people.createWorkspace({ id: 'w', name: 'w', now: NOON }, aUser())
  for (let n = 1; n < users; n++) await store.people.createUser(1, aUser())
  await store.ledger.join({ id: 'n', host: 'h', pid: 1, startedAt: NOON }, NOON, NOON)
  await store.close()
  return path
}

it('S104: the folder and all files are for their owner alone', async (t) => {
  const folder = join(tempFolder(t), 'deep', 'data')
  const store = await tempStore(t, { path: join(folder, 'carillon.db') })
  await store.people.createWorkspace({ id: 'w', name: 'w', now: NOON }, aUser())
  await store.ledger.join({ id: 'n', host: 'h', pid: 1, startedAt: NOON }, NOON, NOON)

  const files = readdirSync(folder).sort()

  assert.deepEqual(files, ['carillon.db', 'carillon.db-scheduler', 'carillon.db-shm', 'carillon.db-wal'])
  assert.deepEqual(
    files.map((file) => modeOf(join(folder, file))),
    ['600', '600', '600', '600'],
  )
  assert.deepEqual([modeOf(folder), modeOf(join(folder, '..'))], ['700', '700'])
})

it('S104: a file that others could read is closed to them at the start', async (t) => {
  const path = await usedFile(t)
  chmodSync(path, 0o644)
  chmodSync(`${path}-scheduler`, 0o666)

  await tempStore(t, { path })

  assert.deepEqual([modeOf(path), modeOf(`${path}-scheduler`)], ['600', '600'])
})

for (const side of ['', '-wal', '-shm', '-scheduler']) {
  it(`S104: a symbolic link in place of the file${side} is refused`, async (t) => {
    const folder = tempFolder(t)
    writeFileSync(join(folder, 'elsewhere'), '')
    symlinkSync(join(folder, 'elsewhere'), join(folder, `carillon.db${side}`))

    await refuses(join(folder, 'carillon.db'), /^database: .*carillon\.db.* is a symbolic link: name the file itself$/)
  })
}

it('a folder in place of the file is refused', async (t) => {
  const path = join(tempFolder(t), 'carillon.db')
  mkdirSync(path)

  await refuses(path, /^database: .* is not a plain file/)
})

it('a file that is no database is refused and left as it is', async (t) => {
  const path = join(tempFolder(t), 'carillon.db')
  writeFileSync(path, 'something else entirely')

  await refuses(path, /^database: .* is damaged or not an SQLite file/)
  assert.equal(readFileSync(path, 'utf8'), 'something else entirely')
})

it("another program's database is refused and left as it is", async (t) => {
  const path = join(tempFolder(t), 'carillon.db')
  const other = new DatabaseSync(path)
  other.exec('create table job (name text)')
  other.close()

  await refuses(path, /^database: the file belongs to another program/)

  const after = new DatabaseSync(path, { readOnly: true })
  assert.deepEqual(
    after
      .prepare('select name from sqlite_schema')
      .all()
      .map(({ name }) => name),
    ['job'],
  )
  after.close()
})

it('a used file that is empty now is refused: it never starts anew by itself', async (t) => {
  const path = await usedFile(t)
  truncateSync(path)

  await refuses(path, /^database: .* is empty, though it was in use: restore a copy, or remove it to start anew$/)
})

it('an empty file that a killed first start left behind is begun anew', async (t) => {
  const path = join(tempFolder(t), 'carillon.db')
  writeFileSync(path, '')

  const store = await tempStore(t, { path })

  assert.equal(await store.people.countUsers(), 0)
})

it('a file cut short is refused', async (t) => {
  const path = await usedFile(t)
  truncateSync(path, statSync(path).size - 4096)

  await refuses(path, /^database: .* is cut short \(\d+ bytes\): restore a copy$/)
})

for (const [part, pages] of [
  ['schema', [1, 2]],
  ['last page', [-1]],
] as const) {
  it(`damage to the ${part} is found before the first request`, async (t) => {
    const path = await usedFile(t, 60)
    const bytes = readFileSync(path)
    // Where b-tree pages keep their kind and their cell pointers.
    for (const page of pages) {
      const start = (page < 0 ? bytes.length : 0) + page * 4096
      bytes.fill(0xa5, start, start + 32)
    }
    writeFileSync(path, bytes)

    await refuses(path, /^database: the file is damaged \(.+\): restore a copy$/)
  })
}
