/** Webhooks of notices against a real server: signed with every key, the same id at each try, behind the guard. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { manualClock } from '../../tests/support/manual-clock.ts'
import { httpTarget, type TargetServer } from '../../tests/support/targets.ts'
import { createPost } from '../execute/execute.ts'
import type { Delivery } from './channel.ts'
import { createWebhookChannel } from './webhook.ts'

const NOW = Date.UTC(2026, 10, 24, 12)
const NEVER = new AbortController().signal
const KEYS = [1, 2].map((fill) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`)
const DATA = { type: 'job.failed', data: { message: 'größer 🔴' } }

/** Written from the specification, not from our signer. */
const expected = (secret: string, id: string, timestamp: string, body: string): string =>
  `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64')}`

const delivery = (url: string, secrets: readonly string[]): Delivery => ({
  id: '0199-delivery',
  to: { kind: 'webhook', url, secrets },
  message: { title: 't', subject: 's', text: 'x', html: null, slackText: null, data: DATA },
  createdAt: 0,
})

const aChannel = (egress = { allowPrivate: true, allow: [], self: null }) => {
  const clock = manualClock(NOW)
  return createWebhookChannel({ clock, post: createPost({ clock, egress, revocation: null, version: '7' }) })
}

describe('a webhook of notices', () => {
  let target: TargetServer
  before(async () => {
    target = await httpTarget(
      (request, response) => void response.writeHead(request.path === '/gone' ? 410 : 204).end(),
    )
  })
  after(() => target.close())

  it('gets the notice as JSON, with an id, a time and one signature for each key', async () => {
    const sent = await aChannel().send(delivery(`${target.origin}/hook?a=1`, KEYS), NEVER)

    assert.deepEqual(sent, { ok: true })
    const got = target.received.at(-1)
    const { headers, body } = got ?? assert.fail('nothing came')
    const timestamp = String(NOW / 1000)
    assert.deepEqual(JSON.parse(String(body)), DATA)
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(headers['user-agent'], 'carillon/7')
    assert.equal(headers['webhook-id'], '0199-delivery')
    assert.equal(headers['webhook-timestamp'], timestamp)
    assert.equal(
      headers['webhook-signature'],
      KEYS.map((key) => expected(key, '0199-delivery', timestamp, String(body))).join(' '),
    )
  })

  it('that answers 410 is not called again', async () => {
    assert.deepEqual(await aChannel().send(delivery(`${target.origin}/gone`, KEYS), NEVER), {
      ok: false,
      retry: false,
      retryAfterMs: null,
      error: 'The webhook answered 410.',
    })
  })

  it('gets nothing unsigned, nothing with credentials in its address, and nothing by another scheme', async () => {
    const before = target.received.length

    for (const each of [
      delivery(target.origin, []),
      delivery(target.origin.replace('//', '//user:pass@'), KEYS),
      delivery('ftp://example.com/x', KEYS),
    ])
      assert.equal((await aChannel().send(each, NEVER)).ok, false)

    assert.equal(target.received.length, before)
  })

  it('inside of our network gets nothing where jobs may not call it either', async () => {
    const before = target.received.length

    const sent = await aChannel({ allowPrivate: false, allow: [], self: null }).send(
      delivery(target.origin, KEYS),
      NEVER,
    )

    assert.equal(sent.ok === false && sent.retry, false)
    assert.equal(target.received.length, before)
  })
})
