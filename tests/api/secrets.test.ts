/** S93: secrets that pass through the API come out nowhere: not in an answer, not in the log, not in the numbers, in no spelling. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Ask, aJob, anApi } from '../support/api-world.ts'
import { PASSWORD } from '../support/services-world.ts'

const CANARY = 'canary-4f8d21c7e9'

/** As it is, and as somebody might have dressed it up. */
const spellings = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('hex'),
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
]

test('S93: a secret in a right, a wrong or a misplaced field is repeated nowhere', async (t) => {
  const { ask, stranger, server, lines } = await anApi(t, { settings: { exposeErrorDetails: true } })
  const { token, id } = await stranger()
  const target = (changes: Record<string, unknown>) =>
    aJob({ target: { kind: 'http', url: 'https://example.com/a', ...changes } })
  const asks: [method: string, path: string, ask: Ask][] = [
    ['POST', '/sessions', { body: { login: 'nobody', password: CANARY } }],
    ['POST', '/sessions', { body: { login: 5, password: CANARY } }],
    ['POST', '/sessions', { body: { login: 'nobody', password: [CANARY] } }],
    ['POST', '/sessions', { body: { login: 'nobody', password: CANARY, passwd: CANARY } }],
    ['POST', '/sessions', { raw: `{"login":"nobody","password":"${CANARY}",}` }],
    ['POST', '/sessions', { raw: `${CANARY}` }],
    ['POST', '/sessions/refresh', { body: { refresh_token: CANARY } }],
    ['POST', '/sign-up', { body: { email: 'x', password: CANARY } }],
    [
      'POST',
      '/users',
      { token, body: { username: 'u', email: 'u@example.com', password: CANARY.repeat(40), role: 'viewer' } },
    ],
    ['PATCH', `/users/${id}`, { token, body: { password: `${PASSWORD}2`, current_password: CANARY } }],
    ['POST', '/jobs', { token, body: target({ auth: { kind: 'basic', username: 'u', password: CANARY } }) }],
    ['POST', '/jobs', { token, body: target({ auth: { kind: 'header', name: 'x-key', value: CANARY } }) }],
    ['POST', '/jobs', { token, body: target({ auth: { kind: 'header', name: 'x key', value: CANARY } }) }],
    ['POST', '/jobs', { token, body: target({ auth: { kind: 'bearer', token: CANARY.repeat(1000) } }) }],
    ['POST', '/jobs', { token, body: target({ auth: { kind: 'bearer', tokens: CANARY } }) }],
    ['POST', '/jobs', { token, body: target({ auth: CANARY.length, secret: CANARY }) }],
    ['POST', '/jobs', { token, body: target({ headers: { authorization: [CANARY, 5] } }) }],
    ['POST', '/jobs', { token, body: target({ url: `https://user:${CANARY}@example.com/` }) }],
    ['GET', '/me', { token: CANARY }],
    ['GET', '/me', { headers: { cookie: `access_token=${CANARY}`, authorization: `Basic ${CANARY}` } }],
    ['GET', `/jobs?access_token=${CANARY}`, { token }],
  ]

  const replies: string[] = []
  for (const [method, path, what] of asks) {
    const { text, headers } = await ask(method, path, what)
    replies.push(text, JSON.stringify(headers))
  }
  replies.push((await ask('GET', '/jobs', { token })).text, (await ask('GET', '/executions', { token })).text)
  const metrics = (await server.inject({ method: 'GET', url: '/metrics' })).body

  for (const spelling of spellings(CANARY)) {
    for (const place of [...replies, ...lines, metrics]) assert.ok(!place.includes(spelling), place)
  }
})

test('S93, S99: tokens that the API hands out stand in that answer alone', async (t) => {
  const { ask, stranger, server, lines } = await anApi(t)
  const { token, refreshToken, login } = await stranger()
  const { body } = await ask('POST', '/sessions', { body: { login, password: PASSWORD } })

  const elsewhere = [
    await ask('GET', '/sessions', { token }),
    await ask('GET', '/me', { token }),
    await ask('GET', '/users', { token }),
    await ask('GET', '/system', { token }),
  ].map(({ text }) => text)
  const metrics = (await server.inject({ method: 'GET', url: '/metrics' })).body

  for (const secret of [token, refreshToken, body.access_token, body.refresh_token, PASSWORD]) {
    for (const place of [...elsewhere, ...lines, metrics]) assert.ok(!place.includes(secret), place)
  }
  assert.doesNotMatch(elsewhere.join(), /password|hash|\$argon2/)
})
