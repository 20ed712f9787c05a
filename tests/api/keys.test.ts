/** API keys over the wire: made, shown once, used, judged at each use, and stopped. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Ask, aJob, anApi } from '../support/api-world.ts'
import { HOUR, MINUTE } from '../support/services-world.ts'

const aCase = async (t: TestContext) => {
  const api = await anApi(t)
  const admin = await api.stranger()
  const owner = await api.member(admin, 'user')
  const made = (scopes: readonly string[], more: Record<string, unknown> = {}, { token } = owner) =>
    api.ask('POST', '/api-keys', { token, body: { name: 'a key', scopes, ...more } })
  const withKey = (key: string, method: string, path: string, ask: Ask = {}) =>
    api.ask(method, path, { token: key, ...ask })
  return { ...api, admin, owner, made, withKey }
}

test('a key is shown once, recognisable on sight, and its record tells what it is for', async (t) => {
  const { ask, made, owner, lines } = await aCase(t)

  const { status, body, headers } = await made(['jobs:run', 'jobs:read'])
  const read = await ask('GET', `/api-keys/${body.id}`, { token: owner.token })
  const list = await ask('GET', '/api-keys', { token: owner.token })

  assert.equal(status, 201)
  assert.match(body.key, /^crl_[a-z0-9]{8}_[\w-]{49}$/)
  assert.equal(headers.location, `/api/v3/api-keys/${body.id}`)
  const { key, ...record } = body
  assert.deepEqual(read.body, record)
  assert.deepEqual(list.body, { items: [record], next_cursor: null })
  assert.deepEqual(
    [record.prefix, record.scopes, record.state, record.created_by, record.last_used_at],
    [key.slice(0, 12), ['jobs:read', 'jobs:run'], 'active', owner.id, null],
  )
  assert.equal(Date.parse(record.expires_at) - Date.parse(record.created_at), 90 * 24 * HOUR)
  for (const place of [read.text, list.text, ...lines]) assert.ok(!place.includes(key))
})

test('a key speaks for its owner, in either header, and what it makes is the owner’s', async (t) => {
  const { made, withKey, ask, owner, lines } = await aCase(t)
  const { key, id } = (await made(['jobs:read', 'jobs:write'])).body

  const job = await withKey(key, 'POST', '/jobs', { body: aJob() })
  const read = await ask('GET', `/jobs/${job.body.id}`, { headers: { 'x-api-key': key } })
  const wrong = await ask('GET', '/jobs', { headers: { 'x-api-key': 'something' } })

  assert.deepEqual([job.status, job.body.owner_id, read.status, wrong.status], [201, owner.id, 200, 401])
  assert.ok(lines.some((line) => line.includes(`"key_id":"${id}"`) && line.includes(`"user_id":"${owner.id}"`)))
})

test('S26: a key never has more than its scopes, nor more than its owner has at the time', async (t) => {
  const { ask, made, withKey, admin, owner, world } = await aCase(t)
  const theirs = (await ask('POST', '/jobs', { token: admin.token, body: aJob() })).body
  const narrow = (await made(['jobs:read'])).body.key
  const wide = (await made(['jobs:read', 'jobs:write', 'jobs:run'])).body.key

  const beyondScope = await withKey(narrow, 'POST', '/jobs', { body: aJob() })
  const beyondOwner = await withKey(wide, 'PATCH', `/jobs/${theirs.id}`, { body: { name: 'x' } })
  const within = await withKey(wide, 'POST', '/jobs', { body: aJob() })
  await ask('PATCH', `/users/${owner.id}`, { token: admin.token, body: { role: 'viewer' } })
  const demoted = await withKey(wide, 'POST', '/jobs', { body: aJob() })
  const stillReads = await withKey(wide, 'GET', '/jobs')

  assert.deepEqual(
    [beyondScope, beyondOwner, within, demoted, stillReads].map(({ status }) => status),
    [403, 403, 201, 403, 200],
  )
  assert.match(beyondScope.body.detail, /scopes of this API key/)
  assert.equal(world.told.filter((told) => told.startsWith('changed')).length, 0)
})

test('S26: a key is not given a scope of which its owner’s role allows nothing, at birth or later', async (t) => {
  const { ask, member, made, admin } = await aCase(t)
  const viewer = await member(admin, 'viewer')

  const born = await made(['jobs:read', 'jobs:write'], {}, viewer)
  const { id } = (await made(['jobs:read'], {}, viewer)).body
  const later = await ask('PATCH', `/api-keys/${id}`, { token: viewer.token, body: { scopes: ['jobs:run'] } })

  assert.deepEqual([born.status, later.status], [403, 403])
  assert.match(born.body.detail, /jobs:write/)
})

test('a key makes no keys, signs nobody out and changes no password, whatever its scopes', async (t) => {
  const { ask, made, withKey, owner } = await aCase(t)
  const all = [
    'jobs:read',
    'jobs:write',
    'jobs:run',
    'executions:read',
    'executions:write',
    'users:read',
    'system:read',
  ]
  const { key, id } = (await made(all)).body
  const [session] = (await ask('GET', '/sessions', { token: owner.token })).body.items

  for (const [method, path, body] of [
    ['POST', '/api-keys', { name: 'x', scopes: ['jobs:read'] }],
    ['GET', '/api-keys', undefined],
    ['DELETE', `/api-keys/${id}`, undefined],
    ['GET', '/sessions', undefined],
    ['DELETE', '/sessions/current', undefined],
    ['DELETE', `/sessions/${session.id}`, undefined],
    ['PATCH', `/users/${owner.id}`, { password: 'another long password', current_password: 'x' }],
  ] as const)
    assert.equal((await withKey(key, method, path, { body })).status, 403, `${method} ${path}`)
})

test('a key that was revoked, has expired, or whose owner is disabled or gone is refused at once', async (t) => {
  const { ask, made, withKey, admin, member, owner, world } = await aCase(t)
  const uses = (key: string) => withKey(key, 'GET', '/jobs').then(({ status }) => status)
  const revoked = (await made(['jobs:read'])).body
  const disabled = (await made(['jobs:read'])).body
  const leaver = await member(admin, 'user')
  const orphan = (await made(['jobs:read'], {}, leaver)).body
  const short = (await made(['jobs:read'], { expires_at: new Date(world.clock.now() + MINUTE).toISOString() }, admin))
    .body
  const keys = [revoked, disabled, orphan, short].map(({ key }) => key as string)
  assert.deepEqual(await Promise.all(keys.map(uses)), [200, 200, 200, 200])

  await ask('DELETE', `/api-keys/${revoked.id}`, { token: owner.token })
  await ask('PATCH', `/users/${owner.id}`, { token: admin.token, body: { enabled: false } })
  await ask('DELETE', `/users/${leaver.id}`, { token: admin.token })
  world.clock.advance(MINUTE)

  assert.deepEqual(await Promise.all(keys.map(uses)), [401, 401, 401, 401])
  const states = (await ask('GET', '/api-keys', { token: admin.token })).body.items
  assert.deepEqual(
    states.map(({ id, state }: { id: string; state: string }) => [id, state]),
    [
      [short.id, 'expired'],
      [disabled.id, 'active'],
      [revoked.id, 'revoked'],
    ],
  )
})

test('an administrator sees and revokes all keys of the workspace, but changes only the own', async (t) => {
  const { ask, made, withKey, admin, owner } = await aCase(t)
  const { id, key } = (await made(['jobs:read'])).body

  const listed = await ask('GET', `/api-keys?owner=${owner.id}`, { token: admin.token })
  const changed = await ask('PATCH', `/api-keys/${id}`, { token: admin.token, body: { name: 'x' } })
  const gone = await ask('DELETE', `/api-keys/${id}`, { token: admin.token })

  assert.deepEqual([listed.body.items.length, changed.status, gone.status], [1, 403, 204])
  assert.equal((await withKey(key, 'GET', '/jobs')).status, 401)
})

test('the use of a key is noted once in a minute, with the address it came from', async (t) => {
  const { ask, made, withKey, owner, world } = await aCase(t)
  const { id, key } = (await made(['jobs:read'])).body
  const used = async () => {
    await withKey(key, 'GET', '/jobs')
    // What was noted beside the request is written before whatever is written after it.
    await world.store.check()
    const { body } = await ask('GET', `/api-keys/${id}`, { token: owner.token })
    return [body.last_used_at, body.last_used_address, body.version]
  }
  const first = new Date(world.clock.now()).toISOString()

  assert.deepEqual(await used(), [first, '127.0.0.1', 1])
  world.clock.advance(30_000)
  assert.deepEqual(await used(), [first, '127.0.0.1', 1])
  world.clock.advance(30_000)
  assert.deepEqual(await used(), [new Date(world.clock.now()).toISOString(), '127.0.0.1', 1])
})

test('guessing at keys counts against the address, and shuts out no program whose key was good', async (t) => {
  const { made, withKey } = await aCase(t)
  const { key } = (await made(['jobs:read'])).body as { key: string }
  await withKey(key, 'GET', '/jobs')
  const guess = `${key.slice(0, -3)}AAA`

  const statuses: number[] = []
  for (let n = 0; n < 52; n++) statuses.push((await withKey(guess, 'GET', '/jobs')).status)
  const limited = await withKey(guess, 'GET', '/jobs')

  assert.deepEqual([statuses[0], statuses[49], statuses[50]], [401, 401, 429])
  assert.ok(Number(limited.headers['retry-after']) > 0)
  assert.equal((await withKey(key, 'GET', '/jobs')).status, 200)
})

test('what is wrong with a key is told by field, and no key lives longer than a year', async (t) => {
  const { ask, made, owner, world } = await aCase(t)
  const at = (ms: number) => new Date(world.clock.now() + ms).toISOString()

  const wrong = [
    await made([]),
    await made(['jobs:everything']),
    await made(['jobs:read'], { name: '  ' }),
    await made(['jobs:read'], { expires_at: at(367 * 24 * HOUR) }),
    await made(['jobs:read'], { expires_at: at(-1) }),
    await made(['jobs:read'], { created_by: owner.id }),
  ]

  assert.deepEqual(
    wrong.map(({ status, body }) => [status, body.errors[0].field]),
    [
      [422, 'scopes'],
      [422, 'scopes[0]'],
      [422, 'name'],
      [422, 'expires_at'],
      [422, 'expires_at'],
      [422, 'created_by'],
    ],
  )
  const { id } = (await made(['jobs:read'])).body
  await ask('DELETE', `/api-keys/${id}`, { token: owner.token })
  const late = await ask('PATCH', `/api-keys/${id}`, { token: owner.token, body: { name: 'x' } })
  assert.deepEqual([late.status, late.body.code], [409, 'conflict'])
})
