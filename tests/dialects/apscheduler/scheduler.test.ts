/** `/scheduler` itself, who is let in, and that all of it is there only when it was turned on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anApi } from '../../support/api-world.ts'
import { PASSWORD } from '../../support/services-world.ts'
import { aScheduler, FUNC, refused } from './world.ts'

const SAMPLE = { id: 'sample_task', func: FUNC, trigger: 'interval', seconds: 5 }
const basic = (login: string, password: string) => ({
  headers: { authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}` },
})

test('scheduling is paused and resumed, shut down and started', async (t) => {
  const { scheduler, add, jobs, ask, admin, world } = await aScheduler(t)
  await add(SAMPLE)
  const running = async () => (await scheduler('GET', '')).body.running
  const post = async (path: string) => (await scheduler('POST', path)).status

  const first = await scheduler('GET', '')
  assert.deepEqual(
    [Object.keys(first.body), first.body.allowed_hosts],
    [['current_host', 'allowed_hosts', 'running'], ['*']],
  )
  refused(await scheduler('POST', '/start'), 400, 'SCHEDULER_RUNNING', /^Scheduler is already running$/)
  assert.deepEqual([await post('/pause'), await post('/pause'), await running()], [204, 204, true])
  assert.equal((await ask('GET', '/system', { token: admin.token })).body.paused.note, 'paused over /scheduler')
  refused(await scheduler('POST', '/jobs/sample_task/run'), 409, 'SCHEDULER_PAUSED')
  assert.deepEqual([await post('/resume'), await post('/resume'), await running()], [204, 204, true])

  refused(await scheduler('POST', '/shutdown', { body: { wait: 'no' } }), 400, 'INVALID_REQUEST', /^wait: "no"/)
  assert.equal((await scheduler('POST', '/shutdown', { body: { wait: false } })).status, 204)
  assert.equal(await running(), false)
  refused(await scheduler('POST', '/shutdown'), 400, 'SCHEDULER_STOPPED', /^Scheduler is not running$/)
  for (const path of ['/pause', '/resume']) refused(await scheduler('POST', path), 409, 'SCHEDULER_STOPPED')
  world.clock.advance(1000)
  await add({ ...SAMPLE, id: 'later' })
  assert.deepEqual(
    (await jobs()).map(({ id, state, next_run_time }) => [id, state, next_run_time]),
    [
      ['sample_task', 'pending', '2026-11-20 09:30:05'],
      ['later', 'pending', null],
    ],
  )
  assert.deepEqual([await post('/start'), await running()], [204, true])
  assert.equal((await jobs())[1]?.next_run_time, '2026-11-20 09:30:06')
})

test('with bearer, a token or a key is asked for, and its role is held to', async (t) => {
  const { scheduler, add, jobs, admin, member, stranger } = await aScheduler(t, 'bearer')
  const viewer = await member(admin, 'viewer')
  const other = await stranger()

  for (const ask of [{}, { token: 'garbage' }, basic(admin.login, PASSWORD)]) {
    const reply = await scheduler('GET', '/jobs', ask)
    refused(reply, 401, 'UNAUTHENTICATED', /^Access Denied$/)
    assert.equal(reply.headers['www-authenticate'], 'Bearer')
  }
  await add(SAMPLE, { token: admin.token })
  assert.equal((await jobs({ token: viewer.token })).length, 1)
  assert.deepEqual(await jobs({ token: other.token }), [])
  refused(await scheduler('POST', '/jobs', { token: viewer.token, body: { ...SAMPLE, id: 'x' } }), 403, 'FORBIDDEN')
  for (const action of ['pause', 'resume', 'run'])
    refused(await scheduler('POST', `/jobs/sample_task/${action}`, { token: viewer.token }), 403, 'FORBIDDEN')
  refused(await scheduler('DELETE', '/jobs/sample_task', { token: viewer.token }), 403, 'FORBIDDEN')
  for (const token of [viewer.token, other.token])
    refused(await scheduler('POST', '/pause', { token }), 403, 'FORBIDDEN')
})

test('with basic, user name and password of an account are asked for, and its session is used on', async (t) => {
  const { scheduler, add, jobs, admin, member, ask } = await aScheduler(t, 'basic')
  const user = await member(admin, 'user')
  const me = basic(user.login, PASSWORD)
  const sessions = async () => (await ask('GET', '/sessions', { token: user.token })).body.items.length

  const none = await scheduler('GET', '/jobs')
  refused(none, 401, 'UNAUTHENTICATED', /^Access Denied$/)
  assert.equal(none.headers['www-authenticate'], 'Basic realm="Authentication Required"')
  refused(await scheduler('GET', '/jobs', basic(user.login, 'wrong')), 401, 'UNAUTHENTICATED')
  refused(await scheduler('GET', '/jobs', basic('nobody', PASSWORD)), 401, 'UNAUTHENTICATED')

  const before = await sessions()
  await add(SAMPLE, me)
  assert.equal((await jobs(me)).length, 1)
  assert.equal((await jobs({ token: user.token })).length, 1, 'a token is as good')
  assert.equal(await sessions(), before + 1)
  const [made] = (await ask('GET', '/jobs', { token: admin.token })).body.items
  assert.equal(made.owner_id, user.id)

  await ask('PATCH', `/users/${user.id}`, { token: admin.token, body: { enabled: false } })
  refused(await scheduler('GET', '/jobs', me), 401, 'UNAUTHENTICATED')
})

test('where nobody signs in, pages of other origins change nothing', async (t) => {
  const { scheduler, jobs } = await aScheduler(t)
  const from = (headers: Record<string, string>) =>
    scheduler('POST', '/jobs', { raw: JSON.stringify(SAMPLE), headers: { 'content-type': 'text/plain', ...headers } })

  refused(await from({ host: 'localhost:5000', origin: 'https://evil.example' }), 403, 'FORBIDDEN')
  refused(await from({ host: 'localhost:5000', origin: 'null' }), 403, 'FORBIDDEN')
  refused(await from({ 'sec-fetch-site': 'cross-site' }), 403, 'FORBIDDEN')
  assert.deepEqual(await jobs(), [])
  assert.equal((await from({ host: 'localhost:5000', origin: 'http://localhost:5000' })).status, 200)
})

test('without its switch there is nothing at /scheduler', async (t) => {
  const { ask } = await anApi(t)

  assert.equal((await ask('GET', '//scheduler/jobs')).status, 404)
  assert.equal((await ask('GET', '//scheduler')).status, 404)
})

test('paths and methods that are not there are refused in the words of the dialect', async (t) => {
  const { scheduler } = await aScheduler(t)

  refused(await scheduler('GET', '/nothing'), 404, 'NOT_FOUND')
  refused(await scheduler('DELETE', '/jobs'), 405, 'METHOD_NOT_ALLOWED')
})

test('the workspace that jobs are made in is the first one, or that of a known id', async (t) => {
  const { world, admin } = await aScheduler(t)
  const actor = await world.services.sessions.authenticate(admin.token)
  const workspace = await world.store.people.workspaceByKey(actor.workspaceKey)
  const { schedulerWorkspace, ownerIn, ensureSampleTask } = world.services.setup

  assert.equal(await schedulerWorkspace(null), 1)
  assert.equal(await schedulerWorkspace(String(workspace?.id)), actor.workspaceKey)
  await assert.rejects(schedulerWorkspace('nowhere'), {
    code: 'invalid',
    message: /^SCHEDULER_API_WORKSPACE: "nowhere"/,
  })
  assert.equal(await ownerIn(actor.workspaceKey), admin.id)
  await assert.rejects(ownerIn(999), { code: 'conflict' })
  const sample = await ensureSampleTask(actor.workspaceKey)
  assert.deepEqual([sample?.externalId, sample?.ownerId], ['sample_task', admin.id])
  assert.equal(await ensureSampleTask(actor.workspaceKey), null, 'once in the life of a database')
})
