/** What is refused of `/jobs`, in which order and in which words; and an answer in the 400s has changed nothing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reply } from '../../support/api-world.ts'
import { HOUR } from '../../support/services-world.ts'
import { aWorkshop, jobBody } from './job-world.ts'
import { PREFIXES, type Prefix, refused } from './world.ts'

type Case = readonly [changes: object, title: string, message?: string | RegExp]

/** From the first check to the last: each body is right in all that is asked before. */
const casesFor = (prefix: Prefix): readonly Case[] => [
  [{ name: undefined, cron_expression: undefined }, 'Missing required fields'],
  [{ name: null }, 'Missing required fields'],
  [{ name: 5 }, 'Invalid name', '"name" must be a string.'],
  [{ name: '   ' }, 'Job name cannot be empty'],
  [
    { name: 'Taken', cron_expression: 'bad' },
    'Duplicate job name',
    'A job with the name "Taken" already exists. Please use a unique name.',
  ],
  [{ cron_expression: '* * * *', target_url: 'bad' }, 'Invalid cron expression', /exactly 5 fields/],
  [{ cron_expression: '61 * * * *' }, 'Invalid cron expression', /minute/],
  [{ cron_expression: '@daily' }, 'Invalid cron expression'],
  [{ cron_expression: '5-1 * * * *' }, 'Invalid cron expression'],
  [{ target_url: 'example.com', category: 'bad' }, 'Invalid target_url', /http:\/\/ or https:\/\//],
  [{ target_url: 'ftp://example.com/x' }, 'Invalid target_url'],
  [{ target_url: 7 }, 'Invalid target_url', '"target_url" must be a string.'],
  [{ dispatch_url: 'https://example.com/a/b/c' }, 'Invalid dispatch_url'],
  [{ category: 'nothing like it', metadata: [] }, 'Invalid category', /nothing like it/],
  [{ metadata: ['x'], notification_emails: 'x' }, 'Invalid metadata', '"metadata" must be a JSON object.'],
  [{ metadata: '{"a":1}' }, 'Invalid metadata'],
  [{ enable_email_notifications: 'false' }, 'Invalid enable_email_notifications'],
  [
    { enable_email_notifications: true, notification_emails: 'a@example.com', end_date: 'x' },
    'Invalid notification_emails',
  ],
  [
    { enable_email_notifications: true, notification_emails: ['a@example.com, b@example.com'] },
    'Invalid notification_emails',
  ],
  [{ is_active: 'false' }, 'Invalid is_active'],
  [{ end_date: '31.12.2026', pic_team: 'x' }, 'Invalid end_date', 'Invalid end_date. Use YYYY-MM-DD.'],
  [{ end_date: '2026-02-30' }, 'Invalid end_date', 'Invalid end_date. Use YYYY-MM-DD.'],
  [{ end_date: '2026-11-19' }, 'Invalid end_date', 'end_date must be today or in the future (JST).'],
  [{ pic_team: 'unknown', target_url: null }, 'Invalid PIC team', /unknown/],
  [{ pic_team: 'retired' }, 'Invalid PIC team', 'PIC team "retired" is disabled.'],
  ...(prefix === '/api'
    ? []
    : ([
        [{ end_date: undefined }, 'Missing required fields'],
        [{ pic_team: undefined }, 'Invalid PIC team', '"pic_team" is required.'],
      ] as const)),
  [{ target_url: null }, 'Missing target configuration'],
  [{ target_url: undefined, github_owner: 'myorg' }, 'Missing target configuration'],
  [{ github_owner: 'myorg', github_repo: 'x' }, 'Missing target configuration', /all together/],
  [{ github_owner: '../x', github_repo: 'x', github_workflow_name: 'y' }, 'Invalid github_owner'],
  [{ target_url: 'http://169.254.169.254/latest' }, 'Invalid target_url'],
]

const holds = (reply: Reply, [, title, message]: Case): void => {
  refused(reply, 400, title)
  if (typeof message === 'string') assert.equal(reply.body.message, message)
  if (message instanceof RegExp) assert.match(reply.body.message, message)
}

for (const prefix of PREFIXES) {
  test(`${prefix}: a job that is wrong is not made, and the first thing that is wrong is named`, async (t) => {
    const { team, user, made } = await aWorkshop(t, prefix)
    await made(user, { name: 'Taken' })

    for (const one of casesFor(prefix)) holds(await made(user, { name: 'New', ...one[0] }), one)
    const nothing = await team('POST', '/jobs', { token: user.token, body: {} })
    refused(nothing, 400, 'Missing required fields')
    assert.deepEqual(
      nothing.body.missing_fields,
      prefix === '/api' ? ['name', 'cron_expression'] : ['name', 'cron_expression', 'end_date'],
    )

    assert.equal((await team('GET', '/jobs', { token: user.token })).body.count, 1)
  })

  test(`${prefix}: a change that is wrong in one field changes none`, async (t) => {
    const { ask, team, user, made, change } = await aWorkshop(t, prefix)
    await made(user, { name: 'Taken' })
    const { job } = (await made(user, { name: 'Mine', metadata: { a: 1 } })).body
    const whole = async () => [
      (await team('GET', `/jobs/${job.id}`, { token: user.token })).body,
      (await ask('GET', `/jobs/${job.id}`, { token: user.token })).body,
      (await ask('GET', `/jobs/${job.id}/alerts`, { token: user.token })).body,
    ]
    const before = await whole()

    const absent = (changes: object) => Object.values(changes).includes(undefined)
    for (const one of casesFor(prefix)) {
      if (absent(one[0]) || one[1] === 'Missing required fields') continue
      holds(await change(user, job.id, { category: 'refund', is_active: false, metadata: { b: 2 }, ...one[0] }), one)
    }
    for (const end_date of [null, ''])
      refused(await change(user, job.id, { name: 'x', end_date }), 400, 'Invalid end_date')
    refused(await change(user, job.id, { name: null }), 400, 'Invalid name')
    refused(await change(user, job.id, { is_active: null }), 400, 'Invalid is_active')

    assert.deepEqual(await whole(), before)
  })

  test(`${prefix}: what is no JSON object is refused, whatever is done with it`, async (t) => {
    const { team, user, made } = await aWorkshop(t, prefix)
    const { job } = (await made(user, {})).body

    for (const [method, path] of [
      ['POST', '/jobs'],
      ['PUT', `/jobs/${job.id}`],
      ['POST', '/jobs/test-run'],
      ['POST', `/jobs/${job.id}/execute`],
    ] as const) {
      const by = (ask: object) => team(method, path, { token: user.token, ...ask })
      refused(
        await by({ raw: 'name=x', headers: { 'content-type': 'text/plain' } }),
        400,
        'Content-Type must be application/json',
      )
      refused(await by({ raw: '{"name": ' }), 400, 'Invalid JSON')
      refused(await by({ body: ['x'] }), 400, 'Invalid payload', 'JSON body must be an object.')
    }
    assert.equal((await team('GET', `/jobs/${job.id}/executions`, { token: user.token })).body.total_executions, 0)
  })

  test(`${prefix}: a viewer changes nothing, a user only what is its own, and an admin everything`, async (t) => {
    const { ask, team, admin, user, viewer, colleague, made, isFirst } = await aWorkshop(t, prefix)
    const { job } = (await made(user, {})).body
    const other = await colleague('user')
    const row = async () => (await ask('GET', `/jobs/${job.id}`, { token: admin.token })).body
    const before = await row()
    const writes = [
      ['PUT', `/jobs/${job.id}`, { name: 'x' }, 'You can only update your own jobs'],
      ['DELETE', `/jobs/${job.id}`, undefined, 'You can only delete your own jobs'],
      ['POST', `/jobs/${job.id}/execute`, undefined, 'You can only execute your own jobs'],
    ] as const

    for (const [method, path, body, words] of writes) {
      const byViewer = await team(method, path, { token: viewer.token, body })
      if (isFirst) refused(byViewer, 403, 'Insufficient permissions', words)
      else refused(byViewer, 403, 'User or admin access required')
      refused(await team(method, path, { token: other.token, body }), 403, 'Insufficient permissions', words)
      const unknown = await team(method, path.replace(job.id, 'unknown'), { token: viewer.token, body })
      if (isFirst) refused(unknown, 404, 'Job not found')
      else refused(unknown, 403, 'User or admin access required')
      assert.equal((await team(method, path, { body })).status, 401)
    }
    for (const path of ['/jobs', '/jobs/test-run']) {
      const reply = await team('POST', path, { token: viewer.token, body: jobBody(prefix, {}) })
      refused(reply, 403, isFirst ? 'Insufficient permissions' : 'User or admin access required')
      assert.equal((await team('POST', path, { body: {} })).status, 401)
    }
    assert.deepEqual(await row(), before)
    assert.equal((await team('GET', '/executions', { token: admin.token })).body.total, 0)

    const key = await ask('POST', '/api-keys', { token: user.token, body: { name: 'reader', scopes: ['jobs:read'] } })
    assert.equal(key.status, 201, key.text)
    const byKey = await team('PUT', `/jobs/${job.id}`, { token: key.body.key, body: { name: 'x' } })
    refused(byKey, 403, 'Insufficient permissions', 'The scopes of this API key do not allow to change a job.')

    const byOwner = await team('PUT', `/jobs/${job.id}`, { token: user.token, body: { name: 'by its owner' } })
    const byAdmin = await team('PUT', `/jobs/${job.id}`, { token: admin.token, body: { name: 'by an admin' } })
    const deleted = await team('DELETE', `/jobs/${job.id}`, { token: admin.token })
    assert.deepEqual([byOwner.status, byAdmin.status, deleted.status], [200, 200, 200])
    assert.equal(byAdmin.body.job.created_by, user.id)
  })

  test(`${prefix}: after its end date a job is not enabled, nor run, until that is moved`, async (t) => {
    const { team, world, user, made, change } = await aWorkshop(t, prefix)
    const { job } = (await made(user, { end_date: '2026-11-20' })).body
    world.clock.advance(15 * HOUR)
    // Its session is over by then.
    const again = { ...user, token: (await world.signIn(user.login)).accessToken }
    const enabled = 'Job cannot be enabled after end_date has passed. Update end_date first.'

    refused(await change(again, job.id, { name: 'x' }), 400, 'Job expired', enabled)
    const run = await team('POST', `/jobs/${job.id}/execute`, { token: again.token })
    refused(run, 400, 'Job expired', 'This job has passed its end_date and was auto-paused.')
    const read = (await team('GET', `/jobs/${job.id}`, { token: again.token })).body.job
    assert.deepEqual([read.is_active, read.next_execution_at, read.name], [false, null, job.name])
    assert.equal((await team('GET', `/jobs/${job.id}/executions`, { token: again.token })).body.total_executions, 0)
    refused(await change(again, job.id, { is_active: true }), 400, 'Job expired', enabled)
    assert.equal((await change(again, job.id, { is_active: false })).status, 200)
    assert.equal((await change(again, job.id, { name: 'still off' })).status, 200)
    const on = await change(again, job.id, { is_active: true, end_date: '2026-11-21' })
    assert.deepEqual([on.status, on.body.job.is_active, on.body.job.end_date], [200, true, '2026-11-21'])
  })
}
