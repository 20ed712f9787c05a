/** Runs by hand and test runs, with what the run is told differently. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../../src/domain/attempt.ts'
import type { Target } from '../../../src/domain/target.ts'
import type { Reply } from '../../support/api-world.ts'
import { runWaiting, START, type World } from '../../support/services-world.ts'
import { aWorkshop } from './job-world.ts'
import { PREFIXES, refused } from './world.ts'

const WORKFLOW = { github_owner: 'myorg', github_repo: 'repo', github_workflow_name: 'a.yml' }

/** What is asked is answered when the run has ended: a node takes it meanwhile, and time passes. Also answers what it was given. */
const whileRunning = async (
  world: World,
  asked: Promise<Reply>,
  ending: 'success' | 'failed' | 'running',
): Promise<Reply & { readonly targets: readonly Target[] }> => {
  const targets: Target[] = []
  let isAnswered = false
  const answered = asked.finally(() => {
    isAnswered = true
  })
  while (!isAnswered) {
    await new Promise((resolve) => setImmediate(resolve))
    await runWaiting(world, ending, ({ target }) => void targets.push(target))
    world.clock.advance(250)
  }
  return { ...(await answered), targets }
}

for (const prefix of PREFIXES) {
  for (const ending of ['success', 'failed'] as const) {
    test(`${prefix}: a run by hand is answered when it has ended, also when that was a ${ending}`, async (t) => {
      const { team, world, user, made } = await aWorkshop(t, prefix)
      const { job } = (await made(user, { is_active: false })).body

      const asked = team('POST', `/jobs/${job.id}/execute`, { token: user.token })
      const reply = await whileRunning(world, asked, ending)

      assert.equal(reply.status, 200, reply.text)
      const { execution_id, ...rest } = reply.body
      assert.deepEqual(rest, { message: 'Job triggered successfully', job_id: job.id })
      const { body } = await team('GET', `/jobs/${job.id}/executions/${execution_id}`, { token: user.token })
      assert.deepEqual([body.execution.status, body.execution.trigger_type], [ending, 'manual'])
      const { is_active } = (await team('GET', `/jobs/${job.id}`, { token: user.token })).body.job
      assert.equal(is_active, false)
    })
  }

  test(`${prefix}: a run that takes longer is answered after 12 seconds, and goes on`, async (t) => {
    const { team, world, user, made } = await aWorkshop(t, prefix)
    const { job } = (await made(user, {})).body

    const reply = await whileRunning(
      world,
      team('POST', `/jobs/${job.id}/execute`, { token: user.token, body: {} }),
      'running',
    )

    assert.equal(reply.status, 200)
    assert.ok(world.clock.now() - START >= 12_000)
    const { body } = await team('GET', `/jobs/${job.id}/executions`, { token: user.token })
    assert.deepEqual(
      body.executions.map(({ status }: { status: string }) => status),
      ['running'],
    )
  })

  test(`${prefix}: what a run is told differently holds for that run alone; what is for other kinds is left out`, async (t) => {
    const { ask, team, world, user, made } = await aWorkshop(t, prefix)
    const webhook = (await made(user, { name: 'webhook', metadata: { a: 1 } })).body.job
    const workflow = (await made(user, { name: 'workflow', target_url: undefined, ...WORKFLOW })).body.job
    const jobs = async () =>
      (await ask('GET', '/jobs', { token: user.token })).body.items.map((job: object) => ({ ...job, last_run: null }))
    const before = await jobs()
    const calledBy = async (id: string, body: object): Promise<Target | undefined> => {
      const asked = team('POST', `/jobs/${id}/execute`, { token: user.token, body })
      const reply = await whileRunning(world, asked, 'success')
      assert.equal(reply.status, 200, reply.text)
      return reply.targets[0]
    }

    const sent = await calledBy(webhook.id, {
      metadata: { b: 2 },
      target_url: 'https://other.example.com/x',
      ...WORKFLOW,
    })
    const bare = await calledBy(webhook.id, { metadata: {}, target_url: '' })
    const dispatched = await calledBy(workflow.id, {
      dispatch_url: 'https://github.com/o/r/actions/workflows/w.yml',
      target_url: 'https://ignored.example.com/',
      metadata: { branchDetails: 'dev' },
      github_token: 'ghs_secret',
    })

    assert.deepEqual(sent, {
      kind: 'http',
      url: 'https://other.example.com/x',
      method: 'POST',
      body: { type: 'json', content: { b: 2 } },
    })
    assert.deepEqual(bare, { kind: 'http', url: 'https://api.example.com/health', method: 'GET' })
    assert.ok(dispatched?.kind === 'github')
    const { owner, repo, workflow: file, metadata, token } = dispatched
    assert.deepEqual([owner, repo, file, metadata], ['o', 'r', 'w.yml', { branchDetails: 'dev' }])
    assert.ok(token !== undefined && !JSON.stringify(dispatched).includes('ghs_secret'))
    assert.deepEqual(await jobs(), before)
  })

  test(`${prefix}: a run that cannot be told so is not begun`, async (t) => {
    const { team, user, made } = await aWorkshop(t, prefix)
    const webhook = (await made(user, { name: 'webhook' })).body.job
    const workflow = (await made(user, { name: 'workflow', target_url: undefined, ...WORKFLOW })).body.job
    const by = (id: string, body: object) => team('POST', `/jobs/${id}/execute`, { token: user.token, body })

    refused(await by(webhook.id, { metadata: ['x'] }), 400, 'Invalid payload', '"metadata" must be a JSON object.')
    refused(await by(webhook.id, { target_url: 5 }), 400, 'Invalid payload')
    refused(await by(webhook.id, { target_url: 'nowhere' }), 400, 'Invalid target_url')
    refused(await by(webhook.id, { target_url: 'http://169.254.169.254/' }), 400, 'Invalid target_url')
    refused(await by(workflow.id, { dispatch_url: 'https://example.com/a/b/c' }), 400, 'Invalid payload')
    assert.equal((await team('GET', '/executions', { token: user.token })).body.total, 0)
  })

  test(`${prefix}: a test run calls once, and leaves no trace`, async (t) => {
    const tried: [Target, number][] = []
    const outcomes: Partial<Outcome>[] = []
    const { team, user } = await aWorkshop(t, prefix, {
      deps: {
        tryTarget: async (target, { timeoutMs }) => {
          tried.push([target, timeoutMs])
          return { ...NOTHING_CAME, ...outcomes.shift() }
        },
      },
    })
    const by = async (outcome: Partial<Outcome>, body: object) => {
      outcomes.push(outcome)
      const reply = await team('POST', '/jobs/test-run', { token: user.token, body })
      assert.equal(reply.status, 200, reply.text)
      return reply.body
    }
    const url = 'https://example.com/hook'

    assert.deepEqual(
      await by({ kind: 'success', statusCode: 204, error: null }, { target_url: url, metadata: { a: 1 } }),
      {
        ok: true,
        type: 'webhook',
        status_code: 204,
        message: 'Webhook test run succeeded.',
      },
    )
    assert.deepEqual(await by({ statusCode: 302 }, { target_url: url, timeout_seconds: 99 }), {
      ok: false,
      type: 'webhook',
      status_code: 302,
      message: 'Webhook test run failed.',
    })
    assert.deepEqual(await by({}, { target_url: url, timeout_seconds: 0 }), {
      ok: false,
      type: 'webhook',
      error: 'Request failed',
      message: 'The host cannot be reached.',
    })
    const tokenless = { failure: 'token', error: 'GitHub token not configured. No luck.' } as const
    assert.deepEqual(await by(tokenless, { ...WORKFLOW, metadata: { ref: 'dev' } }), {
      ok: false,
      type: 'github',
      error: 'GitHub token not configured',
      message: 'GitHub token not configured. No luck.',
    })
    const body = (content: object) => ({ type: 'json', content })
    const called = { kind: 'http', url, method: 'POST', redirects: false }
    assert.deepEqual(tried.slice(0, 3), [
      [{ ...called, body: body({ a: 1 }) }, 10_000],
      [{ ...called, body: body({}) }, 30_000],
      [{ ...called, body: body({}) }, 1000],
    ])
    const [last] = tried.at(-1) ?? []
    assert.deepEqual(last?.kind === 'github' && [last.owner, last.ref], ['myorg', 'dev'])

    const wrong = async (fields: object) => team('POST', '/jobs/test-run', { token: user.token, body: fields })
    refused(await wrong({}), 400, 'Missing target configuration')
    refused(await wrong({ github_repo: 'x' }), 400, 'Missing target configuration')
    refused(await wrong({ target_url: url, metadata: 'x' }), 400, 'Invalid metadata')
    const scheme = 'Webhook URL must start with http:// or https://'
    refused(await wrong({ target_url: 'ftp://example.com' }), 400, 'Invalid target_url', scheme)
    refused(await wrong({ target_url: 'http://169.254.169.254/' }), 400, 'Invalid target_url')
    refused(await wrong({ target_url: url, timeout_seconds: 'soon' }), 400, 'Invalid timeout_seconds')
    assert.equal(tried.length, 4)
    assert.equal((await team('GET', '/jobs', { token: user.token })).body.count, 0)
    assert.equal((await team('GET', '/executions', { token: user.token })).body.total, 0)
  })
}

const NOTHING_CAME: Outcome = {
  kind: 'failure',
  startedAt: START,
  finishedAt: START,
  durationMs: 0,
  statusCode: null,
  output: null,
  error: 'The host cannot be reached.',
  failure: 'connection',
  retryable: true,
  retryAfterMs: null,
}
