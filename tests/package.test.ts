/** The published package, as somebody gets it who has never seen this checkout. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '..')
const home = mkdtempSync(join(tmpdir(), 'carillon-package-'))
after(() => rmSync(home, { recursive: true }))

const run = promisify(execFile)

/** The PATH of somebody outside this checkout: `npm test` puts the runtime of the checkout first. */
const outsidePath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules') && folder !== dirname(process.execPath))
  .join(delimiter)
/** What `npm test` and the test runner set for their scripts must not reach the npm of a stranger; where packages come from must. */
const OURS =
  /^(npm_(?!config_(registry|cache|userconfig|cafile|proxy|https_proxy)$)|NODE_(OPTIONS|ENV|TEST_CONTEXT)$|CARILLON_)/i
const outside = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.test(name))),
  PATH: outsidePath,
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string; files: string[] }
const carillon = join(home, 'node_modules', '.bin', 'carillon')

describe('the lock file', () => {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { hasInstallScript?: boolean; resolved?: string; integrity?: string; link?: boolean }>
  }
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '')
  const those = (isWrong: (one: (typeof packages)[number][1]) => boolean) =>
    packages.filter(([, one]) => isWrong(one)).map(([path]) => path)

  it('S101: brings no package that runs a script when it is installed', () => {
    assert.deepEqual(
      those((one) => one.hasInstallScript === true),
      [],
    )
    assert.ok(packages.length > 50)
  })

  it('S101: names no registry, and pins every package by its contents', () => {
    assert.deepEqual(
      those((one) => /^https?:/.test(one.resolved ?? '')),
      [],
    )
    assert.deepEqual(
      those((one) => one.integrity === undefined && one.link !== true),
      [],
    )
  })

  it('fits package.json: npm ci would find nothing missing', async () => {
    const { stdout, stderr } = await run('npm', ['ci', '--dry-run', '--ignore-scripts', '--prefer-offline'], {
      cwd: ROOT,
      env: outside,
    })

    assert.doesNotMatch(stdout + stderr, /missing/i)
  })
})

describe('the package', () => {
  before(async () => {
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', home], { cwd: ROOT, env: outside })
    const [{ filename = '' } = {}] = JSON.parse(stdout.slice(stdout.indexOf('['))) as { filename?: string }[]
    writeFileSync(
      join(home, 'package.json'),
      JSON.stringify({ private: true, dependencies: { carillon: `file:${filename}` } }),
    )
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: home,
      env: outside,
    })
  })

  it('holds the launcher and the build, and neither sources nor tests', () => {
    const inside = readdirSync(join(home, 'node_modules', 'carillon'), { recursive: true }).map(String)

    assert.ok(inside.includes(join('bin', 'carillon.js')))
    assert.ok(inside.includes(join('dist', 'cli', 'main.js')))
    assert.deepEqual(
      inside.filter((path) => /(^|\/)(src|tests)\/|\.test\.|(?<!\.d)\.ts$/.test(path)),
      [],
    )
  })

  it('tells its version on whatever Node the machine has', async () => {
    const { stdout } = await run(carillon, ['--version'], { cwd: tmpdir(), env: outside })

    assert.equal(stdout, `${manifest.version}\n`)
  })

  it('computes the next runs without a server', async () => {
    const args = [
      'next',
      '0 9 * * MON',
      '--tz',
      'Asia/Tokyo',
      '--after',
      '2026-11-23T00:00:00Z',
      '--count',
      '2',
      '--json',
    ]

    const { stdout } = await run(carillon, args, { cwd: tmpdir(), env: outside })

    assert.deepEqual((JSON.parse(stdout) as { next: string[] }).next, [
      '2026-11-30T00:00:00.000Z',
      '2026-12-07T00:00:00.000Z',
    ])
  })

  it('calls a registered function, which may be TypeScript', async () => {
    const folder = mkdtempSync(join(home, 'functions-'))
    writeFileSync(join(folder, 'report.ts'), 'export const run = (region: string): object => ({ region })')
    const args = ['functions', 'run', 'report', '--dir', folder, '--args', '["eu"]']

    const { stdout } = await run(carillon, args, { cwd: tmpdir(), env: outside })

    assert.equal(stdout, '{"region":"eu"}\n')
  })

  it('serves, keeps its data where it was started, and ends with 0 when asked', async () => {
    const cwd = mkdtempSync(join(home, 'site-'))
    const server = spawn(carillon, ['serve', '--port', '0'], {
      cwd,
      env: { ...outside, LOG_LEVEL: 'warn' },
      stdio: 'pipe',
    })
    const url = await new Promise<string>((resolve, reject) => {
      let said = ''
      server.stderr.on('data', (chunk) => {
        said += chunk
        const found = /listens on (http:\S+)/.exec(said)?.[1]
        if (found !== undefined) resolve(found)
      })
      server.on('close', (code) => reject(new Error(`it ended with ${code}:\n${said}`)))
    })

    const health = await fetch(`${url}/healthz`)
    const documentation = await fetch(`${url}/openapi.json`)
    const closed = once(server, 'close')
    server.kill('SIGTERM')
    const [code] = await closed

    assert.equal(health.status, 200)
    assert.equal(documentation.status, 200)
    assert.equal(code, 0)
    assert.ok(existsSync(join(cwd, 'data', 'carillon.db')))
  })
})
