/** Functions that behave: how they are called, what is kept of them, and how they are told to stop. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { CLOSED_WORKSPACE, functionCalls } from '../../tests/support/function-folder.ts'
import { manualClock } from '../../tests/support/manual-clock.ts'

const SCHEDULED = Date.UTC(2026, 2, 29, 1, 30)

describe('a function', () => {
  test('gets its arguments in order, then the named ones as one object, then what there is to know of the call', async (t) => {
    const { call } = await functionCalls(t, {
      'report.ts': `type Context = { job: { name: string } , attempt: number, trigger: string, scheduledFor: Date, execution: { id: string } }
        export const run = (region: string, day: number, options: object, { job, execution, attempt, trigger, scheduledFor }: Context) =>
          ({ region, day, options, job: job.name, execution: execution.id, attempt, trigger, at: scheduledFor.getTime() })`,
    })

    const { kind, output, statusCode, error } = await call('report', {
      args: ['eu', 7],
      kwargs: { dry: true },
      attempt: 3,
    })

    assert.deepEqual([kind, statusCode, error], ['success', null, null])
    assert.deepEqual(JSON.parse(output ?? ''), {
      region: 'eu',
      day: 7,
      options: { dry: true },
      job: 'report',
      execution: '01990000-0000-7000-8000-000000000001',
      attempt: 3,
      trigger: 'schedule',
      at: SCHEDULED,
    })
  })

  test('is found by the name of its file, by run, by default, or by the callable that is named', async (t) => {
    const { call } = await functionCalls(t, {
      'own.mjs': `export const own = () => 'own'; export const run = () => 'run'`,
      'deep/er/main.js': `export const run = async () => 'run'; export const other = () => 'other'`,
      'common.js': `module.exports = { run: () => 'common' }`,
      'only.mts': `export default (): string => 'default'`,
    })
    const names = ['own', 'own:run', 'deep.er.main', 'deep.er.main:other', 'common', 'only']

    const outputs = []
    for (const name of names) outputs.push((await call(name)).output)

    assert.deepEqual(outputs, ['"own"', '"run"', '"run"', '"other"', '"common"', '"default"'])
  })

  test('that is not there fails with what is, and may be tried again, since a folder can be replaced', async (t) => {
    const { call } = await functionCalls(t, { 'report.js': 'export const run = () => 1; export const send = () => 2' })

    const [gone, missing] = [await call('nothing'), await call('report:nothing')]

    assert.deepEqual([gone.failure, gone.error], ['malformed', 'The folder of functions has no module nothing.'])
    assert.deepEqual([missing.failure, missing.retryable], ['malformed', true])
    assert.match(missing.error ?? '', /it exports run, send\.$/)
  })

  test('is called as it is now: a changed file is loaded anew', async (t) => {
    const { call, write } = await functionCalls(t, { 'report.js': 'export const run = () => 1' })

    const before = (await call('report')).output
    write('report.js', 'export const run = () => 22')

    assert.deepEqual([before, (await call('report')).output], ['1', '22'])
  })

  test('S32: is not called for a workspace that functions are not open to', async (t) => {
    const { call } = await functionCalls(t, { 'report.js': 'export const run = () => 1' })

    const { failure, error } = await call('report', { workspaceKey: CLOSED_WORKSPACE })

    assert.deepEqual([failure, error], ['malformed', 'Functions are not open to this workspace.'])
  })
})

describe('what is kept of a call', () => {
  test('are the lines it printed, wherever to, and below them what it returned', async (t) => {
    const { call } = await functionCalls(t, {
      'report.js': `export const run = (_, { log }) => {
        console.log('one', { two: 2 }); console.error('three'); process.stdout.write('four\\0\\n'); log('five %d', 6)
        return { done: true }
      }
      export const silent = () => {}
      export const untold = () => ({ big: 1n })`,
    })

    assert.equal((await call('report')).output, 'one { two: 2 }\nthree\nfour\nfive 6\n{"done":true}')
    assert.equal((await call('report:silent')).output, null)
    const untold = await call('report:untold')
    assert.deepEqual(
      [untold.kind, untold.output?.slice(0, 44)],
      ['success', '[what was returned cannot be written as JSON'],
    )
  })

  test('is at most 64 KiB, the beginning and the end of what was printed', async (t) => {
    const { call } = await functionCalls(t, {
      'chatty.js': `export const run = () => { for (let n = 0; n < 200_000; n++) console.log('line', n, '語'); return '語'.repeat(1e6) }`,
    })

    const { output } = await call('chatty')

    const bytes = Buffer.byteLength(output ?? '')
    assert.ok(bytes <= 64 * 1024 && bytes > 60 * 1024, String(bytes))
    assert.match(output ?? '', /^line 0 語\nline 1 語\n/)
    assert.match(output ?? '', /\n\[cut: only the beginning and the end of what was printed are kept\]\n/)
    assert.match(output ?? '', /\nline 199999 語\n"語/)
    assert.doesNotMatch(output ?? '', /\ufffd/)
  })

  test('of one that threw is its error and where that was, without where the folder lies', async (t) => {
    const { call, folder } = await functionCalls(t, {
      'broken.ts': `export const run = async () => {\n  console.log('before')\n  throw new RangeError('too far')\n}`,
      'unreadable.js': 'export const run = (',
    })

    const thrown = await call('broken')
    const unreadable = await call('unreadable')

    assert.deepEqual([thrown.kind, thrown.failure, thrown.retryable], ['failure', 'exception', true])
    assert.equal(thrown.error, 'The function threw RangeError: too far')
    assert.match(thrown.output ?? '', /^before\nRangeError: too far\n +at run \(broken\.ts:3:9\)/)
    assert.ok(!thrown.output?.includes(folder) && !thrown.output?.includes('function-worker'))
    assert.match(unreadable.error ?? '', /^The module of the function cannot be loaded: SyntaxError: /)
  })
})

describe('a function that takes too long', () => {
  test('hears it by its signal and may tidy up, while the attempt is over already', async (t) => {
    const { call } = await functionCalls(
      t,
      {
        'slow.js': `let stopped = 0
        export const run = (_, { signal, log }) => new Promise((resolve) => {
          log('waiting')
          signal.addEventListener('abort', () => { stopped += 1; resolve(signal.reason.name) })
        })
        export const count = () => stopped`,
      },
      { atOnce: 1 },
    )

    const outcome = await call('slow', { timeoutMs: 1000 })

    assert.deepEqual([outcome.failure, outcome.output], ['timeout', 'waiting'])
    assert.equal(outcome.error, 'Timed out after 1000 ms while running the function.')
    assert.equal((await call('slow:count')).output, '1', 'the same thread goes on')
  })

  test('and does not stop is ended, and what comes next gets a fresh thread', async (t) => {
    const { call } = await functionCalls(
      t,
      {
        'never.js':
          'let calls = 0; export const run = () => { calls += 1; return new Promise(() => {}) }; export const count = () => calls',
      },
      { atOnce: 1 },
    )

    const outcome = await call('never', { timeoutMs: 500 })

    assert.equal(outcome.failure, 'timeout')
    assert.equal((await call('never:count')).output, '0')
  })

  test('is stopped in the same way when somebody cancels the run', async (t) => {
    const { call, folder } = await functionCalls(
      t,
      {
        'slow.js': `import { writeFileSync } from 'node:fs'
        let stopped = 0
        export const run = (_, { signal }) => new Promise((resolve) => {
          signal.addEventListener('abort', () => { stopped += 1; resolve() })
          writeFileSync('started', '')
        })
        export const count = () => stopped`,
      },
      { atOnce: 1 },
    )
    const stop = new AbortController()
    const cancelled = call('slow', {}, stop.signal)
    while (!existsSync(join(folder, 'started'))) await new Promise(setImmediate)

    stop.abort()

    const { kind, failure, error } = await cancelled
    assert.deepEqual([kind, failure, error], ['cancelled', null, 'Cancelled while running the function.'])
    assert.equal((await call('slow:count')).output, '1')
  })
})

describe('threads', () => {
  test('are used again by the same module of the same workspace, and by no other', async (t) => {
    const { call } = await functionCalls(t, {
      'counter.js': 'let calls = 0; export const run = () => ++calls',
      'other.js': 'let calls = 0; export const run = () => ++calls',
    })

    const calls = [
      await call('counter'),
      await call('counter'),
      await call('counter', { workspaceKey: 2 }),
      await call('other'),
      await call('counter:run'),
    ]

    assert.deepEqual(
      calls.map(({ output }) => output),
      ['1', '2', '1', '1', '1'],
      'with two at once, the longest idle makes room',
    )
  })

  test('in which something goes on after the call are not used again', async (t) => {
    const { call } = await functionCalls(t, {
      'leaky.js': `let calls = 0; export const run = () => { calls += 1; setInterval(() => { throw new Error('later') }, 5); return calls }`,
    })

    const [first, second] = [await call('leaky'), await call('leaky')]

    assert.deepEqual([first.output, second.output], ['1', '1'])
  })

  test('are bounded: what finds none free waits, in order, and the wait counts into its time limit', async (t) => {
    const { call, folder } = await functionCalls(
      t,
      {
        'slow.js': `import { writeFileSync } from 'node:fs'
          export const run = (_, { signal }) => new Promise((resolve) => {
            signal.addEventListener('abort', resolve)
            writeFileSync('started', '')
          })
          export const quick = () => 1`,
      },
      { atOnce: 1 },
    )
    const first = call('slow', { timeoutMs: 2000 })
    while (!existsSync(join(folder, 'started'))) await new Promise(setImmediate)

    const second = await call('slow', { timeoutMs: 500 })
    const third = call('slow:quick')

    assert.deepEqual([second.failure, second.error], ['timeout', 'Timed out after 500 ms while waiting for its turn.'])
    assert.equal((await first).failure, 'timeout')
    assert.equal((await third).kind, 'success')
  })

  test('end when nobody has used them for a minute', async (t) => {
    const clock = manualClock(SCHEDULED)
    const { call } = await functionCalls(
      t,
      { 'counter.js': 'let calls = 0; export const run = () => ++calls' },
      { clock },
    )

    const [first, second] = [await call('counter'), await call('counter')]
    clock.advance(59_000)
    const third = await call('counter')
    clock.advance(120_000)

    assert.deepEqual([first.output, second.output, third.output], ['1', '2', '3'])
    assert.equal((await call('counter')).output, '1')
    clock.advance(100)
    assert.equal(clock.pendingTimers(), 1, 'the one that looks for idle ones')
  })
})
