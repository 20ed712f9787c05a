/** What the doctor finds, and how grave it is. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { zoneRelease } from '../../app.ts'
import { presentKey, readSettings } from '../../config/config.ts'
import { clockFinding, runtimeFinding, settingsFindings, tzdataFinding } from './doctor-checks.ts'

const folder = mkdtempSync(join(tmpdir(), 'carillon-doctor-'))
after(() => rmSync(folder, { recursive: true }))

const DAY = 86_400_000
const NOW = Date.UTC(2026, 10, 23)

const settings = (texts: Record<string, string>) => {
  const reading = readSettings({
    NODE_ENV: 'development',
    SECRET_KEY: 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi',
    HOST: '127.0.0.1',
    ...texts,
  })
  return settingsFindings(reading, presentKey(reading.values))
}

describe('the doctor', () => {
  it('finds right settings right', () => {
    assert.deepEqual(settings({}), [{ check: 'settings', verdict: 'ok', message: 'development, all values are right' }])
  })

  it('names each wrong setting', () => {
    const found = settings({ PORT: 'x', LOG_LEVEL: 'y' })

    assert.deepEqual(
      found.map(({ verdict, message }) => [verdict, message.split(':')[0]]),
      [
        ['bad', 'PORT'],
        ['bad', 'LOG_LEVEL'],
      ],
    )
  })

  it('misses a folder of functions that is not there', () => {
    const nowhere = join(folder, 'nowhere')

    const [found] = settings({ FUNCTIONS_DIR: nowhere })

    assert.equal(settings({ FUNCTIONS_DIR: folder })[0]?.verdict, 'ok')
    assert.deepEqual(
      [found?.verdict, found?.message],
      ['bad', `FUNCTIONS_DIR: ${JSON.stringify(nowhere)}: name a folder that exists`],
    )
  })

  it('warns when the defaults of development can be reached from other machines', () => {
    assert.deepEqual(
      settings({ HOST: '0.0.0.0' }).map(({ verdict }) => verdict),
      ['ok', 'warn'],
    )
  })

  it('tells an old runtime', () => {
    assert.equal(runtimeFinding('26.1.0').verdict, 'ok')
    assert.equal(runtimeFinding('24.9.0').verdict, 'bad')
  })

  it('S97: a weak key is a warning in development and bad in production, each with what to run', () => {
    const weak = { SECRET_KEY: 'change-me-change-me-change-me-change-me' }

    const [, development] = settings(weak)
    const [production] = settings({ ...weak, NODE_ENV: 'production' })

    assert.deepEqual([development?.verdict, production?.verdict], ['warn', 'bad'])
    for (const found of [development, production])
      assert.match(found?.message ?? '', /^SECRET_KEY: .* example.*openssl rand -base64 32$/)
  })

  it('the well-known administrator is bad in production', () => {
    const [found] = settings({ NODE_ENV: 'production', ALLOW_DEFAULT_ADMIN: 'true' })

    assert.deepEqual([found?.verdict, found?.message.split(':')[0]], ['bad', 'ALLOW_DEFAULT_ADMIN'])
  })

  it('a clock that is behind the time zone data or behind the database is bad', () => {
    assert.equal(clockFinding(NOW, '2026c', NOW - DAY).verdict, 'ok')
    assert.equal(clockFinding(NOW, '2026c', null).verdict, 'ok')
    assert.equal(clockFinding(0, '2026c', null).verdict, 'bad')
    assert.equal(clockFinding(NOW, '2026c', NOW + DAY).verdict, 'bad')
  })

  it('time zone data is told with its age, and old or unknown data is a warning', () => {
    assert.deepEqual(tzdataFinding({ release: '2026c', ageDays: 12, isOld: false }), {
      check: 'tzdata',
      verdict: 'ok',
      message: '2026c, about 12 days old',
    })
    assert.equal(tzdataFinding({ release: '2026a', ageDays: 181, isOld: true }).verdict, 'warn')
    assert.equal(tzdataFinding({ release: 'unknown', ageDays: null, isOld: false }).verdict, 'warn')
  })

  it('the release of this runtime has an age, and grows old after 180 days', () => {
    const now = Date.UTC(2026, 10, 23)
    const { release, ageDays } = zoneRelease(now)

    assert.equal(release, process.versions.tz)
    assert.ok(ageDays !== null)
    assert.equal(zoneRelease(now + (180 - ageDays) * DAY).isOld, false)
    assert.equal(zoneRelease(now + (181 - ageDays) * DAY).isOld, true)
  })
})
