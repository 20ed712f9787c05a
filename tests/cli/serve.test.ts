/** `carillon serve` as an operator meets it: a process that starts, says what it needs to, and ends in order. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, describe, it } from 'node:test'

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'carillon.js')
const root = mkdtempSync(join(tmpdir(), 'carillon-serve-'))
after(() => rmSync(root, { recursive: true }))

const folder = (): string => mkdtempSync(join(root, 'run-'))

const start = (args: string[], environment: Record<string, string> = {}, cwd = folder()): ChildProcess =>
  spawn(process.execPath, [LAUNCHER, 'serve', ...args], {
    cwd,
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'warn', ...environment },
    stdio: 'pipe',
  })

/** What it says on standard error until it has said this; it goes on after that. */
const said = (child: ChildProcess, what: RegExp): Promise<string> =>
  new Promise((resolve, reject) => {
    let all = ''
    child.stderr!.on('data', (chunk) => {
      all += chunk
      if (what.test(all)) resolve(all)
    })
    child.on('close', () => reject(new Error(`it ended without saying ${what}:\n${all}`)))
  })

const ended = async (child: ChildProcess) => {
  const [[code], err] = await Promise.all([once(child, 'close'), text(child.stderr!)])
  return { code, err }
}

const stop = async (child: ChildProcess): Promise<number | null> => {
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  const [code] = await closed
  return code
}

describe('carillon serve', () => {
  it('starts without any setting, keeps key and data to its owner, and ends with 0 when asked', async () => {
    const cwd = folder()
    const child = start([], {}, cwd)

    const greeting = await said(child, /Ctrl-c stops it/)
    const health = await fetch(`${/listens on (http:\S+)/.exec(greeting)?.[1]}/healthz`)
    const code = await stop(child)

    assert.equal(health.status, 200)
    assert.equal(code, 0)
    assert.match(greeting, /SECRET_KEY is not set: made one, kept in data\/secret\.key/)
    assert.match(greeting, /Sign in as admin with the password admin123/)
    for (const name of ['secret.key', 'carillon.db'])
      assert.equal(statSync(join(cwd, 'data', name)).mode & 0o777, 0o600)
  })

  it('finds its key again at the second start, and greets nobody by a password', async () => {
    const cwd = folder()
    const first = start([], {}, cwd)
    await said(first, /Ctrl-c stops it/)
    await stop(first)

    const second = start([], {}, cwd)
    const greeting = await said(second, /Ctrl-c stops it/)
    await stop(second)

    assert.match(greeting, /using the one kept in data\/secret\.key/)
    assert.doesNotMatch(greeting, /password/)
  })

  it('--demo tells each run as it happens', async () => {
    const child = start(['--demo'])

    const told = await said(child, /✔ demo/)
    await stop(child)

    assert.match(told, /✔ demo.* due \d\d:\d\d:\d\d\.\d{3} .* 200 in \d+ ms/)
  })

  it('S97: in production it starts neither without a key nor with a weak one, and tells all that is wrong', async () => {
    const without = await ended(start([], { NODE_ENV: 'production' }))
    const weak = await ended(
      start([], { NODE_ENV: 'production', SECRET_KEY: 'changeme', CORS_ORIGINS: '*', PORT: 'x' }),
    )

    assert.deepEqual([without.code, weak.code], [2, 2])
    assert.match(without.err, /^ {2}SECRET_KEY: missing; make one with/m)
    for (const name of ['SECRET_KEY', 'CORS_ORIGINS', 'PORT']) assert.match(weak.err, new RegExp(`^ {2}${name}: `, 'm'))
    assert.doesNotMatch(weak.err, /changeme/)
  })

  it('does not start with revocation lists that it cannot read, and names the setting', async () => {
    const { code, err } = await ended(start([], { TLS_CRL_FILE: '/no/such/list.pem' }))

    assert.equal(code, 2)
    assert.match(err, /TLS_CRL_FILE: "\/no\/such\/list.pem": .*no such file/)
  })

  it('in production the first administrator gets a password that is printed once', async () => {
    const child = start([], {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      SECRET_KEY: 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi',
    })

    const greeting = await said(child, /Ctrl-c stops it/)
    await stop(child)

    assert.match(greeting, /Sign in as admin with the password \S{12,}\.\n +It is shown this once\./)
  })

  it('a taken port is named, with the way out, and ends with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo

    const { code, err } = await ended(start(['--port', String(port)]))
    other.close()

    assert.equal(code, 1)
    assert.match(
      err,
      new RegExp(`carillon: port ${port} on 127\\.0\\.0\\.1 is taken by another program; choose another with --port`),
    )
  })

  it('ends in order when its launcher is killed outright', async () => {
    const OLD = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'18.20.0'}})`
    const launcher = spawn(process.execPath, ['--import', OLD, LAUNCHER, 'serve'], {
      cwd: folder(),
      env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'warn', CARILLON_NODE: process.execPath },
      stdio: 'pipe',
    })
    await said(launcher, /Ctrl-c stops it/)
    const stopping = said(launcher, /Stopping \(the end of the launcher\)/)
    const closed = once(launcher, 'close')
    launcher.kill('SIGKILL')

    await stopping
    // The server shares this pipe: it closes when the server has ended.
    await closed
  })
})
