/** Jobs that dispatch workflows: their token stays sealed, their metadata goes along, and one run may differ. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, refused } from '../../tests/support/services-world.ts'

const TOKEN = 'ghp_canary0123456789'
const workflow = { kind: 'github', owner: 'octo', repo: 'app', workflow: 'deploy.yml' } as const

test('the token is sealed, shown as a fingerprint, kept by an edit and taken away by null', async (t) => {
  const { services, store, admin, auth } = await aWorld(t)
  const ada = await admin()
  const job = await services.jobs.create(ada, anInput({ target: { ...workflow, token: TOKEN }, metadata: { n: [1] } }))
  assert.ok(job.target.kind === 'github')
  assert.match(job.target.token?.fingerprint ?? '', /^[0-9a-f]{8}$/)
  assert.ok(!JSON.stringify(job).includes(TOKEN))

  const stored = await store.jobs.byId(ada.workspaceKey, job.id)
  assert.ok(stored?.target.kind === 'github' && stored.target.token !== undefined)
  assert.ok(!JSON.stringify(stored).includes(TOKEN))
  assert.deepEqual(stored.target.metadata, { n: [1] })
  const place = { workspaceKey: ada.workspaceKey, owner: job.id, field: 'target.token' }
  assert.equal(auth.secrets.open(stored.target.token.sealed, place), TOKEN)

  const edited = await services.jobs.update(ada, job.id, { target: workflow, metadata: { n: 2 } }, null)
  assert.deepEqual(edited.target.kind === 'github' && edited.target.token, job.target.token)
  const bare = await services.jobs.update(ada, job.id, { target: { ...workflow, token: null } }, null)
  assert.equal(bare.target.kind === 'github' && bare.target.token, undefined)
  const kept = await store.jobs.byId(ada.workspaceKey, job.id)
  assert.deepEqual(kept?.target.kind === 'github' && kept.target.metadata, { n: 2 })
})

test('more inputs than GitHub takes are refused, also when it is the metadata that grows', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const job = await services.jobs.create(ada, anInput({ target: { ...workflow, inputs: { one: 1 } } }))
  const metadata = Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`k${at}`, at]))
  await assert.rejects(services.jobs.update(ada, job.id, { metadata }, null), refused('invalid', 'target.inputs'))
})

test('one run may name another workflow, token and metadata: sealed with it, and empty texts change nothing', async (t) => {
  const { services, store, admin } = await aWorld(t)
  const ada = await admin()
  const job = await services.jobs.create(ada, anInput({ target: workflow, metadata: { a: 1 } }))
  const told = async (overrides: Parameters<typeof services.jobs.run>[2]) => {
    const { id } = await services.jobs.run(ada, job.id, overrides)
    const attempt = await store.reports.attempt(ada.workspaceKey, id)
    assert.ok(attempt?.target.kind === 'github')
    assert.ok(!JSON.stringify(attempt).includes(TOKEN))
    return attempt.target
  }
  const other = await told({
    dispatchUrl: 'https://github.com/octo/web/actions/workflows/ci.yml',
    token: TOKEN,
    metadata: { b: 2 },
    url: 'https://example.com/',
    others: 'ignored',
  })
  assert.deepEqual([other.repo, other.workflow, other.metadata], ['web', 'ci.yml', { b: 2 }])
  assert.ok(other.token !== undefined)
  const same = await told({ owner: '', repo: '', workflow: '', token: '', dispatchUrl: '' })
  assert.deepEqual([same.repo, same.workflow, same.token], ['app', 'deploy.yml', undefined])
  await assert.rejects(services.jobs.run(ada, job.id, { url: 'https://e.com/' }), refused('invalid', 'target.url'))
  await assert.rejects(
    services.jobs.run(ada, job.id, { dispatchUrl: 'nowhere' }),
    refused('invalid', 'target.dispatchUrl'),
  )
})

test('a test run makes nothing, bounds its time, and is for those who may create jobs', async (t) => {
  const { services, again, admin, member } = await aWorld(t)
  const ada = await admin()
  const tried: unknown[] = []
  const trying = again({
    tryTarget: async (target, about) => {
      tried.push([target.kind, target.kind === 'github' && target.ref, about.timeoutMs])
      return NOTHING
    },
  }).services
  await trying.testRun(ada, { url: 'https://example.com/hook', metadata: {}, timeoutSeconds: 99 })
  await trying.testRun(ada, { ...workflow, metadata: { branch: 'dev' }, timeoutSeconds: 0 })
  await trying.testRun(ada, workflow)
  assert.deepEqual(tried, [
    ['http', false, 30_000],
    ['github', 'dev', 1000],
    ['github', 'main', 10_000],
  ])
  assert.equal(
    (await services.jobs.list(ada, { sort: 'created_at', descending: true, cursor: null, limit: 5 })).items.length,
    0,
  )
  await assert.rejects(trying.testRun(ada, {}), refused('invalid', 'target'))
  await assert.rejects(trying.testRun(await member(ada, 'viewer'), workflow), refused('forbidden'))
})

const NOTHING = {
  kind: 'success',
  startedAt: 0,
  finishedAt: 0,
  durationMs: 0,
  statusCode: 204,
  output: null,
  error: null,
  failure: null,
  retryable: false,
  retryAfterMs: null,
} as const
