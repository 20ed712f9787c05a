/** Decision 13: where redirects lead and what travels along. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpMethod } from '../domain/target.ts'
import { follow, isRedirect } from './redirect.ts'
import { type Hop, hopOf } from './request.ts'

const FROM = 'https://api.example.com:8443/a/b?c=1'

const aHop = (more: Partial<Pick<Hop, 'method' | 'headers' | 'body' | 'auth'>> = {}, url = FROM): Hop =>
  hopOf(new URL(url), {
    method: 'POST',
    headers: [
      'user-agent',
      'carillon/1',
      'Accept',
      'text/html',
      'Content-Type',
      'application/json',
      'Cookie',
      'c',
      'X-Api-Key',
      'k',
      'X-Tenant',
      't',
    ],
    body: Buffer.from('{}'),
    auth: { kind: 'bearer', token: { sealed: 's' } },
    tls: null,
    atHome: true,
    ...more,
  })

const hopAfter = (status: number, location: string, from = aHop()): Hop => {
  const next = follow(from, status, location, 0)
  return next.kind === 'follow' ? next.hop : assert.fail(next.error)
}

test('only 301, 302, 303, 307 and 308 with a location are followed', () => {
  const followed = [200, 201, 300, 301, 302, 303, 304, 305, 306, 307, 308, 399].filter((status) =>
    isRedirect(status, '/x'),
  )

  assert.deepEqual(followed, [301, 302, 303, 307, 308])
  assert.equal(isRedirect(302, null), false)
})

test('a location may be relative', () => {
  assert.equal(hopAfter(307, '../x?y#z').url.href, 'https://api.example.com:8443/x?y#z')
  assert.equal(hopAfter(307, '../x?y#z').path, '/x?y')
  assert.equal(hopAfter(307, '//other.example.com/x').origin, 'https://other.example.com')
})

const METHODS: readonly (readonly [status: number, from: HttpMethod, to: HttpMethod])[] = [
  [301, 'POST', 'GET'],
  [302, 'POST', 'GET'],
  [303, 'POST', 'GET'],
  [303, 'PUT', 'GET'],
  [303, 'DELETE', 'GET'],
  [303, 'HEAD', 'HEAD'],
  [301, 'PUT', 'PUT'],
  [302, 'DELETE', 'DELETE'],
  [301, 'GET', 'GET'],
  [307, 'POST', 'POST'],
  [308, 'PATCH', 'PATCH'],
]
for (const [status, from, to] of METHODS) {
  test(`${status} turns ${from} into ${to}, ${from === to ? 'with its body' : 'without a body'}`, () => {
    const hop = hopAfter(status, '/x', aHop({ method: from }))

    assert.equal(hop.method, to)
    assert.equal(hop.body === null, from !== to)
    assert.equal(hop.headers.includes('Content-Type'), from === to)
  })
}

test('on the same origin everything travels along', () => {
  const hop = hopAfter(307, 'https://api.example.com:8443/other')

  assert.deepEqual(hop.headers, aHop().headers)
  assert.notEqual(hop.auth, null)
})

for (const location of [
  'https://other.example.com:8443/',
  'https://api.example.com/',
  'https://example.com:8443/',
  'https://api.example.com:8444/',
]) {
  test(`S50: to ${location} go neither credentials nor headers that may be some`, () => {
    const hop = hopAfter(307, location)

    assert.equal(hop.auth, null)
    assert.deepEqual(hop.headers, [
      'user-agent',
      'carillon/1',
      'Accept',
      'text/html',
      'Content-Type',
      'application/json',
    ])
  })
}

test('S50: from http to https on the same host is a change of origin too', () => {
  const hop = hopAfter(308, 'https://example.com/', aHop({}, 'http://example.com/'))

  assert.equal(hop.auth, null)
  assert.equal(hop.headers.includes('Cookie'), false)
})

test('S50: what was dropped does not come back with the first origin', () => {
  const away = hopAfter(307, 'https://other.example.com/')
  const back = hopAfter(307, FROM, away)

  assert.equal(back.auth, null)
  assert.equal(back.headers.includes('Cookie'), false)
})

for (const [location, why] of [
  ['http://api.example.com:8443/', 'from https to http'],
  ['ftp://example.com/', 'may not be called'],
  ['file:///etc/passwd', 'may not be called'],
  ['https://user:secret@example.com/', 'may not be called'],
  ['http://[', 'not a URL'],
] as const) {
  test(`a redirect to ${location} is refused: ${why}`, () => {
    const next = follow(aHop(), 302, location, 0)

    assert.ok(next.kind === 'refuse' && next.error.includes(why))
    assert.equal(JSON.stringify(next).includes('secret'), false)
  })
}

test('S49: three redirects are followed, a fourth is not', () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((followed) => follow(aHop(), 302, '/x', followed).kind),
    ['follow', 'follow', 'follow', 'refuse'],
  )
})
