/** Who hears of a job, and where the workspace is in Slack, over the API. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aJob, anApi } from '../support/api-world.ts'

test('alerts of a job are shown, changed in parts, and refused with the field that is wrong', async (t) => {
  const { ask, stranger } = await anApi(t)
  const admin = await stranger()
  const as = (method: string, path: string, body?: unknown) => ask(method, path, { token: admin.token, body })
  const { id } = (await as('POST', '/jobs', aJob())).body
  const path = `/jobs/${id}/alerts`
  assert.deepEqual((await as('GET', path)).body, {
    announce: 'problems',
    mail: null,
    rules: [],
    snoozed_until: null,
    version: 1,
  })

  const rules = [
    { on: 'failures', count: 3, via: { slack: true } },
    { on: 'late', after_seconds: 90, via: { inbox: [admin.id] } },
  ]
  const set = await as('PATCH', path, { mail: { to: ['ada@example.com'] }, rules })
  assert.equal(set.status, 200, set.text)
  assert.deepEqual(set.body.mail, { to: ['ada@example.com'], on_failure: true, on_success: false })
  assert.deepEqual(
    set.body.rules.map(({ on, count, after_seconds }: Record<string, unknown>) => [on, count, after_seconds]),
    [
      ['failures', 3, null],
      ['late', null, 90],
    ],
  )
  const snoozed = await as('PATCH', path, { snoozed_until: '2026-12-01T09:00:00+09:00' })
  assert.deepEqual([snoozed.body.snoozed_until, snoozed.body.rules.length], ['2026-12-01T00:00:00.000Z', 2])
  assert.equal((await as('PATCH', path, { snoozed_until: null })).body.snoozed_until, null)

  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [{ mail: { to: ['ada@example.com, eve@example.com'] } }, /mail\.to\[0\]/],
    [{ mail: { to: ['ada@example.com\r\nBcc: eve@example.com'] } }, /mail\.to\[0\]/],
    [{ rules: [{ on: 'failures', via: { slack: true } }] }, /count/],
    [{ rules: [{ on: 'long', count: 2, after_seconds: 60, via: { slack: true } }] }, /count/],
    [{ rules: [{ on: 'success', via: {} }] }, /via/],
    [{ rules: [{ on: 'success', via: { inbox: [id] } }] }, /inbox/],
    [{ rules: [{ on: 'success', via: { webhooks: [id] } }] }, /webhooks/],
    [{ announce: 'everybody' }, /announce/],
  ]
  const before = (await as('GET', path)).body
  for (const [body, field] of wrong) {
    const refused = await as('PATCH', path, body)
    assert.equal(refused.status, 422, refused.text)
    assert.match(refused.text, field)
  }
  assert.deepEqual((await as('GET', path)).body, before)
})

test('a job is born with its alerts, whole or not at all', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token, id: me } = await stranger()
  const as = (method: string, path: string, body?: unknown) => ask(method, path, { token, body })
  const rules = [{ on: 'late', after_seconds: 90, via: { inbox: [me] } }]
  const alerts = { announce: 'none', mail: { to: ['ada@example.com'] }, rules }

  const made = await as('POST', '/jobs', aJob({ alerts }))

  assert.equal(made.status, 201, made.text)
  const { version, ...kept } = (await as('GET', `/jobs/${made.body.id}/alerts`)).body
  assert.deepEqual(kept, {
    announce: 'none',
    mail: { to: ['ada@example.com'], on_failure: true, on_success: false },
    rules: [
      {
        on: 'late',
        count: null,
        after_seconds: 90,
        via: { mail: [], slack: false, webhooks: [], inbox: [me] },
      },
    ],
    snoozed_until: null,
  })
  assert.equal(version, 2)
  for (const [wrong, field] of [
    [{ mail: { to: ['nobody'] } }, 'alerts.mail.to[0]'],
    [{ rules: [{ on: 'late', via: { slack: true } }] }, 'alerts.rules[0].after_seconds'],
    [{ rules: [{ on: 'failure', via: { inbox: [made.body.id] } }] }, 'alerts.rules[0].via.inbox'],
    [{ colour: 'red' }, 'alerts.colour'],
  ] as const) {
    const refused = await as('POST', '/jobs', aJob({ alerts: wrong }))
    assert.deepEqual([refused.status, refused.body.errors?.[0].field], [422, field], refused.text)
  }
  assert.equal((await as('GET', '/jobs')).body.items.length, 1)
})

test('a copy has the alerts of its original, awake; an export holds them, and an import makes them again', async (t) => {
  const { ask, stranger, member } = await anApi(t)
  const admin = await stranger()
  const gone = await member(admin, 'user')
  const as = (method: string, path: string, body?: unknown) => ask(method, path, { token: admin.token, body })
  const alerts = {
    announce: 'all',
    mail: { to: ['ada@example.com'], on_failure: true, on_success: true },
    rules: [
      { on: 'failures', count: 3, after_seconds: null, via: { mail: [], slack: true, webhooks: [], inbox: [gone.id] } },
    ],
    snoozed_until: '2026-12-01T00:00:00.000Z',
  }
  const job = (await as('POST', '/jobs', aJob({ alerts }))).body
  await as('POST', '/jobs', aJob({ name: 'silent' }))
  const of = async (id: string) => {
    const { version: _, ...kept } = (await as('GET', `/jobs/${id}/alerts`)).body
    return kept
  }

  const { body } = await as('GET', '/jobs/export')
  assert.deepEqual(
    body.jobs.map((one: { alerts?: unknown }) => one.alerts),
    [alerts, undefined],
  )
  const imported = await as('POST', '/jobs/import', body)
  assert.equal(imported.status, 201, imported.text)
  assert.deepEqual(await of(imported.body.items[0].id), alerts)
  const wrong = await as('POST', '/jobs/import', { jobs: [{ ...body.jobs[0], alerts: { announce: 'loud' } }] })
  assert.deepEqual([wrong.status, wrong.body.errors[0].field], [422, 'jobs[0].alerts.announce'])

  // Whom a rule names may be gone since: that is in nobody's way.
  await as('DELETE', `/users/${gone.id}`)
  const copy = await as('POST', `/jobs/${job.id}/clone`)
  assert.equal(copy.status, 201, copy.text)
  assert.deepEqual(await of(copy.body.id), { ...alerts, snoozed_until: null })
  assert.equal((await as('PATCH', `/jobs/${job.id}/alerts`, { snoozed_until: null })).status, 200)
})

test('an undo leaves alone who hears of the job', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const as = (method: string, path: string, body?: unknown) => ask(method, path, { token, body })
  const { id } = (await as('POST', '/jobs', aJob())).body
  await as('PATCH', `/jobs/${id}`, { name: 'other' })
  await as('PATCH', `/jobs/${id}/alerts`, { announce: 'all' })

  const undone = await as('POST', `/jobs/${id}/undo`)

  assert.equal(undone.body.name, 'report')
  assert.equal((await as('GET', `/jobs/${id}/alerts`)).body.announce, 'all')
})

test('the address of Slack is shown masked, kept when it comes back so, and turned on only with one', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const as = (method: string, body?: unknown) => ask(method, '/settings/slack', { token, body })
  assert.deepEqual([(await as('GET')).body.enabled, (await as('PATCH', { enabled: true })).status], [false, 422])
  assert.equal((await as('PATCH', { webhook_url: 'http://hooks.slack.com/services/T/B/secret' })).status, 422)

  const set = await as('PATCH', { enabled: true, webhook_url: 'https://hooks.slack.com/services/T/B/secret' })

  assert.equal(set.status, 200, set.text)
  assert.ok(!set.text.includes('secret'))
  const again = await as('PATCH', { webhook_url: set.body.webhook_url, channel: '#jobs' })
  assert.deepEqual([again.body.webhook_url, again.body.channel], [set.body.webhook_url, '#jobs'])
  assert.equal((await as('PATCH', { webhook_url: null })).status, 422)
  assert.equal((await as('GET')).body.webhook_url, set.body.webhook_url)
})

test('S31: what belongs to another workspace hears of nothing: its users, webhook channels and teams are unknown here', async (t) => {
  const { ask, stranger } = await anApi(t)
  const [admin, other] = [await stranger(), await stranger()]
  const as = (person: typeof admin, method: string, path: string, body?: unknown) =>
    ask(method, path, { token: person.token, body })
  const hook = (await as(other, 'POST', '/settings/webhooks', { name: 'w', url: 'https://example.com/' })).body
  const team = (await as(other, 'POST', '/teams', { name: 'Theirs', slack_handle: '@theirs' })).body
  const { id } = (await as(admin, 'POST', '/jobs', aJob())).body
  const before = (await as(admin, 'GET', `/jobs/${id}/alerts`)).body

  for (const via of [{ inbox: [other.id] }, { webhooks: [hook.id] }]) {
    const alerts = { rules: [{ on: 'failure', via }] }
    const edited = await as(admin, 'PATCH', `/jobs/${id}/alerts`, alerts)
    const born = await as(admin, 'POST', '/jobs', aJob({ name: 'x', alerts }))
    assert.deepEqual([edited.status, born.status], [422, 422], edited.text)
    const [kind = ''] = Object.keys(via)
    for (const { body } of [edited, born]) assert.ok(body.errors[0].field.endsWith(`via.${kind}`), body.errors[0].field)
  }
  for (const name of [team.id, team.slug]) {
    const reply = await as(admin, 'PATCH', `/jobs/${id}`, { team: name })
    assert.deepEqual([reply.status, reply.body.errors[0].field], [422, 'team'])
    assert.ok(!reply.text.includes('@theirs'))
  }

  assert.deepEqual((await as(admin, 'GET', `/jobs/${id}/alerts`)).body, before)
  assert.equal((await as(admin, 'GET', '/jobs')).body.items.length, 1)
})
