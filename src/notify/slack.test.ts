/** Slack, by a server in its place: what it gets, what its answers mean, and that its address stays a secret. */
import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, it } from 'node:test'
import { TEST_AUTHORITY, TEST_CERTIFICATES, TEST_KEY } from '../../tests/support/certificates.ts'
import { manualClock } from '../../tests/support/manual-clock.ts'
import { createPost } from '../execute/execute.ts'
import type { Delivery, Message, Sent } from './channel.ts'
import { createSlackChannel } from './slack.ts'

const NEVER = new AbortController().signal
const SECRET_PATH = '/services/T000/B000/SECRETSECRET'
const ON_LINE = { allowPrivate: true, allow: [], self: null }

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

type Got = { readonly path: string; readonly type: string; readonly body: Record<string, unknown> }

const slackServer = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
  const got: Got[] = []
  const server = createServer({ key: TEST_KEY, cert: TEST_CERTIFICATES.good }, async (request, response) => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    got.push({ path: request.url ?? '', type: request.headers['content-type'] ?? '', body: JSON.parse(text) })
    answer(request, response)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  open.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { got, url: `https://localhost:${(server.address() as AddressInfo).port}${SECRET_PATH}` }
}

const MESSAGE: Message = { title: 't', subject: 's', text: 'a <b> & c', html: null, slackText: null, data: {} }
const delivery = (webhookUrl: string, more: { channel?: string; slackText?: string } = {}): Delivery => ({
  id: 'd1',
  to: { kind: 'slack', webhookUrl, channel: more.channel ?? null },
  message: { ...MESSAGE, slackText: more.slackText ?? null },
  createdAt: 0,
})

const aChannel = (clock = manualClock(0), isSlack = () => true, egress = ON_LINE) =>
  createSlackChannel({
    post: createPost({ clock, egress, revocation: null, version: '1', ca: [TEST_AUTHORITY] }),
    isSlack,
  })
const errorOf = (sent: Sent): string => (sent.ok ? '' : sent.error)
const ok = (_request: IncomingMessage, response: ServerResponse): void => void response.end('ok')

describe('what Slack gets', () => {
  it('the text that was made for it, and the channel that was asked for', async () => {
    const { got, url } = await slackServer(ok)

    const sent = await aChannel().send(delivery(url, { slackText: ':warning: <x|y>', channel: '#ops' }), NEVER)

    assert.deepEqual(sent, { ok: true })
    assert.deepEqual(got, [
      {
        path: SECRET_PATH,
        type: 'application/json; charset=utf-8',
        body: { text: ':warning: <x|y>', channel: '#ops' },
      },
    ])
  })

  it('else the plain text, with its marks escaped, and no channel', async () => {
    const { got, url } = await slackServer(ok)

    await aChannel().send(delivery(url), NEVER)

    assert.deepEqual(got[0]?.body, { text: 'a &lt;b&gt; &amp; c' })
  })
})

describe('what Slack answers', () => {
  const cases: [status: number, headers: Record<string, string>, body: string, sent: Sent][] = [
    [429, { 'retry-after': '37' }, '', { ok: false, retry: true, retryAfterMs: 37_000, error: 'Slack answered 429.' }],
    [503, {}, '<html>', { ok: false, retry: true, retryAfterMs: null, error: 'Slack answered 503.' }],
    [
      404,
      {},
      'channel_not_found',
      { ok: false, retry: true, retryAfterMs: null, error: 'Slack answered 404 (channel_not_found).' },
    ],
    [
      400,
      {},
      'invalid_payload',
      { ok: false, retry: false, retryAfterMs: null, error: 'Slack answered 400 (invalid_payload).' },
    ],
    [410, {}, 'gone', { ok: false, retry: false, retryAfterMs: null, error: 'Slack answered 410 (gone).' }],
    [
      302,
      { location: 'https://evil.example/', 'retry-after': '5' },
      '',
      { ok: false, retry: false, retryAfterMs: null, error: 'Slack answered 302; redirects are not followed.' },
    ],
  ]
  for (const [status, headers, body, expected] of cases)
    it(`${status} ${body}`, async () => {
      const { url } = await slackServer((_request, response) => void response.writeHead(status, headers).end(body))

      assert.deepEqual(await aChannel().send(delivery(url), NEVER), expected)
    })

  it('an answer that quotes the address is not repeated', async () => {
    const { url } = await slackServer((request, response) => void response.writeHead(500).end(`no ${request.url}`))

    assert.equal(errorOf(await aChannel().send(delivery(url), NEVER)), 'Slack answered 500.')
  })

  it('no answer within 10 s is tried again', async () => {
    const heard = Promise.withResolvers<void>()
    const { url } = await slackServer(() => heard.resolve())
    const clock = manualClock(0)

    const sending = aChannel(clock).send(delivery(url), NEVER)
    await heard.promise
    clock.advance(10_000)

    assert.deepEqual(await sending, {
      ok: false,
      retry: true,
      retryAfterMs: null,
      error: 'Slack could not be reached. No answer within 10 s.',
    })
    assert.equal(clock.pendingTimers(), 0)
  })

  it('a stop ends the wait', async () => {
    const heard = Promise.withResolvers<void>()
    const { url } = await slackServer(() => heard.resolve())
    const stop = new AbortController()

    const sending = aChannel().send(delivery(url), stop.signal)
    await heard.promise
    stop.abort()

    assert.equal(errorOf(await sending), 'Slack could not be reached. The request was given up.')
  })
})

describe('an address that is not Slack’s', () => {
  it('without https nothing is sent', async () => {
    const sent = await aChannel().send(delivery(`http://localhost:1${SECRET_PATH}`), NEVER)

    assert.deepEqual(sent, {
      ok: false,
      retry: false,
      retryAfterMs: null,
      error: 'The address of the Slack webhook is not an https URL.',
    })
  })

  it('S60: of another host, nothing is sent', async () => {
    const { got, url } = await slackServer(ok)

    const sent = await aChannel(manualClock(0), () => false).send(delivery(url), NEVER)

    assert.equal(sent.ok === false && sent.retry, false)
    assert.equal(got.length, 0)
  })

  it('where the guard lets nobody go, nothing is sent, and no error of any kind shows the address', async () => {
    const { got, url } = await slackServer(ok)
    const strict = { ...ON_LINE, allowPrivate: false }

    const denied = await aChannel(manualClock(0), () => true, strict).send(delivery(url), NEVER)
    const unknown = await aChannel().send(delivery(`https://nowhere.invalid${SECRET_PATH}`), NEVER)
    const closed = await aChannel().send(delivery(`https://localhost:9${SECRET_PATH}`), NEVER)

    assert.equal(denied.ok === false && denied.retry, false)
    assert.equal(got.length, 0)
    for (const sent of [denied, unknown, closed]) assert.doesNotMatch(errorOf(sent), /SECRET|services|https:/)
  })
})
