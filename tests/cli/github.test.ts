/** Jobs that are workflows of GitHub through a whole server, made by either API: dispatched, followed, run again, cancelled, refused. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type FakeGithub, type FakeRun, GITHUB_TOKEN, githubServer } from '../support/github-server.ts'
import { type Answer, type Served, served } from '../support/served.ts'
import { leaks } from '../support/spellings.ts'
import type { Cleanup } from '../support/temp-store.ts'

const PASSWORD = 'a fine long pass phrase'
const ENDED = ['execution.succeeded', 'execution.failed']
const MOST_LOOKS = 20_000
const PAGE = /https:\/\/github\.com\/octo\/app\/actions\/runs\/(\d+)/

type Whole = {
  readonly github: FakeGithub
  readonly server: Served
  readonly token: string
  /** Whose answer is as it should be. */
  readonly ask: (method: string, path: string, body?: unknown) => Promise<Answer['body']>
}

const aServer = async (t: Cleanup): Promise<Whole> => {
  const github = await githubServer(Date.now)
  t.after(github.close)
  const server = await served(t, {
    SECRET_KEY: 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi',
    DEFAULT_ADMIN_PASSWORD: PASSWORD,
    GITHUB_API_URL: github.url,
    GITHUB_TOKEN,
    LOG_LEVEL: 'trace',
  })
  const session = await server.ask('POST', '/sessions', { body: { login: 'admin', password: PASSWORD } })
  const token: string = session.body.access_token
  const ask: Whole['ask'] = async (method, path, body) => {
    const answer = await server.ask(method, path, { token, body })
    assert.ok(answer.status < 300, `${method} ${path} ${answer.text}`)
    return answer.body
  }
  return { github, server, token, ask }
}

/** The id of a job of v3 that is made for it. */
const jobOf = async ({ ask }: Whole, name: string, target: object = {}, retry: object = {}): Promise<string> => {
  const workflow = { kind: 'github', owner: 'octo', repo: 'app', workflow: 'deploy.yml', ref: 'main' }
  const body = {
    name,
    schedules: [{ kind: 'manual' }],
    target: { ...workflow, ...target },
    policies: { retry: { attempts: 1, ...retry }, timeout_seconds: 600 },
  }
  return (await ask('POST', '/jobs', body)).id
}

/** Begun, and followed at GitHub. */
const started = async ({ ask, github }: Whole, jobId: string): Promise<{ id: string; run: FakeRun }> => {
  const { id } = await ask('POST', `/jobs/${jobId}/run`)
  for (let look = 0; look < MOST_LOOKS; look++) {
    const { progress, error } = await ask('GET', `/executions/${id}`)
    assert.equal(error, null)
    const [, runId] = PAGE.exec(progress?.message ?? '') ?? []
    const run = github.runs.find((one) => String(one.id) === runId)
    if (run !== undefined) return { id, run }
  }
  throw new Error(`${id} is not followed.`)
}

const REFUSALS = [
  ['401', { status: 401, body: { message: 'Bad credentials' } }, /does not accept the token \(401\)/],
  ['403', { status: 403, body: { message: 'Resource not accessible' } }, /403.*needs write access.*Resource not acc/],
  [
    '403 of a limit',
    { status: 403, body: {}, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9999999999' } },
    /limits the requests of this token \(403\); it may dispatch the workflow in \d+ s/,
  ],
  ['429', { status: 429, headers: { 'retry-after': '60' } }, /limits the requests of this token \(429\).* in 60 s/],
  ['422', { status: 422, body: { message: 'No ref found for: main' } }, /\(422\).*No ref found for: main/],
  ['503', { status: 503, body: 'oops' }, /GitHub has a fault of its own \(503\)/],
] as const

describe('a server with workflows of GitHub', () => {
  let whole: Whole
  const tokens: Record<string, string> = { 'of the server': GITHUB_TOKEN }
  const tidy: (() => void | Promise<void>)[] = []
  before(async () => {
    whole = await aServer({ after: (one) => void tidy.push(one) })
  })
  after(async () => {
    for (const one of tidy.reverse()) await one()
  })

  /** One for each run: GitHub's limits are of a token. */
  const newToken = (name: string): string => {
    const made = `ghs_canary+of/${name.replaceAll(' ', '-')}Xq7Zr2Lw4`
    tokens[name] = made
    return made
  }
  /** GitHub's messages may hold what it was sent. */
  const answering = (answer: object, token: string) => {
    const { body, ...rest } = { body: {}, ...answer } as { status: number; body: { message?: string } | string }
    const message = typeof body === 'string' ? body : `${body.message ?? ''} ${token}`
    whole.github.instead = () => ({ ...rest, body: { message } })
  }

  it('follows each to its end, has failed jobs run again, and cancels a run with its execution', async () => {
    const { github, server, ask } = whole
    const concluded = { success_when: 'concluded' }
    const heard = await server.listen(whole.token)
    const good = await started(whole, await jobOf(whole, 'good', { ...concluded, inputs: { mode: 'full', day: 7 } }))
    const bad = await started(whole, await jobOf(whole, 'bad', concluded))
    const again = await started(whole, await jobOf(whole, 'again', concluded, { attempts: 2, first_delay_seconds: 1 }))
    const unwanted = await started(whole, await jobOf(whole, 'unwanted', concluded))
    assert.equal(new Set([good, bad, again, unwanted].map(({ run }) => run.id)).size, 4)
    assert.deepEqual(github.dispatched[0], { ref: 'main', inputs: { mode: 'full', day: '7' } })
    assert.ok(
      github.received.every(({ path, body }) => !path.endsWith('/dispatches') || body.includes('"return_run_det')),
    )

    const cancelled = Promise.withResolvers<void>()
    github.instead = ({ path }) => {
      if (path.endsWith(`/${unwanted.run.id}/cancel`)) cancelled.resolve()
      // When the request has been answered.
      if (path.endsWith(`/${again.run.id}/rerun-failed-jobs`)) queueMicrotask(() => github.end(again.run, 'success'))
      return null
    }
    github.end(good.run, 'success')
    github.end(bad.run, 'failure')
    github.end(again.run, 'failure')
    const stopped = await ask('POST', `/executions/${unwanted.id}/cancel`)
    await cancelled.promise
    for (const { id } of [good, bad, again])
      await heard(({ type, subject }) => ENDED.includes(type) && subject.id === id)
    const [ofGood, ofBad, ofAgain] = await Promise.all(
      [good, bad, again].map(({ id }) => ask('GET', `/executions/${id}`)),
    )

    assert.deepEqual([stopped.status, unwanted.run.conclusion], ['cancelled', 'cancelled'])
    const page = (run: FakeRun) => `https://github.com/octo/app/actions/runs/${run.id}`
    assert.deepEqual(
      [ofGood.status, ofGood.output],
      ['success', `The workflow concluded with success: ${page(good.run)}`],
    )
    assert.deepEqual([ofBad.status, ofBad.error], ['failed', `The workflow concluded with failure: ${page(bad.run)}`])
    assert.deepEqual([ofAgain.status, ofAgain.attempt, again.run.run_attempt], ['success', 2, 2])
    assert.equal(ofAgain.attempts[0].error, `The workflow concluded with failure: ${page(again.run)}`)
    assert.equal(github.dispatched.length, 4)
  })

  it('tells in clear words what GitHub refuses over v3', async () => {
    const { ask, server, token: session } = whole
    const jobId = await jobOf(whole, 'refused')
    for (const [name, answer, says] of REFUSALS) {
      const token = newToken(`v3 ${name}`)
      answering(answer, token)
      const { id } = await ask('POST', `/jobs/${jobId}/run`, { target: { token } })
      const ended = await server.ended(session, id)
      assert.deepEqual([ended.status, ended.status_code], ['failed', answer.status], name)
      assert.match(ended.error, says)
    }
  })

  for (const prefix of ['/api', '/api/v2'])
    it(`tells in clear words what GitHub refuses over ${prefix}`, async () => {
      const { server, ask } = whole
      const team = async (method: string, path: string, token: string, body?: unknown) =>
        (await server.ask(method, `/${prefix}${path}`, { token, body })).body
      const login = await ask('POST', `/${prefix}/auth/login`, { username: 'admin', password: PASSWORD })
      const session: string = login.access_token
      await team('POST', '/pic-teams', session, { name: `Desk of ${prefix}`, slack_handle: '@them' })
      const fields = {
        name: `of ${prefix}`,
        cron_expression: '0 0 1 1 *',
        github_owner: 'octo',
        github_repo: 'app',
        metadata: { branchDetails: 'dev', env: 'prod' },
        end_date: '2999-12-31',
        pic_team: prefix === '/api' ? 'desk-of-api' : 'desk-of-api-v2',
      }
      const made = await team('POST', '/jobs', session, { ...fields, github_workflow_name: 'nightly' })
      const { id } = made.job ?? assert.fail(JSON.stringify(made))
      const run = async (more: object = {}) => {
        const begun = await team('POST', `/jobs/${id}/execute`, session, more)
        assert.equal(begun.message, 'Job triggered successfully', JSON.stringify(begun))
        const { executions } = await team('GET', `/jobs/${id}/executions`, session)
        const [newest] = executions
        assert.equal(newest.id, begun.execution_id)
        return newest
      }

      whole.github.instead = () => null
      whole.github.workflows.delete('nightly.yaml')
      const missing = await run()
      assert.deepEqual([missing.status, missing.response_status], ['failed', 404])
      assert.match(missing.error_message, /GitHub knows no octo\/app\/nightly \(404\)/)
      whole.github.workflows.add('nightly.yaml')
      const good = await run()
      const wrong = await run({ github_token: newToken(`${prefix} wrong`) })
      for (const [name, answer, says] of REFUSALS) {
        const token = newToken(`${prefix} ${name}`)
        answering(answer, token)
        const refused = await run({ github_token: token })
        assert.deepEqual([refused.status, refused.response_status], ['failed', answer.status], name)
        assert.match(refused.error_message, says)
      }

      assert.deepEqual([good.status, good.execution_type, good.target], ['success', 'github_actions', missing.target])
      assert.match(good.output, PAGE)
      assert.deepEqual(whole.github.dispatched.at(-1), { ref: 'dev', inputs: { branchDetails: 'dev', env: 'prod' } })
      assert.deepEqual([wrong.status, wrong.response_status], ['failed', 401])
      // The third try is the file of the fallback.
      const files = whole.github.received.map(({ path }) => path.split('/').at(-2))
      assert.ok(files.join().includes('nightly,nightly.yml,nightly.yaml'))
    })

  it('names no token in any answer, line, or page of the database', async () => {
    const { server, token } = whole
    const places: [string, string | Buffer][] = []
    for (const path of ['/jobs', '/jobs/export', '/executions', '/events', '/audit', '//metrics', '//api/executions'])
      places.push([path, (await server.ask('GET', path, { token })).text])
    const { body } = await server.ask('GET', '/executions?limit=100', { token })
    for (const { id } of body.items) places.push([id, (await server.ask('GET', `/executions/${id}`, { token })).text])
    for (const [name, bytes] of server.files()) places.push([name, bytes])
    places.push(['what it said', server.said()])

    assert.equal(body.items.length, 4 + 3 * REFUSALS.length + 2 * 3)
    assert.deepEqual(leaks(tokens, places), [])
  })
})
