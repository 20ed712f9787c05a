/** What the doctor says of real databases, also of one that a server holds open. */
import assert from 'node:assert/strict'
import { closeSync, existsSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { tempFolder, tempStore } from '../../../tests/support/temp-store.ts'
import { backUp, type DatabaseHealth, examineDatabase, formerlySealed, migrateDatabase } from '../../app.ts'
import { createSecrets } from '../../auth/secrets.ts'
import { type DatabaseLook, databaseFindings } from './doctor-database.ts'
import type { Finding } from './findings.ts'

const NOW = Date.UTC(2026, 10, 24)
const DAY = 86_400_000
const MIB = 2 ** 20
const KEY = 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi'
const OTHER_KEY = 'Zq4x9Lw7Tn2Bk8Yd1Hs6Fj3Gc0PaUeXiVmRr'

const address = (path: string) => ({ engine: 'sqlite', path }) as const

const look = (path: string, more: Partial<DatabaseLook> = {}) =>
  databaseFindings({
    path,
    now: NOW,
    isProduction: true,
    examine: () => examineDatabase(address(path)),
    formerlySealed: () => formerlySealed(address(path), { secretKey: KEY, previousSecretKeys: [] }),
    ...more,
  })

const only = (findings: readonly Finding[], check: string): Finding => {
  const found = findings.filter((finding) => finding.check === check)
  assert.equal(found.length, 1)
  return found[0] as Finding
}

const HEALTHY: DatabaseHealth = {
  pending: [],
  schema: 7,
  sizes: { database: 100 * MIB, free: 0, log: 0 },
  muchFree: false,
  leftOut: 0,
  lastBackupAt: NOW - DAY,
}

/** A file that is there, and what is said to be in it. */
const told = async (t: Parameters<typeof tempFolder>[0], health: Partial<DatabaseHealth>, more = {}) => {
  const path = join(tempFolder(t), 'c.db')
  writeFileSync(path, '')
  const formerly = async () => ({ left: 0, unreadable: [] })
  return look(path, { examine: () => ({ ...HEALTHY, ...health }), formerlySealed: formerly, ...more })
}

describe('the file', () => {
  it('one that is not there will be made, and is not by the look', async (t) => {
    const path = join(tempFolder(t), 'c.db')

    const [found] = await look(path)

    assert.match(found?.message ?? '', /will be made at the first start/)
    assert.equal(existsSync(path), false)
  })

  it('is looked at while a server writes to it', async (t) => {
    const path = join(tempFolder(t), 'c.db')
    const store = await tempStore(t, { path })
    await store.people.setServerValue('probe', 'x')

    const findings = await look(path)

    assert.match(
      only(findings, 'database').message,
      /is whole; schema \d+ is up to date; \d+ of \d+ MiB are free inside$/,
    )
    assert.deepEqual(
      findings.map(({ check, verdict }) => `${check} ${verdict}`),
      ['database ok', 'log ok', 'backup warn', 'secrets ok'],
    )
    await store.people.setServerValue('probe', 'y')
  })

  it('an empty one lacks all migrations', async (t) => {
    const path = join(tempFolder(t), 'c.db')
    writeFileSync(path, '')

    const found = only(await look(path), 'database')

    assert.equal(found.verdict, 'warn')
    assert.match(found.message, /lacks \d+ migrations; .* run: carillon migrate$/)
  })

  it('a damaged one is bad, and so are one cut short and one of another program', async (t) => {
    const path = join(tempFolder(t), 'c.db')
    migrateDatabase(address(path))
    const file = openSync(path, 'r+')
    for (let page = 2; page < 20; page++) writeSync(file, Buffer.alloc(4096, 0xee), 0, 4096, page * 4096)
    closeSync(file)

    const damaged = only(await look(path), 'database')
    truncateSync(path, 8192)
    const short = only(await look(path), 'database')
    writeFileSync(path, 'not a database at all'.repeat(100))
    const foreign = only(await look(path), 'database')

    assert.deepEqual([damaged.verdict, short.verdict, foreign.verdict], ['bad', 'bad', 'bad'])
    assert.match(damaged.message, /damaged .*restore a copy/)
    assert.match(short.message, /cut short/)
    assert.match(foreign.message, /not an SQLite file/)
  })

  it('tells what was left out, and of much free space', async (t) => {
    assert.match(only(await told(t, { leftOut: 2 }), 'database').message, /whole but for 2 tables/)
    const free = only(
      await told(t, { muchFree: true, sizes: { database: 900 * MIB, free: 700 * MIB, log: 0 } }),
      'database',
    )
    assert.equal(free.verdict, 'warn')
    assert.match(free.message, /700 of 900 MiB are free inside.*carillon vacuum$/)
  })

  it('a log above 256 MiB is a warning', async (t) => {
    const log = async (bytes: number) => only(await told(t, { sizes: { ...HEALTHY.sizes, log: bytes } }), 'log').verdict

    assert.deepEqual([await log(256 * MIB), await log(256 * MIB + 1)], ['ok', 'warn'])
  })
})

describe('the last backup', () => {
  it('is a warning in production when it is older than seven days or was never made', async (t) => {
    const backup = async (lastBackupAt: number | null, isProduction = true) =>
      only(await told(t, { lastBackupAt }, { isProduction }), 'backup').verdict

    assert.deepEqual(
      [await backup(NOW - 7 * DAY), await backup(NOW - 7 * DAY - 1), await backup(null)],
      ['ok', 'warn', 'warn'],
    )
    assert.deepEqual([await backup(NOW - 7 * DAY - 1, false), await backup(null, false)], ['ok', 'ok'])
  })

  it('is seen once it was made', async (t) => {
    const folder = tempFolder(t)
    const path = join(folder, 'c.db')
    migrateDatabase(address(path))
    await backUp(address(path), { to: join(folder, 'copy.db'), overwrite: false, onProgress: () => {} })

    assert.match(only(await look(path), 'backup').message, /^the last one was made \d{4}-/)
  })
})

describe('stored secrets', () => {
  it('those of a former key are a warning and those of no known key bad, told while a server holds the file', async (t) => {
    const path = join(tempFolder(t), 'c.db')
    const store = await tempStore(t, { path })
    const place = { workspaceKey: 0, owner: 'server', field: 'probe' }
    await store.people.setServerValue('probe', createSecrets(OTHER_KEY).seal('plain', place))
    const secrets = async (previousSecretKeys: readonly string[]) =>
      only(
        await look(path, {
          formerlySealed: () => formerlySealed(address(path), { secretKey: KEY, previousSecretKeys }),
        }),
        'secrets',
      )

    const [former, unknown] = [await secrets([OTHER_KEY]), await secrets([])]

    assert.deepEqual([former.verdict, unknown.verdict], ['warn', 'bad'])
    assert.match(former.message, /^1 are still sealed .*run: carillon rotate-keys$/)
    assert.match(unknown.message, /^1 open with no known key \(the server: probe\).*SECRET_KEY_PREVIOUS$/)
  })

  it('without the key nothing can be told, and that is said', async (t) => {
    assert.equal(only(await told(t, {}, { formerlySealed: null }), 'secrets').verdict, 'warn')
  })
})
