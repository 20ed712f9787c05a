/** Webhook channels, test messages and deliveries over the API: secrets shown once, what failed tried again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../src/domain/ids.ts'
import { webhookSecrets } from '../../src/services/webhooks.ts'
import { anApi } from '../support/api-world.ts'
import { HOUR } from '../support/services-world.ts'

const URL_OF_IT = 'https://example.com/hooks'
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

const anAdmin = async (t: Parameters<typeof anApi>[0]) => {
  const api = await anApi(t)
  const { token, id } = await api.stranger()
  const workspaceKey = (await api.world.store.people.userById(id))?.workspaceKey ?? 0
  const as = (method: string, path: string, body?: unknown) => api.ask(method, path, { token, body })
  return { ...api, as, token, workspaceKey }
}

test('a webhook channel shows the secret that was made for it once, and never one that was given', async (t) => {
  const { as } = await anAdmin(t)

  const made = await as('POST', '/settings/webhooks', { name: ' desk ', url: URL_OF_IT })

  assert.equal(made.status, 201, made.text)
  const { new_secret: secret, ...shown } = made.body
  assert.match(secret, /^whsec_/)
  assert.deepEqual([shown.name, shown.enabled, shown.previous_valid_until], ['desk', true, null])
  assert.equal(made.headers.location, `/api/v3/settings/webhooks/${shown.id}`)
  assert.deepEqual((await as('GET', `/settings/webhooks/${shown.id}`)).body, shown)
  const given = await as('POST', '/settings/webhooks', { name: 'arc', url: URL_OF_IT, secret: SECRET, enabled: false })
  assert.deepEqual([given.body.new_secret, given.body.enabled], [null, false])
  const list = await as('GET', '/settings/webhooks')
  assert.deepEqual(
    list.body.items.map(({ name }: { name: string }) => name),
    ['arc', 'desk'],
  )
  for (const text of [given.text, list.text]) for (const each of [SECRET, secret]) assert.ok(!text.includes(each))
})

test('the same request once more makes no second channel', async (t) => {
  const { ask, as, token } = await anAdmin(t)
  const body = { name: 'desk', url: URL_OF_IT, secret: SECRET }
  const send = () => ask('POST', '/settings/webhooks', { token, body, headers: { 'idempotency-key': 'once' } })

  const [first, second] = [await send(), await send()]

  assert.deepEqual([first.status, second.status, second.body], [201, 201, first.body])
  assert.equal((await as('GET', '/settings/webhooks')).body.items.length, 1)
})

test('a channel is changed in parts; one that leads elsewhere needs a secret of its own', async (t) => {
  const { as } = await anAdmin(t)
  const { id } = (await as('POST', '/settings/webhooks', { name: 'desk', url: URL_OF_IT })).body
  const path = `/settings/webhooks/${id}`
  const before = (await as('GET', path)).body

  const elsewhere = await as('PATCH', path, { url: 'https://other.example.com/' })
  assert.deepEqual([elsewhere.status, elsewhere.body.errors[0].field], [422, 'secret'])
  assert.deepEqual((await as('GET', path)).body, before)

  const moved = await as('PATCH', path, { url: 'https://other.example.com/', secret: SECRET, enabled: false })
  assert.deepEqual([moved.status, moved.body.enabled, moved.body.name, moved.body.version], [200, false, 'desk', 2])
  assert.notEqual(moved.body.fingerprint, before.fingerprint)
  assert.equal((await as('DELETE', path)).status, 204)
  for (const [method, more] of [
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/rotate'],
    ['POST', '/test'],
  ] as const)
    assert.equal((await as(method, path + more, method === 'PATCH' ? {} : undefined)).status, 404, method + more)
})

test('a channel that is wrong is refused with the field, and nothing is kept', async (t) => {
  const { as } = await anAdmin(t)
  const right = { name: 'desk', url: URL_OF_IT }
  const wrong: readonly (readonly [object, number, string | null])[] = [
    [{ ...right, name: ' ' }, 422, 'name'],
    [{ ...right, name: 'a\nb' }, 422, 'name'],
    [{ ...right, url: 'ftp://example.com' }, 422, 'url'],
    [{ ...right, url: 'https://user:pass@example.com/' }, 422, 'url'],
    [{ ...right, url: 'http://169.254.169.254/' }, 422, null],
    [{ ...right, secret: 'whsec_short' }, 422, 'secret'],
    [{ ...right, colour: 'red' }, 422, 'colour'],
    [{ name: 'desk' }, 422, 'url'],
  ]
  for (const [body, status, field] of wrong) {
    const refused = await as('POST', '/settings/webhooks', body)
    assert.equal(refused.status, status, refused.text)
    if (field !== null) assert.equal(refused.body.errors[0].field, field)
    assert.ok(!refused.text.includes('whsec_short'))
  }
  assert.deepEqual((await as('GET', '/settings/webhooks')).body.items, [])

  for (let at = 0; at < 50; at++) await as('POST', '/settings/webhooks', { ...right, name: `w ${at}` })
  assert.equal((await as('POST', '/settings/webhooks', right)).status, 409)
})

test('after a rotation both secrets sign, until the former one is over', async (t) => {
  const { as, world, workspaceKey } = await anAdmin(t)
  const { id, new_secret: first } = (await as('POST', '/settings/webhooks', { name: 'desk', url: URL_OF_IT })).body
  const path = `/settings/webhooks/${id}`
  const signing = async () => {
    const row = await world.store.channels.webhook(workspaceKey, id)
    return webhookSecrets(world.auth.secrets, row!, world.clock.now())
  }

  const rotated = await as('POST', `${path}/rotate`, { previous_valid_seconds: 3600 })

  assert.equal(rotated.status, 200, rotated.text)
  const second = rotated.body.new_secret
  assert.deepEqual(await signing(), [second, first])
  assert.equal(rotated.body.previous_valid_until, new Date(world.clock.now() + HOUR).toISOString())
  world.clock.advance(HOUR)
  assert.deepEqual([await signing(), (await as('GET', path)).body.previous_valid_until], [[second], null])

  assert.equal((await as('POST', `${path}/rotate`, { secret: SECRET })).body.new_secret, null)
  assert.deepEqual(await signing(), [SECRET, second])
  const third = (await as('POST', `${path}/rotate`, { previous_valid_seconds: 0 })).body.new_secret
  assert.deepEqual(await signing(), [third])
  for (const body of [{ previous_valid_seconds: -1 }, { previous_valid_seconds: 2_592_001 }, { secret: 'nonsense' }])
    assert.equal((await as('POST', `${path}/rotate`, body)).status, 422)
})

test('a test message is one more delivery, and is refused where its channel is off', async (t) => {
  const { as, world } = await anAdmin(t)
  assert.equal((await as('POST', '/settings/slack/test')).status, 409)
  assert.equal((await as('POST', '/settings/mail/test')).status, 409)
  await as('PATCH', '/settings/slack', { enabled: true, webhook_url: 'https://hooks.slack.com/services/T/B/secret' })
  const { id } = (await as('POST', '/settings/webhooks', { name: 'desk', url: URL_OF_IT })).body

  const slack = await as('POST', '/settings/slack/test')
  const webhook = await as('POST', `/settings/webhooks/${id}/test`)

  assert.deepEqual([slack.status, slack.body.recipient, slack.body.kind], [202, 'slack', 'test'])
  assert.equal(webhook.headers.location, `/api/v3/deliveries/${webhook.body.id}`)
  assert.equal(Date.parse(webhook.body.give_up_at) - world.clock.now(), 60_000)
  assert.deepEqual((await as('GET', `/deliveries/${webhook.body.id}`)).body, webhook.body)
  await as('PATCH', `/settings/webhooks/${id}`, { enabled: false })
  assert.equal((await as('POST', `/settings/webhooks/${id}/test`)).status, 409)
})

test('deliveries are listed by state and channel, and one that was given up is tried again', async (t) => {
  const { as, world } = await anAdmin(t)
  const { id } = (await as('POST', '/settings/webhooks', { name: 'desk', url: URL_OF_IT })).body
  const sent = []
  for (let at = 0; at < 3; at++) sent.push((await as('POST', `/settings/webhooks/${id}/test`)).body.id)
  const now = world.clock.now()
  const { outbox } = world.store
  await outbox.attempted({ ids: [sent[0]], now, to: 'failed', error: 'The webhook answered 410.' })
  await outbox.attempted({ ids: [sent[1]], now, to: 'sent', messageId: sent[1] })

  const ids = async (query: string) =>
    (await as('GET', `/deliveries?${query}`)).body.items.map((one: { id: string }) => one.id)
  assert.deepEqual(await ids('state=failed'), [sent[0]])
  assert.deepEqual(await ids('state=sent&channel=webhook'), [sent[1]])
  assert.deepEqual(await ids('channel=email'), [])
  const first = (await as('GET', '/deliveries?limit=2')).body
  const second = (await as('GET', `/deliveries?limit=2&cursor=${first.next_cursor}`)).body
  assert.deepEqual([first.items.length, second.items.length, second.next_cursor], [2, 1, null])
  const failed = (await as('GET', `/deliveries/${sent[0]}`)).body
  assert.deepEqual(
    [failed.state, failed.last_error, failed.attempts, failed.next_attempt_at],
    ['failed', 'The webhook answered 410.', 1, null],
  )

  const again = await as('POST', `/deliveries/${sent[0]}/retry`)

  assert.deepEqual([again.status, again.body.state, again.body.ended_at], [202, 'waiting', null])
  assert.equal(Date.parse(again.body.give_up_at) - world.clock.now(), 24 * HOUR)
  for (const one of [sent[0], sent[1]]) assert.equal((await as('POST', `/deliveries/${one}/retry`)).status, 409)
  assert.equal((await as('GET', `/deliveries/${newId()}`)).status, 404)
  assert.equal((await as('POST', `/deliveries/${newId()}/retry`)).status, 404)
  for (const query of ['state=lost', 'channel=pigeon', 'cursor=abc', 'limit=0'])
    assert.equal((await as('GET', `/deliveries?${query}`)).status, 400, query)
})
