/** F35, S107: functions that misbehave bring down themselves alone, and are told apart from those that merely fail. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Calls, functionCalls } from '../../tests/support/function-folder.ts'

const FILES = {
  'poison.ts': `export const exit = () => { console.log('so far'); process.exit(3) }
    export const array = () => { const all: number[] = []; for (;;) all.push(1.5) }
    export const objects = () => { const all: object[] = []; for (;;) all.push({ text: 'x' + all.length }) }
    export const map = () => { const all = new Map(); for (let n = 0; ; n++) all.set(n, { n }) }
    export const buffers = () => { const all: Buffer[] = []; for (;;) all.push(Buffer.alloc(10_000_000, 1)) }
    export const loop = () => { console.log('looping'); for (;;) ; }
    export const atomics = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    export const stray = () => { Promise.reject(new Error('nobody waits')); return 'fine' }
    export const later = () => new Promise(() => { setTimeout(() => { throw new Error('in a timer') }, 1) })
    export const kill = () => process.kill(process.pid, 'SIGKILL')
    export const abort = () => process.abort()
    export const fine = () => 'fine'`,
  'loads.js': 'for (;;) ;',
  'good.js': `export const run = () => 'good'`,
}

const crashing = async (calls: Calls, name: string, timeoutMs = 30_000) => {
  const { kind, failure, error, retryable, output } = await calls.call(`poison:${name}`, { timeoutMs })
  assert.deepEqual([kind, failure, retryable], ['failure', 'crashed', true], `${name}: ${error}`)
  return { error: error ?? '', output }
}

describe('a function that', () => {
  for (const [name, what, error] of [
    ['exit', 'ends its process', /^The function crashed: it ended its thread by process\.exit\(3\)\.$/],
    ['array', 'lets an array grow', /^The function crashed: .*memory/],
    ['objects', 'fills its heap', /^The function crashed: it used more than 64 MB of memory\.$/],
    ['map', 'lets a map grow', /^The function crashed: .*memory/],
    ['buffers', 'floods the memory outside of its heap', /it used more than 64 MB of memory outside of its heap\.$/],
    ['stray', 'leaves a rejection to nobody', /nobody waited for failed: Error: nobody waits\.$/],
    ['later', 'throws in a timer', /nobody waited for failed: Error: in a timer\.$/],
    ['kill', 'kills its process', /^The function crashed: its process was ended by SIGKILL\.$/],
  ] as const) {
    test(`F35: ${what} crashes alone`, async (t) => {
      const calls = await functionCalls(t, FILES)

      const crashed = await crashing(calls, name)

      assert.match(crashed.error, error)
      assert.equal((await calls.call('poison:fine')).output, '"fine"', 'the next call has a fresh thread')
    })
  }

  test('crashes leaves what it had printed', async (t) => {
    const calls = await functionCalls(t, FILES)

    assert.equal((await crashing(calls, 'exit')).output, 'so far')
  })

  for (const [name, output] of [
    ['loop', 'looping'],
    ['atomics', null],
  ] as const) {
    test(`F25: blocks its thread (${name}) is ended at its deadline, which counts as a crash`, async (t) => {
      const calls = await functionCalls(t, FILES, { atOnce: 1 })

      const crashed = await crashing(calls, name, 1500)

      assert.equal(crashed.error, 'Timed out after 1500 ms while running the function, which blocked its thread.')
      assert.equal(crashed.output, output)
      assert.equal((await calls.call('poison:fine')).output, '"fine"')
    })
  }

  test('blocks its thread while it is loaded is ended as well', async (t) => {
    const { call } = await functionCalls(t, FILES)

    assert.equal((await call('loads', { timeoutMs: 1500 })).failure, 'crashed')
  })

  test('may not abort the process only throws', async (t) => {
    const { call } = await functionCalls(t, FILES)

    assert.equal((await call('poison:abort')).failure, 'exception')
  })
})

test('S107: while one blocks and others crash, the calls of everybody else go on', async (t) => {
  const { call } = await functionCalls(t, FILES, { atOnce: 3 })
  const blocked = call('poison:loop', { timeoutMs: 4000 })

  const beside = await Promise.all([
    call('poison:array'),
    call('good'),
    call('poison:kill'),
    call('good'),
    call('good'),
  ])

  assert.deepEqual(
    beside.map(({ failure, output }) => failure ?? output),
    ['crashed', '"good"', 'crashed', '"good"', '"good"'],
  )
  assert.equal((await blocked).failure, 'crashed')
})

test('S107: a function sees nothing of the server: no environment, no arguments, no input, no channel', async (t) => {
  process.env.CARILLON_CANARY = 'canary'
  t.after(() => delete process.env.CARILLON_CANARY)
  const { call, folder } = await functionCalls(t, {
    'look.js': `import { readFileSync } from 'node:fs'
      import { parentPort, workerData } from 'node:worker_threads'
      export const run = async () => {
        let input = ''
        for await (const chunk of process.stdin) input += chunk
        parentPort.postMessage({ say: 'returned', value: '"forged"', clean: true })
        const around = process.platform === 'linux' ? readFileSync('/proc/self/environ', 'utf8') : ''
        return { env: Object.keys(process.env), around, argv: process.argv.slice(2), flags: process.execArgv, input, data: workerData ?? 'none', send: typeof process.send, folder: process.cwd() }
      }`,
  })

  const { output } = await call('look')

  assert.deepEqual(JSON.parse(output ?? ''), {
    env: [],
    around: '',
    argv: [],
    flags: [],
    input: '',
    data: 'none',
    send: 'undefined',
    folder,
  })
})

test('S83: names and arguments reach no shell: they come as they were given', async (t) => {
  const { call } = await functionCalls(t, { 'echo.js': 'export const run = (...all) => all.slice(0, -1)' })
  const args = ['$(touch x); `id` && "quoted" \'single\' %PATH%\n', '--eval=process.exit(1)']

  const { output } = await call('echo', { args, kwargs: { '; rm -rf .': '|' } })

  assert.deepEqual(JSON.parse(output ?? ''), [...args, { '; rm -rf .': '|' }])
})

test('a process that says what is no message is ended, and the server goes on', async (t) => {
  const { call } = await functionCalls(t, {
    'noise.js': `import { writeSync } from 'node:fs'
      export const run = () => { writeSync(3, 'noise\\n'); return new Promise(() => {}) }`,
    'good.js': `export const run = () => 'good'`,
  })

  assert.equal((await call('noise')).failure, 'crashed')
  assert.equal((await call('good')).output, '"good"')
})
