/** The launcher: which Node it runs on, what it passes through, what it says when there is none. */
import assert from 'node:assert/strict'
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'

const ROOT = join(import.meta.dirname, '..', '..')
const home = mkdtempSync(join(tmpdir(), 'carillon-launcher-'))
const launcher = join(home, 'bin', 'carillon.js')
after(() => rmSync(home, { recursive: true }))

/** Makes the launcher believe that it runs on an old Node, whatever Node the tests run on. */
const OLD = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'18.20.0'}})`

/** Stands in for the product: says where it runs, then ends as its arguments say. */
const ENTRY = `
const [how, value] = process.argv.slice(2)
if (how === 'wait') {
  const alive = setInterval(() => {}, 60_000)
  const end = () => { clearInterval(alive); process.channel?.unref() }
  process.on('disconnect', end)
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.on(signal, () => { console.log(signal); process.exitCode = 7; end() })
}
console.log(JSON.stringify({ pid: process.pid, argv: process.argv.slice(2), launched: process.channel != null }))
if (how === 'exit') process.exitCode = Number(value)
if (how === 'kill') process.kill(process.pid, value)
if (how === 'echo') process.stdin.pipe(process.stdout)
`

before(() => {
  mkdirSync(join(home, 'bin'))
  mkdirSync(join(home, 'dist', 'cli'), { recursive: true })
  mkdirSync(join(home, 'node_modules', '.bin'), { recursive: true })
  writeFileSync(join(home, 'package.json'), '{"type":"module"}')
  writeFileSync(join(home, 'dist', 'cli', 'main.js'), ENTRY)
  cpSync(join(ROOT, 'bin', 'carillon.js'), launcher)
  symlinkSync('../../bin/carillon.js', join(home, 'node_modules', '.bin', 'carillon'))
})

const start = (nodeArgs: string[], args: string[], options: SpawnOptions = {}): ChildProcess =>
  spawn(process.execPath, [...nodeArgs, launcher, ...args], { stdio: 'pipe', cwd: tmpdir(), ...options })

const ended = async (child: ChildProcess) => {
  const [[code], out, err] = await Promise.all([once(child, 'close'), text(child.stdout!), text(child.stderr!)])
  return { code: code as number | null, out, err }
}

const onOldNode = (args: string[], options: SpawnOptions = {}) =>
  start(['--import', OLD], args, {
    ...options,
    env: { ...process.env, CARILLON_NODE: process.execPath, ...options.env },
  })

const firstLine = async (child: ChildProcess): Promise<{ pid: number; argv: string[]; launched: boolean }> => {
  const [chunk] = await once(child.stdout!, 'data')
  return JSON.parse(String(chunk).split('\n')[0]!)
}

describe('the launcher', () => {
  it('runs the product in its own process on a Node that is new enough', async () => {
    const child = start([], ['exit', '5', '--flag'])

    const { code, out } = await ended(child)

    assert.equal(code, 5)
    assert.deepEqual(JSON.parse(out), { pid: child.pid, argv: ['exit', '5', '--flag'], launched: false })
  })

  it('is found through a link in node_modules/.bin', async () => {
    const child = spawn(process.execPath, [join(home, 'node_modules', '.bin', 'carillon'), 'exit', '0'], {
      stdio: 'pipe',
      cwd: '/',
    })

    assert.deepEqual((await ended(child)).code, 0)
  })

  it('prefers the sources of a checkout to a build', async () => {
    const checkout = join(home, 'checkout')
    mkdirSync(join(checkout, 'src', 'cli'), { recursive: true })
    cpSync(join(home, 'dist'), join(checkout, 'dist'), { recursive: true })
    cpSync(join(home, 'bin'), join(checkout, 'bin'), { recursive: true })
    writeFileSync(join(checkout, 'src', 'cli', 'main.ts'), `console.log('from the sources' satisfies string)`)

    const child = spawn(process.execPath, [join(checkout, 'bin', 'carillon.js')], { stdio: 'pipe' })

    assert.equal((await ended(child)).out, 'from the sources\n')
  })

  it('runs the product in the runtime of its choice on an older Node, and answers with its exit code', async () => {
    const child = onOldNode(['exit', '6'])

    const { code, out } = await ended(child)

    assert.equal(code, 6)
    const said = JSON.parse(out)
    assert.notEqual(said.pid, child.pid)
    assert.equal(said.launched, true)
  })

  it('passes what is typed and what is said through', async () => {
    const child = onOldNode(['echo'])
    child.stdin!.end('typed in')

    assert.match((await ended(child)).out, /\ntyped in$/)
  })

  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    it(`passes ${signal} on, and lets the product end in order`, async () => {
      const child = onOldNode(['wait'])
      await firstLine(child)
      child.kill(signal)

      const { code, out } = await ended(child)

      assert.deepEqual({ code, out }, { code: 7, out: `${signal}\n` })
    })
  }

  it('leaves ctrl-c to the product, which the terminal tells by itself', async () => {
    const child = onOldNode(['wait'])
    const { pid } = await firstLine(child)
    child.kill('SIGINT')
    process.kill(pid, 'SIGINT')

    const { code, out } = await ended(child)

    assert.deepEqual({ code, out }, { code: 7, out: 'SIGINT\n' })
  })

  it('answers 128 and the number of the signal that killed the product', async () => {
    assert.equal((await ended(onOldNode(['kill', 'SIGKILL']))).code, 137)
  })

  it('killed outright, it leaves no product behind unknowing', async () => {
    const child = onOldNode(['wait'])
    await firstLine(child)
    child.kill('SIGKILL')

    // The product shares this pipe: it closes only when the product has ended too.
    assert.equal((await ended(child)).code, null)
  })

  it('without any runtime it ends with 78 and names three remedies', async () => {
    const { code, err } = await ended(onOldNode([], { env: { CARILLON_NODE: '' } }))

    assert.equal(code, 78)
    assert.match(err, /carillon needs Node 26 or later/)
    assert.equal(err.match(/^ {2}\* /gm)?.length, 3)
    assert.match(err, /CARILLON_NODE/)
    assert.match(err, /--omit=optional/)
  })

  it('a CARILLON_NODE that is not there is named', async () => {
    const { code, err } = await ended(onOldNode([], { env: { CARILLON_NODE: '/no/such/node' } }))

    assert.equal(code, 78)
    assert.match(err, /cannot start \/no\/such\/node/)
  })

  it('finds the runtime that came with the package', async () => {
    const name = `node-${process.platform === 'darwin' && process.arch === 'arm64' ? 'bin-' : ''}${process.platform.replace('win32', 'win')}-${process.arch}`
    symlinkSync(join(ROOT, 'node_modules', name), join(home, 'node_modules', name))

    const { code } = await ended(onOldNode(['exit', '9'], { env: { CARILLON_NODE: '' } }))

    assert.equal(code, 9)
  })
})
