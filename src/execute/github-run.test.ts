/** Following a workflow run to its end: success, failure, another try, deadlines, limits, and a server that was killed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { githubWorld } from '../../tests/support/github-runner.ts'

const concluded = { success: 'concluded' } as const

test('a run is followed with growing pauses until it has ended well', async (t) => {
  const { start, github, pass, memory } = await githubWorld(t)
  const { outcome } = start(concluded)
  await pass(5000)
  await pass(7500)
  github.end(github.runs[0], 'success')

  assert.deepEqual(
    [(await outcome).kind, (await outcome).output],
    ['success', 'The workflow concluded with success: https://github.com/octo/app/actions/runs/1000'],
  )
  assert.deepEqual(memory.told, ['The workflow runs: https://github.com/octo/app/actions/runs/1000'])
  assert.equal(github.received.at(-1)?.headers['if-none-match'], '"in_progress-1"')
})

test('where GitHub gave no id, the run is looked for', async (t) => {
  const { start, github, pass, memory } = await githubWorld(t)
  github.givesDetails = false
  const { outcome } = start(concluded)
  await pass(5000)
  assert.equal(memory.run?.runId, 1000)
  github.end(github.runs[0], 'success')
  assert.equal((await outcome).kind, 'success')
})

test('a run that ended badly is a failure, and the next attempt runs its failed jobs again instead of a new dispatch', async (t) => {
  const { start, github, pass, memory } = await githubWorld(t)
  const first = start(concluded)
  await pass(5000)
  github.end(github.runs[0], 'failure')
  const failure = await first.outcome
  assert.equal(failure.error, 'The workflow concluded with failure: https://github.com/octo/app/actions/runs/1000')
  assert.deepEqual([failure.failure, failure.retryable], ['reported', true])
  assert.equal(memory.run?.judged, 1)

  const second = start(concluded, { attempt: 2 })
  await pass(5000)
  github.end(github.runs[0], 'success')
  assert.equal((await second.outcome).kind, 'success')
  assert.equal(github.received.at(-2)?.path, '/repos/octo/app/actions/runs/1000/rerun-failed-jobs')
  assert.equal(github.dispatched.length, 1)
  assert.equal(github.runs[0]?.run_attempt, 2)
})

test('kill -9 while following: the next attempt follows the same run, and its end counts once', async (t) => {
  const { start, github, waits, restart, memory } = await githubWorld(t)
  start(concluded)
  await waits(5000)
  restart()
  github.end(github.runs[0], 'failure')
  const outcome = await start(concluded, { attempt: 2 }).outcome
  assert.match(outcome.error ?? '', /concluded with failure/)
  assert.equal(memory.run?.judged, 1)
  assert.deepEqual(
    github.received.filter(({ method }) => method === 'POST').map(({ path }) => path.split('/').at(-1)),
    ['dispatches'],
  )
})

test('an execution that somebody cancelled cancels the run; a stop of the server leaves it going', async (t) => {
  const { start, github, pass, memory, close, faults } = await githubWorld(t)
  const kept = start(concluded)
  await pass(5000)
  kept.cancel()
  assert.equal((await kept.outcome).kind, 'cancelled')
  const cancelled = start(concluded)
  await pass(5000)
  memory.isCancelled = true
  cancelled.cancel()
  assert.equal((await cancelled.outcome).kind, 'cancelled')
  await close()
  assert.deepEqual(
    github.runs.map(({ conclusion }) => conclusion),
    [null, 'cancelled'],
  )
  assert.deepEqual(faults, [])
})

test('an execution that is cancelled while its run is being written down cancels the run', async (t) => {
  const { start, github, memory, close } = await githubWorld(t)
  const { outcome, cancel } = start(concluded)
  Object.defineProperty(memory, 'run', {
    get: () => null,
    set: (run: typeof memory.run) => {
      if (run?.runId == null) return
      memory.isCancelled = true
      cancel()
    },
  })
  assert.equal((await outcome).kind, 'cancelled')
  await close()
  assert.equal(github.runs[0]?.conclusion, 'cancelled')
})

test('one that was cancelled through another server is noticed at the next look', async (t) => {
  const { start, github, pass, waits, memory, close } = await githubWorld(t)
  const { outcome } = start(concluded)
  await pass(5000)
  await waits(7500)
  memory.isCancelled = true
  await pass(7500)
  await outcome
  await close()
  assert.equal(github.runs[0]?.conclusion, 'cancelled')
})

test('a deadline cancels the run, and the next attempt runs it again', async (t) => {
  const { start, github, pass, waits, advance, memory } = await githubWorld(t)
  const { outcome } = start(concluded, { timeoutMs: 20_000 })
  await pass(5000)
  await waits(7500)
  advance(15_000)
  assert.match((await outcome).error ?? '', /Timed out after 20000 ms while waiting for the workflow to end/)
  await github.requests(3)
  assert.equal(github.runs[0]?.conclusion, 'cancelled')
  assert.equal(memory.run?.judged, 1)

  const second = start(concluded, { attempt: 2 })
  await pass(5000)
  github.end(github.runs[0], 'success')
  assert.equal((await second.outcome).kind, 'success')
  assert.equal(github.runs[0]?.run_attempt, 2)
})

test('faults of GitHub while following pass; limits are waited for; a token that was revoked ends it', async (t) => {
  const { start, github, pass, waits } = await githubWorld(t)
  const { outcome } = start(concluded)
  await waits(5000)
  github.instead = () => ({ status: 502 })
  await pass(5000)
  await waits(7500)
  github.instead = () => 'lost'
  await pass(7500)
  await waits(11_250)
  github.instead = () => ({ status: 429, headers: { 'retry-after': '120' } })
  await pass(11_250)
  await waits(120_000)
  github.instead = () => ({ status: 401, body: { message: 'Bad credentials' } })
  await pass(120_000)
  assert.match((await outcome).error ?? '', /does not accept the token/)
})
