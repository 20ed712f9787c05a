/** A thread that dies or hangs is replaced, and nobody waits for ever. */
import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { Worker } from 'node:worker_threads'
import { manualClock } from '../../../tests/support/manual-clock.ts'
import { openLine } from './line.ts'

type Echo = { readonly echo: (text: string) => string }

/** Answers each question with itself, but says nothing to `hang`, and ends at `die`. */
const THREAD = `
const { parentPort } = require('node:worker_threads')
parentPort.on('message', ({ number, operation, argument }) => {
  if (argument === 'hang') while (true);
  if (argument === 'die') process.exit(1)
  parentPort.postMessage({ replies: [{ number, ok: true, value: argument }] })
  if (operation === 'close') parentPort.close()
})
parentPort.postMessage({ ready: true })`

const setUp = async (test: TestContext, longestMs: number | null = 5000) => {
  const clock = manualClock(0)
  const faults: Error[] = []
  const start = () => new Worker(THREAD, { eval: true })
  const line = await openLine<Echo>({ start, clock, onFault: (error) => faults.push(error), longestMs })
  test.after(() => line.close())
  return { clock, faults, line }
}

it('questions are answered each with its own answer', async (t) => {
  const { line } = await setUp(t)

  assert.deepEqual(await Promise.all([line.ask('echo', 'a'), line.ask('echo', 'b')]), ['a', 'b'])
})

it('a question that takes too long is refused, and those behind it are answered by another thread', async (t) => {
  const { clock, line } = await setUp(t)
  const refused = assert.rejects(line.ask('echo', 'hang'), { code: 'unavailable', message: /took too long/ })
  const behind = line.ask('echo', 'next')

  clock.advance(5000)

  await refused
  assert.equal(await behind, 'next')
})

it('a question has its whole time, however long it waited for others', async (t) => {
  const { clock, line } = await setUp(t)
  await line.ask('echo', 'a')
  clock.advance(4000)
  await line.ask('echo', 'b')
  clock.advance(4000)

  assert.equal(await line.ask('echo', 'c'), 'c')
})

it('when a thread dies what it was asked is refused, and the next question finds a new one', async (t) => {
  const { line } = await setUp(t)

  await assert.rejects(line.ask('echo', 'die'), { code: 'unavailable' })

  assert.equal(await line.ask('echo', 'next'), 'next')
})

it('nothing is left ticking when the line is closed', async (t) => {
  const { clock, line } = await setUp(t)
  await line.ask('echo', 'a')

  await line.close()

  assert.equal(clock.pendingTimers(), 0)
})

it('a thread that cannot stand gives its reason', async () => {
  const start = () =>
    new Worker(`require('node:worker_threads').parentPort.postMessage({ ready: false, message: 'no room' })`, {
      eval: true,
    })

  const opening = openLine<Echo>({ start, clock: manualClock(0), onFault: assert.ifError, longestMs: null })

  await assert.rejects(opening, { message: 'no room' })
})
