/** S93: secrets of every kind go through a whole server; nothing that it says or keeps holds one of them, in any spelling. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canary, signingKey, watch } from '../support/canary.ts'
import { CLIENTS } from '../support/client-certificates.ts'
import { ACCESS_TOKEN, echoingTarget } from '../support/echoing-target.ts'
import { type Answer, served } from '../support/served.ts'
import { leaks } from '../support/spellings.ts'

const GIVEN = {
  secretKey: 'canary-q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi',
  jwtSecretKey: 'canary-Zq4x9Lw7Tn2Bk8Yd1Hs6Fj3Gc0PaUeXiVmRr',
  adminPassword: canary('admin password'),
  userPassword: canary('user password'),
  nextPassword: canary('next password'),
  wrongPassword: canary('wrong password'),
  basic: canary('basic'),
  bearer: canary('bearer'),
  nextBearer: canary('next bearer'),
  header: canary('header'),
  clientSecret: canary('client secret'),
  imported: canary('imported'),
  refused: canary('refused'),
  signing: signingKey('given'),
  rotated: signingKey('rotated'),
  accessToken: ACCESS_TOKEN,
  ...Object.fromEntries(
    CLIENTS.billing.privateKey
      .split('\n')
      .filter((line) => line.length > 40 && !line.startsWith('-'))
      .map((line, at) => [`privateKey line ${at}`, line]),
  ),
}

test('S69, S93, S94, S99: no answer, log line, number, export, entry, page of the database or of its log holds a secret', async (t) => {
  const target = await echoingTarget()
  t.after(target.close)
  const server = await served(t, {
    SECRET_KEY: GIVEN.secretKey,
    JWT_SECRET_KEY: GIVEN.jwtSecretKey,
    DEFAULT_ADMIN_PASSWORD: GIVEN.adminPassword,
    EXPOSE_ERROR_DETAILS: 'true',
    LOG_LEVEL: 'trace',
    // Node's own: it would print what is sent.
    NODE_DEBUG: 'http,https,net,tls,fetch,undici',
  })
  const { ask, show, learn, leaks: found } = watch(server, GIVEN)
  const tokensAs = (who: string) => (body: Answer['body']) => ({
    [`access token of ${who}`]: body.access_token,
    [`refresh token of ${who}`]: body.refresh_token,
  })

  // People, sessions and keys.
  const admin = { login: 'admin', password: GIVEN.adminPassword }
  const { token } = { token: (await show('POST', '/sessions', { body: admin }, tokensAs('admin'))).body.access_token }
  const made = { token, headers: { 'idempotency-key': 'a-user' } }
  const user = { username: 'ada', email: 'ada@example.com', role: 'user', password: GIVEN.userPassword }
  const { id: userId } = (await ask('POST', '/users', { ...made, body: user, expect: 201 })).body
  const ada = { login: 'ada', password: GIVEN.userPassword }
  const first = (await show('POST', '/sessions', { body: ada }, tokensAs('ada'))).body
  const refreshed = { body: { refresh_token: first.refresh_token } }
  const second = (await show('POST', '/sessions/refresh', refreshed, tokensAs('ada, refreshed'))).body
  const wrong = { body: { password: GIVEN.nextPassword, current_password: GIVEN.wrongPassword } }
  await ask('PATCH', `/users/${userId}`, { token: second.access_token, ...wrong, expect: 422 })
  const right = { body: { password: GIVEN.nextPassword, current_password: GIVEN.userPassword } }
  await ask('PATCH', `/users/${userId}`, { token: second.access_token, ...right, expect: 200 })
  await ask('POST', '/sessions', { body: { login: 'ada', password: GIVEN.wrongPassword }, expect: 401 })
  await ask('POST', '/sessions', { body: { login: GIVEN.wrongPassword, password: 'x' }, expect: 401 })
  const keyWish = { token, headers: { 'idempotency-key': 'a-key' }, body: { name: 'k', scopes: ['jobs:read'] } }
  const keyOf = (body: Answer['body']) => ({ 'API key': body.key })
  const key = (await show('POST', '/api-keys', keyWish, keyOf)).body.key
  await show('POST', '/api-keys', keyWish, keyOf)
  await ask('GET', '/jobs', { token: key })
  await ask('GET', `/jobs?api_key=${encodeURIComponent(key)}`, { token: key, expect: 400 })

  // Jobs with each kind of secret.
  const jobOf = (name: string, path: string, more: Record<string, unknown> = {}) => ({
    name,
    schedules: [{ kind: 'cron', expression: '0 0 1 1 *', time_zone: 'UTC' }],
    target: { kind: 'http', url: target.origin + path, method: 'POST', ...more },
    policies: { retry: { attempts: 1 } },
  })
  const create = async (name: string, path: string, more: Record<string, unknown>): Promise<string> =>
    (await ask('POST', '/jobs', { token, body: jobOf(name, path, more), expect: 201 })).body.id
  const basic = { kind: 'basic', username: 'carillon', password: GIVEN.basic }
  const bearer = { kind: 'bearer', token: GIVEN.bearer }
  const oauth2 = (path: string) => ({
    ...{ kind: 'oauth2', token_url: target.origin + path, client_id: 'carillon' },
    ...{ client_secret: GIVEN.clientSecret, client_authentication: 'body' },
  })
  const jobs = [
    await create('basic', '/echo', { auth: basic }),
    await create('basic that fails', '/fail', { auth: basic }),
    await create('bearer', '/echo', { auth: bearer }),
    await create('bearer that fails', '/fail', { auth: bearer }),
    await create('torn', '/torn', { auth: bearer }),
    await create('away', '/away', { auth: bearer }),
    await create('header', '/fail', { auth: { kind: 'header', name: 'x-key', value: GIVEN.header } }),
    await create('oauth2', '/echo', { auth: oauth2('/token') }),
    await create('oauth2 refused', '/echo', { auth: oauth2('/no-token') }),
    await create('signed', '/echo', { auth: bearer, signing: { secret: GIVEN.signing } }),
    await create('certificate', '/echo', {
      url: target.origin.replace('http:', 'https:'),
      tls: { certificate: CLIENTS.billing.certificate, private_key: CLIENTS.billing.privateKey },
    }),
  ]
  const signedWish = {
    token,
    headers: { 'idempotency-key': 'a-job' },
    body: jobOf('signed anew', '/echo', { signing: {} }),
  }
  const signingOf = (name: string) => (body: Answer['body']) => ({ [name]: body.target.signing.new_secret })
  const signed = (await show('POST', '/jobs', signedWish, signingOf('made signing secret'))).body.id
  await show('POST', '/jobs', signedWish, signingOf('made signing secret'))
  await ask('POST', `/jobs/${signed}/run`, { token, expect: 202 })
  await show('POST', `/jobs/${signed}/signing-secret/rotate`, { token }, signingOf('rotated, made signing secret'))
  const rotation = { token, body: { secret: GIVEN.rotated }, expect: 200 }
  await ask('POST', `/jobs/${signed}/signing-secret/rotate`, rotation)

  // Their lives: changed, undone, copied, exported, imported, refused.
  const [, , bearerJob = ''] = jobs
  const change = { token, body: { target: { auth: { kind: 'bearer', token: GIVEN.nextBearer } } }, expect: 200 }
  await ask('PATCH', `/jobs/${bearerJob}`, change)
  await ask('POST', `/jobs/${bearerJob}/undo`, { token, body: {}, expect: 200 })
  const copy = (await ask('POST', `/jobs/${signed}/clone`, { token, body: {}, expect: 201 })).body.id
  const { jobs: rows } = (await ask('GET', '/jobs/export', { token })).body
  const [exported] = rows.filter((row: { name: string }) => row.name === 'basic')
  const { fingerprint } = exported.target.auth.password
  const wish = { jobs: [{ ...exported, name: 'imported' }], secrets: { [fingerprint]: GIVEN.imported } }
  const { items } = (await ask('POST', '/jobs/import', { token, body: wish, expect: 201 })).body
  for (const auth of [
    { kind: 'bearer', token: [GIVEN.refused] },
    { kind: 'bearer', tokens: GIVEN.refused },
    { kind: 'header', name: 'x key', value: GIVEN.refused },
  ])
    await ask('POST', '/jobs', { token, body: jobOf('refused', '/echo', { auth }), expect: 422 })
  await ask('POST', '/jobs', {
    token,
    body: jobOf('refused', '/', { signing: { secret: GIVEN.refused } }),
    expect: 422,
  })
  await ask('POST', '/jobs/import', {
    token,
    body: { ...wish, secrets: { other: GIVEN.refused, more: 5 } },
    expect: 422,
  })

  // Runs whose targets echo what they were sent.
  const runs: string[] = []
  for (const id of [...jobs, signed, copy, items[0].id])
    runs.push((await ask('POST', `/jobs/${id}/run`, { token, expect: 202 })).body.id)
  const elsewhere = { url: `${target.origin}/fail`, headers: [{ name: 'x-of-this-run', value: '1' }] }
  runs.push((await ask('POST', `/jobs/${bearerJob}/run`, { token, body: { target: elsewhere }, expect: 202 })).body.id)
  const ended = []
  for (const id of runs) ended.push(await server.ended(token, id))
  assert.deepEqual(
    ended.filter(({ output }) => output?.includes('[redacted]')).map(({ job_name: name }) => name),
    ['basic', 'basic that fails', 'bearer', 'bearer that fails', 'header', 'oauth2', 'signed', 'imported', 'bearer'],
    'these echoed what they were sent',
  )

  // A target that took an attempt over, and says in its reports what it was sent.
  const later = await create('later', '/later', { auth: bearer, completion: { mode: 'report', deadline_seconds: 600 } })
  const taken = (await ask('POST', `/jobs/${later}/run`, { token, expect: 202 })).body.id
  const asked = async () => target.received.find(({ path }) => path === '/later')
  while ((await asked()) === undefined) await server.ask('GET', '//healthz')
  const reportToken = String((await asked())?.headers['carillon-report-token'])
  learn('report token', reportToken)
  const said = `${GIVEN.bearer} ${Buffer.from(`a${GIVEN.bearer}`).toString('base64')} ${reportToken}`
  const report = { attempt: 1, message: said, output: said, log: [said] }
  const headers = { 'carillon-report-token': reportToken }
  const reported = (status: string) =>
    server.ask('POST', `/executions/${taken}/reports`, { headers, body: { ...report, status } })
  let progress = await reported('progress')
  // The 202 is recorded a little after it was sent.
  for (let look = 0; look < 1000 && progress.status !== 200; look++) progress = await reported('progress')
  assert.equal(progress.status, 200, progress.text)
  assert.equal((await reported('failed')).status, 200)
  await ask('POST', `/executions/${taken}/reports`, {
    headers: { 'carillon-report-token': `${reportToken}x` },
    body: { ...report, status: 'failed' },
    expect: 404,
  })

  // Everything that can be read.
  for (const id of [...runs, taken]) await ask('GET', `/executions/${id}`, { token })
  for (const id of [...jobs, signed, copy])
    for (const part of ['', '/history', '/occurrences', '/explain?at=2026-01-01T00:00:00Z'])
      await ask('GET', `/jobs/${id}${part}`, { token })
  for (const path of [
    ...['/jobs', '/jobs?limit=100', '/jobs/export?format=csv', '/executions', '/executions/export?format=csv'],
    ...['/executions/export?format=ndjson', '/events', '/audit', '/audit/check', '/ledger/check', '/system', '/users'],
    ...[
      '/me',
      '/sessions',
      '/api-keys',
      '/statistics',
      '/limits',
      '/retention',
      '//metrics',
      '//healthz',
      '//readyz',
      '//openapi.json',
    ],
  ])
    await ask('GET', path, { token })
  for (const strange of [GIVEN.wrongPassword, `${second.access_token}x`, `${key}x`])
    await ask('GET', '/me', { token: strange, expect: 401 })

  assert.deepEqual(await found(), [])
})

test('S93: the search finds a secret in every spelling, wherever it stands', () => {
  const secret = GIVEN.basic
  const bytes = Buffer.from(`before ${secret} after`)
  const dressed = [
    bytes.toString(),
    JSON.stringify(bytes.toString()),
    encodeURIComponent(bytes.toString()),
    bytes.toString('hex'),
    ...[0, 1, 2].map((from) => bytes.subarray(from).toString('base64')),
    ...[0, 1, 2].map((from) => bytes.subarray(from).toString('base64url')),
  ]

  const found = dressed.map((text) => leaks({ secret }, [['here', text]]).length > 0)

  assert.deepEqual(
    found,
    dressed.map(() => true),
  )
  assert.deepEqual(leaks({ secret }, [['here', 'before after']]), [])
})
