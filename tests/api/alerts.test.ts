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
