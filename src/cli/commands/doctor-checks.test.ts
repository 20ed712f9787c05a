/** What the doctor finds, and how grave it is. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { readSettings } from '../../config/config.ts'
import { tryPort, whoAnswers } from '../client/client.ts'
import {
  clockFinding,
  databaseFinding,
  diskFinding,
  runtimeFinding,
  settingsFindings,
  tzdataFinding,
} from './doctor-checks.ts'

const folder = mkdtempSync(join(tmpdir(), 'carillon-doctor-'))
after(() => rmSync(folder, { recursive: true }))

const DAY = 86_400_000
const NOW = Date.UTC(2026, 10, 23)
const GIB = 2 ** 30

const settings = (texts: Record<string, string>) =>
  settingsFindings(
    readSettings({
      NODE_ENV: 'development',
      SECRET_KEY: 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi',
      HOST: '127.0.0.1',
      ...texts,
    }),
  )

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

  it('tells whether the database is there, up to date, and whole', () => {
    const path = join(folder, 'c.db')

    assert.match(databaseFinding(path, () => []).message, /will be made at the first start/)
    writeFileSync(path, '')
    assert.deepEqual(databaseFinding(path, () => []).verdict, 'ok')
    assert.deepEqual(databaseFinding(path, () => ['0002']).verdict, 'warn')
    const damaged = () => {
      throw new Error('it is damaged')
    }
    assert.deepEqual(databaseFinding(path, damaged), { check: 'database', verdict: 'bad', message: 'it is damaged' })
  })

  const disks: [free: number, verdict: string][] = [
    [100 * 2 ** 20, 'bad'],
    [GIB, 'warn'],
    [10 * GIB, 'ok'],
  ]
  for (const [free, verdict] of disks)
    it(`${free / 2 ** 20} MiB of free disk are ${verdict}`, () => assert.equal(diskFinding('x', free).verdict, verdict))

  it('a clock that is behind the time zone data or behind the database is bad', () => {
    assert.equal(clockFinding(NOW, '2026c', NOW - DAY).verdict, 'ok')
    assert.equal(clockFinding(NOW, '2026c', null).verdict, 'ok')
    assert.equal(clockFinding(0, '2026c', null).verdict, 'bad')
    assert.equal(clockFinding(NOW, '2026c', NOW + DAY).verdict, 'bad')
  })

  it('time zone data of years ago is a warning', () => {
    assert.equal(tzdataFinding(NOW, '2026c').verdict, 'ok')
    assert.equal(tzdataFinding(NOW, '2023a').verdict, 'warn')
  })

  it('a free port can be reached, a taken one is told, and so is who took it', async () => {
    let health = 200
    const server = createServer((_, reply) => {
      reply.writeHead(health, { 'content-type': 'application/json' }).end('{}')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo

    assert.match(String(await tryPort('127.0.0.1', port)), /EADDRINUSE/)
    assert.equal((await whoAnswers('127.0.0.1', port))?.status, 200)
    health = 404
    assert.equal(await whoAnswers('127.0.0.1', port), null)

    server.closeAllConnections()
    server.close()
    await once(server, 'close')
    assert.equal(await tryPort('127.0.0.1', port), null)
    assert.equal(await tryPort('0.0.0.0', 0), null)
    assert.equal(await whoAnswers('127.0.0.1', port), null)
  })
})
