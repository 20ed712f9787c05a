/** Dispatching a workflow, against a GitHub on loopback: every answer it may give. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { githubWorld } from '../../tests/support/github-runner.ts'
import { GITHUB_TOKEN } from '../../tests/support/github-server.ts'

test('a workflow is dispatched with metadata and inputs as texts, and the link to its run is kept', async (t) => {
  const { run, github, memory } = await githubWorld(t)
  const outcome = await run({ metadata: { day: 7, branchDetails: 'dev' }, inputs: { mode: 'full' }, ref: null })

  assert.equal(outcome.kind, 'success')
  assert.equal(outcome.statusCode, 200)
  assert.equal(
    outcome.output,
    'Workflow triggered successfully on branch dev: https://github.com/octo/app/actions/runs/1000',
  )
  assert.deepEqual(github.dispatched, [{ ref: 'dev', inputs: { day: '7', branchDetails: 'dev', mode: 'full' } }])
  const [request] = github.received
  assert.equal(request?.headers['x-github-api-version'], '2022-11-28')
  assert.equal(request?.headers.accept, 'application/vnd.github+json')
  assert.deepEqual(memory.run, { sentAt: Date.UTC(2026, 0, 1), runId: 1000, judged: 0 })
})

test('where GitHub gives no details, 204 is a success without a link', async (t) => {
  const { run, github } = await githubWorld(t)
  github.givesDetails = false
  const outcome = await run()
  assert.equal(outcome.kind, 'success')
  assert.equal(outcome.statusCode, 204)
  assert.equal(outcome.output, 'Workflow triggered successfully on branch main')
})

test('a server that does not know return_run_details is asked without it', async (t) => {
  const { run, github } = await githubWorld(t)
  github.instead = ({ body }) =>
    body.includes('return_run_details')
      ? { status: 422, body: { message: 'Invalid request. "return_run_details" is not a permitted key.' } }
      : null
  assert.equal((await run()).kind, 'success')
  assert.equal(github.received.length, 2)
})

test('a name without an ending is tried as it is, as .yml and as .yaml', async (t) => {
  const { run, github } = await githubWorld(t)
  github.workflows.add('nightly.yaml')
  assert.equal((await run({ workflow: 'nightly' })).kind, 'success')
  assert.deepEqual(
    github.received.map(({ path }) => path.split('/').at(-2)),
    ['nightly', 'nightly.yml', 'nightly.yaml'],
  )
  const missing = await run({ workflow: 'missing.yml' })
  assert.match(missing.error ?? '', /GitHub knows no octo\/app\/missing\.yml \(404\)/)
  assert.equal(github.received.length, 4)
})

test('the token of the job goes before that of the server; without any the run fails and nothing is sent', async (t) => {
  const { run, github } = await githubWorld(t, null)
  assert.equal((await run({ token: { sealed: GITHUB_TOKEN } })).kind, 'success')
  const outcome = await run({}, { jobName: "it's nightly" })
  assert.equal(outcome.error, "GitHub token not configured. Cannot trigger workflow for job 'it's nightly'")
  assert.deepEqual([outcome.kind, outcome.retryable, github.received.length], ['failure', false, 1])
})

const ANSWERS = [
  [401, { message: `Bad credentials ${GITHUB_TOKEN}` }, {}, /does not accept the token \(401\)/, false, null],
  [
    403,
    { message: 'Resource not accessible' },
    {},
    /refuses to dispatch the workflow \(403\).*Resource not acc/,
    false,
    null,
  ],
  [
    403,
    { message: 'API rate limit exceeded' },
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Date.UTC(2026, 0, 1, 0, 5) / 1000) },
    /limits the requests of this token \(403\).* in 300 s/,
    true,
    300_000,
  ],
  [403, { message: 'You have exceeded a secondary rate limit' }, {}, / in 60 s/, true, 60_000],
  [429, {}, { 'retry-after': '17' }, /\(429\).* in 17 s/, true, 17_000],
  [404, { message: 'Not Found' }, {}, /GitHub knows no octo\/app\/deploy\.yml/, false, null],
  [422, { message: `No ref found for: main\n${GITHUB_TOKEN}` }, {}, /No ref found for: main \[redacted\]/, false, null],
  [500, 'oops', {}, /fault of its own \(500\)/, true, null],
  [503, {}, { 'retry-after': '5' }, /fault of its own \(503\)/, true, null],
  [418, {}, {}, /answered 418/, false, null],
] as const

for (const [status, body, headers, says, retryable, retryAfterMs] of ANSWERS) {
  test(`GitHub answers ${status} ${JSON.stringify(headers)}: a clear sentence without the token`, async (t) => {
    const { run, github } = await githubWorld(t)
    github.instead = () => ({ status, body, headers })
    const outcome = await run()

    assert.equal(outcome.kind, 'failure')
    assert.match(outcome.error ?? '', says)
    assert.deepEqual([outcome.statusCode, outcome.retryable, outcome.retryAfterMs], [status, retryable, retryAfterMs])
    assert.ok(!JSON.stringify(outcome).includes(GITHUB_TOKEN))
  })
}

test('while GitHub wants to be left alone, no other run of the token asks it', async (t) => {
  const { run, start, github, pass } = await githubWorld(t)
  github.instead = () => ({ status: 429, headers: { 'retry-after': '17' } })
  await run()
  github.instead = () => null
  const { outcome } = start()
  await pass(17_000)
  assert.equal((await outcome).kind, 'success')
  assert.equal(github.received.length, 2)
})

test('a dispatch whose answer was lost is looked up on the next attempt, and not repeated', async (t) => {
  const { run, github, restart, memory } = await githubWorld(t)
  github.instead = ({ path }) => (path.endsWith('/dispatches') ? 'lost' : null)
  const first = await run()
  assert.deepEqual([first.kind, first.retryable], ['failure', true])
  assert.equal(memory.run?.runId, null)

  restart()
  github.instead = () => null
  const second = await run({}, { attempt: 2 })
  assert.equal(second.kind, 'success')
  assert.match(second.output ?? '', /actions\/runs\/1000/)
  assert.equal(github.dispatched.length, 1)
})

test('a dispatch that never arrived is repeated once the look-ups have found none', async (t) => {
  const { start, github, memory, pass } = await githubWorld(t)
  memory.run = { sentAt: Date.UTC(2026, 0, 1), runId: null, judged: 0 }
  const { outcome } = start({}, { attempt: 2 })
  for (let look = 1; look < 5; look++) await pass(3000)
  assert.equal((await outcome).kind, 'success')
  assert.equal(github.dispatched.length, 1)
})

test('where several runs may be of it, none is repeated; runs of other executions do not count', async (t) => {
  const { run, github, memory } = await githubWorld(t)
  await run()
  await run()
  memory.run = { sentAt: Date.UTC(2026, 0, 1), runId: null, judged: 0 }
  const outcome = await run({}, { attempt: 2 })
  assert.match(outcome.error ?? '', /several runs/)
  assert.equal(outcome.retryable, false)

  memory.taken.push(1000)
  memory.run = { sentAt: Date.UTC(2026, 0, 1), runId: null, judged: 0 }
  assert.match((await run({}, { attempt: 3 })).output ?? '', /runs\/1001/)
  assert.equal(github.dispatched.length, 2)
})
