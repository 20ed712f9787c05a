/** What may be saved as an HTTP target, field by field. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { HttpTarget } from './target.ts'
import { checkHttpTarget, forbiddenHeader, TARGET_BOUNDS } from './target-rules.ts'

const aTarget = (more: Partial<HttpTarget> = {}): HttpTarget => ({
  kind: 'http',
  url: 'https://example.com/hook',
  method: 'POST',
  ...more,
})

const fieldsOf = (target: HttpTarget): string[] => checkHttpTarget(target).map(({ field }) => field)

test('an ordinary target with query, headers, body, auth and success rule has nothing wrong', () => {
  const target = aTarget({
    url: 'http://user-service.example.com:8080/a?b=1#c',
    query: [{ name: 'q', value: 'ä' }],
    headers: [
      { name: 'Content-Type', value: 'application/json; charset=utf-8' },
      { name: 'X-Api-Key', value: 'k' },
    ],
    body: { type: 'json', content: { a: [1, null] } },
    auth: { kind: 'bearer', token: { sealed: 's' } },
    success: { status: [[200, 204]], bodyContains: 'ok', bodyLacks: 'error', longestMs: 500 },
  })

  assert.deepEqual(checkHttpTarget(target), [])
})

describe('S51: only http and https are schemes', () => {
  const schemes = [
    'file:///etc/passwd',
    'ftp://h/',
    'gopher://h/',
    'data:text/plain,x',
    'unix:/var/run/x',
    'http+unix://x/',
    'jar:http://h!/',
    'ws://h/',
    'wss://h/',
    'javascript:0',
    '//h/',
    '/path',
    'h.example.com',
    '',
  ]
  for (const url of schemes) {
    test(`${JSON.stringify(url)} is refused`, () => {
      assert.deepEqual(fieldsOf(aTarget({ url })), ['target.url'])
    })
  }
})

describe('S52: a URL means one thing to the reader and to the wire', () => {
  const confusing = [
    'http://good@evil.example.com/',
    'http://user:pass@h.example.com/',
    'http://evil.example.com\\@good/',
    'http://h.exa\tmple.com/',
    'http://h.example.com/a\nb',
    'http://h.example.com/\u0000',
    'http://h%00.example.com/',
    'http:/\\h.example.com',
    'http:/h.example.com',
    'http:h.example.com',
    'http:///h.example.com',
    ' http://h.example.com/',
    'http://h.example.com/ ',
    'http://',
    'http://?x',
    'http://h.example.com:0/',
    'http://h.example.com:65536/',
    'http://[::1/',
    'http://1.2.3.4.5/',
    'http://256.1.1.1/',
  ]
  for (const url of confusing) {
    test(`${JSON.stringify(url)} is refused`, () => {
      assert.deepEqual(fieldsOf(aTarget({ url })), ['target.url'])
    })
  }

  test('the refusal of a URL with a password does not repeat the password', () => {
    const errors = checkHttpTarget(aTarget({ url: 'http://user:hunter2@h.example.com/' }))

    assert.equal(JSON.stringify(errors).includes('hunter2'), false)
  })

  test('a fragment with an at sign leaves the host as it reads', () => {
    assert.deepEqual(fieldsOf(aTarget({ url: 'http://good.example.com#@evil.example.com' })), [])
  })
})

describe('S56: headers of the connection and of Carillon may not be set by a job', () => {
  const names = [
    'Host',
    'Connection',
    'Transfer-Encoding',
    'Content-Length',
    'Proxy-Authorization',
    'Proxy-Connection',
    'Keep-Alive',
    'TE',
    'Trailer',
    'Upgrade',
    'Expect',
    'HTTP2-Settings',
    ':authority',
    'Idempotency-Key',
    'Webhook-Id',
    'webhook-signature',
    'Carillon-Attempt',
  ]
  for (const name of names) {
    test(`${name} is refused with a reason`, () => {
      assert.ok(forbiddenHeader(name))
      assert.deepEqual(fieldsOf(aTarget({ headers: [{ name, value: 'x' }] })), ['target.headers[0].name'])
      assert.deepEqual(fieldsOf(aTarget({ auth: { kind: 'header', name, value: { sealed: 's' } } })), [
        'target.auth.name',
      ])
    })
  }

  test('other headers are free', () => {
    for (const name of ['Authorization', 'Cookie', 'Accept', 'X-Webhook', 'Content-Type', 'Origin'])
      assert.equal(forbiddenHeader(name), null)
  })
})

describe('S75: nothing in a header can begin another header', () => {
  for (const value of [
    'a\r\nb: c',
    'a\nb',
    'a\rb',
    'a\u0000b',
    'snow ☃',
    'x'.repeat(TARGET_BOUNDS.headerValueLength + 1),
  ]) {
    test(`the value ${JSON.stringify(value.slice(0, 12))} is refused`, () => {
      assert.deepEqual(fieldsOf(aTarget({ headers: [{ name: 'x', value }] })), ['target.headers[0].value'])
    })
  }
  for (const name of ['', 'a b', 'a:', 'a\r\n', 'ä', 'a(b)', '"a"', 'x'.repeat(300)]) {
    test(`the name ${JSON.stringify(name.slice(0, 12))} is refused`, () => {
      assert.deepEqual(fieldsOf(aTarget({ headers: [{ name, value: 'v' }] })), ['target.headers[0].name'])
    })
  }
})

test('a header that auth sets may not be given again among the headers', () => {
  const headers = [{ name: 'AUTHORIZATION', value: 'x' }]

  assert.deepEqual(fieldsOf(aTarget({ headers, auth: { kind: 'bearer', token: { sealed: 's' } } })), ['target.auth'])
  assert.deepEqual(fieldsOf(aTarget({ headers, auth: { kind: 'header', name: 'x-key', value: { sealed: 's' } } })), [])
})

test('a user name for basic auth has no colon, since the colon ends it on the wire', () => {
  assert.deepEqual(fieldsOf(aTarget({ auth: { kind: 'basic', username: 'a:b', password: { sealed: 's' } } })), [
    'target.auth.username',
  ])
})

test('sizes are bounded: URL, query, headers, body', () => {
  const entry = { name: 'n', value: 'v' }

  assert.deepEqual(fieldsOf(aTarget({ url: `https://example.com/${'a'.repeat(9000)}` })), ['target.url'])
  assert.deepEqual(fieldsOf(aTarget({ query: Array(101).fill(entry) })), ['target.query'])
  assert.deepEqual(fieldsOf(aTarget({ query: [{ name: 'n', value: 'v'.repeat(9000) }] })), ['target.query'])
  assert.deepEqual(fieldsOf(aTarget({ headers: Array(101).fill(entry) })), ['target.headers'])
  assert.deepEqual(fieldsOf(aTarget({ body: { type: 'text', content: 'é'.repeat(600_000) } })), ['target.body.content'])
  assert.deepEqual(fieldsOf(aTarget({ body: { type: 'json', content: undefined } })), ['target.body.content'])
})

test('a success rule has ordered ranges of final statuses, texts that are not empty and a positive time', () => {
  for (const status of [[], [[300, 200]], [[100, 299]], [[200, 600]], [[200.5, 201]]] as [number, number][][]) {
    assert.equal(fieldsOf(aTarget({ success: { status } })).length, 1, JSON.stringify(status))
  }
  assert.deepEqual(fieldsOf(aTarget({ success: { bodyContains: '', bodyLacks: '', longestMs: 0 } })), [
    'target.success.bodyContains',
    'target.success.bodyLacks',
    'target.success.longestMs',
  ])
})

test('errors name the place that the caller used for the target', () => {
  assert.deepEqual(checkHttpTarget(aTarget({ url: 'ftp://x' }), 'jobs[3].target')[0]?.field, 'jobs[3].target.url')
})
