/** F40: a client that repeats a write under its Idempotency-Key gets the first answer, and nothing is done twice. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { createServer } from '../../src/api/server.ts'
import { DomainError } from '../../src/domain/errors.ts'
import type { Store } from '../../src/store/store.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { type Ask, aJob, anApi, SETTINGS } from '../support/api-world.ts'
import { HOUR, type World } from '../support/services-world.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const aCase = async (t: TestContext) => {
  const api = await anApi(t)
  const person = await api.stranger()
  const under = (key: string, method: string, path: string, ask: Ask = {}) =>
    api.ask(method, path, { token: person.token, ...ask, headers: { 'idempotency-key': key, ...ask.headers } })
  const jobs = async () => (await api.ask('GET', '/jobs', { token: person.token })).body.items
  return { ...api, person, under, jobs }
}

test('F40: the same request is answered the same, word for word, and makes one job', async (t) => {
  const { under, jobs } = await aCase(t)

  const first = await under('k1', 'POST', '/jobs', { body: aJob() })
  const again = await under('k1', 'POST', '/jobs', { body: aJob() })

  assert.deepEqual([again.status, again.text], [201, first.text])
  assert.deepEqual(
    ['location', 'etag', 'content-type'].map((name) => again.headers[name]),
    ['location', 'etag', 'content-type'].map((name) => first.headers[name]),
  )
  assert.deepEqual([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']], [undefined, 'true'])
  assert.equal((await jobs()).length, 1)
})

test('F40: under the key of another request it is refused, be it another body, path, version or method', async (t) => {
  const { under } = await aCase(t)
  const { id } = (await under('k1', 'POST', '/jobs', { body: aJob() })).body

  for (const [method, path, ask] of [
    ['POST', '/jobs', { body: aJob({ name: 'other' }) }],
    ['POST', `/jobs/${id}/pause`, {}],
    ['PATCH', `/jobs/${id}`, { body: aJob() }],
    ['DELETE', `/jobs/${id}`, {}],
    ['POST', '/jobs', { body: aJob(), headers: { 'if-match': '"1"' } }],
  ] as [string, string, Ask][]) {
    const { status, body } = await under('k1', method, path, ask)
    assert.deepEqual([status, body.code], [409, 'idempotency.conflict'], `${method} ${path}`)
  }
})

test('every kind of write is done once: run, delete, change, pause', async (t) => {
  const { under, ask, person } = await aCase(t)
  const { id } = (await under('make', 'POST', '/jobs', { body: aJob() })).body

  const twice = async (key: string, method: string, path: string, more: Ask = {}) => {
    const [one, other] = [await under(key, method, path, more), await under(key, method, path, more)]
    assert.deepEqual([other.status, other.text], [one.status, one.text], `${method} ${path}`)
    return one
  }
  const run = await twice('run', 'POST', `/jobs/${id}/run`)
  await twice('pause', 'POST', `/jobs/${id}/pause`)
  await twice('edit', 'PATCH', `/jobs/${id}`, { body: { name: 'x' }, headers: { 'if-match': '"2"' } })
  const runs = await ask('GET', '/executions', { token: person.token })
  const gone = await twice('delete', 'DELETE', `/jobs/${id}`)

  assert.deepEqual([run.status, runs.body.items.length, gone.status], [202, 1, 204])
})

test('keys of different people, and of a person and a key of theirs, have nothing to do with each other', async (t) => {
  const { ask, stranger, under, person } = await aCase(t)
  const other = await stranger()
  const { key } = (await ask('POST', '/api-keys', { token: person.token, body: { name: 'k', scopes: ['jobs:write'] } }))
    .body

  const mine = await under('k1', 'POST', '/jobs', { body: aJob() })
  const theirs = await under('k1', 'POST', '/jobs', { token: other.token, body: aJob({ name: 'theirs' }) })
  const program = await under('k1', 'POST', '/jobs', { token: key, body: aJob({ name: 'program' }) })

  assert.deepEqual(
    [mine, theirs, program].map(({ status }) => status),
    [201, 201, 201],
  )
  assert.equal(new Set([mine.body.id, theirs.body.id, program.body.id]).size, 3)
})

test('two at once make one job: the second hears that the first is under way, or gets its answer', async (t) => {
  const { under, jobs } = await aCase(t)

  const replies = await Promise.all(Array.from({ length: 8 }, () => under('k1', 'POST', '/jobs', { body: aJob() })))

  assert.equal((await jobs()).length, 1)
  for (const { status, body, headers } of replies) {
    if (status === 201) continue
    assert.deepEqual([status, body.code, headers['retry-after']], [409, 'idempotency.under_way', '1'])
  }
  assert.ok(replies.some(({ status }) => status === 201))
})

test('a refused request may come again, corrected, under the same key', async (t) => {
  const { under, jobs } = await aCase(t)

  const shape = await under('k1', 'POST', '/jobs', { body: aJob({ name: '' }) })
  const rule = await under('k1', 'POST', '/jobs', {
    body: aJob({ schedules: [{ kind: 'cron', expression: '61 * * * *' }] }),
  })
  const right = await under('k1', 'POST', '/jobs', { body: aJob() })

  assert.deepEqual([shape.status, rule.status, right.status], [422, 422, 201])
  assert.equal((await jobs()).length, 1)
})

test('after a day the key is free again', async (t) => {
  const { under, world, person } = await aCase(t)
  await under('k1', 'POST', '/jobs', { body: aJob() })

  world.clock.advance(24 * HOUR)
  const token = (await world.signIn(person.login)).accessToken
  const later = await under('k1', 'POST', '/jobs', { token, body: aJob({ name: 'other' }) })

  assert.deepEqual([later.status, later.body.name], [201, 'other'])
})

test('an Idempotency-Key has 1 to 255 printable characters', async (t) => {
  const { under } = await aCase(t)

  for (const key of ['a'.repeat(256), 'é'])
    assert.deepEqual((await under(key, 'POST', '/jobs', { body: aJob() })).body.code, 'malformed', key)
  assert.equal((await under('a'.repeat(255), 'POST', '/jobs', { body: aJob() })).status, 201)
})

test('S93: a key that is shown once is shown to its maker’s repeat, and rests sealed', async (t) => {
  const { under, world, lines, person } = await aCase(t)
  const body = { name: 'k', scopes: ['jobs:read'] }

  const first = await under('k1', 'POST', '/api-keys', { body })
  const again = await under('k1', 'POST', '/api-keys', { body })

  assert.equal(again.body.key, first.body.key)
  const { workspaceKey, userId: actorId } = await world.services.sessions.authenticate(person.token)
  const ticket = await world.store.tickets.find({ workspaceKey, actorId, keyHash: sha256('k1') })
  const sealed = ticket?.answer?.sealedBody ?? ''
  assert.match(sealed, /^v1\./)
  for (const place of [sealed, ...lines]) assert.ok(!place.includes(first.body.key))
})

test('S92: a workspace that uses up its keys is told to wait, and works on without them', async (t) => {
  const { under, world, person, ask } = await aCase(t)
  const full = { ...world.store, tickets: { ...world.store.tickets, count: async () => 99_999 } }
  const other = await another(t, world, full)

  const last = await other('k0', 'POST', '/jobs', person.token, aJob())
  const refused = await other('k1', 'POST', '/jobs', person.token, aJob())
  const again = await other('k0', 'POST', '/jobs', person.token, aJob())

  assert.deepEqual([last.statusCode, again.statusCode], [201, 201])
  assert.deepEqual([refused.statusCode, refused.headers['retry-after']], [429, '60'])
  assert.equal((await ask('POST', '/jobs', { token: person.token, body: aJob() })).status, 201)
  assert.equal((await under('k1', 'POST', '/jobs', { body: aJob() })).status, 201)
})

/** Another process on the same database; what it asks of the store may go wrong. */
const another = async (t: TestContext, world: World, store: Store = world.store, secretKey?: string) => {
  const server = await createServer({
    services: world.again({ store, ...(secretKey === undefined ? {} : { secretKey }) }).services,
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
    clock: world.clock,
    settings: SETTINGS,
  })
  t.after(() => server.close())
  return (key: string, method: string, path: string, token: string, body?: object, headers = {}) =>
    server.inject({
      method: method as 'POST',
      url: `/api/v3${path}`,
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': key, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    })
}

/** Keeps no answers, as if it died between its write and its answer. */
const dying = ({ store }: World): Store => ({
  ...store,
  tickets: { ...store.tickets, answer: () => Promise.reject(new Error('killed')) },
})

const PATIENCE_MS = 3000

test('F40: what was done by a process that died is not done again, and is answered the same', async (t) => {
  const { world, person, under, jobs, ask } = await aCase(t)
  const lost = await another(t, world, dying(world))
  const { id } = (await under('job', 'POST', '/jobs', { body: aJob({ name: 'first' }) })).body
  const asks: [key: string, method: string, path: string, body?: object][] = [
    ['make', 'POST', '/jobs', aJob({ name: 'second' })],
    ['run', 'POST', `/jobs/${id}/run`],
    ['clone', 'POST', `/jobs/${id}/clone`],
    ['bulk', 'POST', '/jobs/bulk', { action: 'run', ids: [id] }],
    ['import', 'POST', '/jobs/import', { jobs: [aJob({ name: 'third' })] }],
    ['pause', 'POST', `/jobs/${id}/pause`],
    ['edit', 'PATCH', `/jobs/${id}`, { name: 'edited' }],
  ]
  for (const [key, method, path, body] of asks) {
    const first = await lost(key, method, path, person.token, body)
    const early = await under(key, method, path, { ...(body && { body }) })
    world.clock.advance(PATIENCE_MS)
    const again = await under(key, method, path, { ...(body && { body }) })
    const third = await under(key, method, path, { ...(body && { body }) })

    assert.deepEqual([early.status, early.body.code], [409, 'idempotency.under_way'], key)
    assert.deepEqual([again.status, again.body], [first.statusCode, first.json()], key)
    assert.equal(third.headers['idempotency-replayed'], 'true')
  }
  assert.deepEqual((await jobs()).map(({ name }: { name: string }) => name).sort(), [
    'edited',
    'first (copy)',
    'second',
    'third',
  ])
  assert.equal((await ask('GET', '/executions', { token: person.token })).body.items.length, 2)
})

test('F40: where the first answer cannot be told any more, the repeat hears that it has taken effect', async (t) => {
  const { world, person, under } = await aCase(t)
  const lost = await another(t, world, dying(world))
  const { id } = (await under('job', 'POST', '/jobs', { body: aJob() })).body

  const edited = await lost('edit', 'PATCH', `/jobs/${id}`, person.token, { name: 'mine' }, { 'if-match': '"1"' })
  const gone = await lost('gone', 'DELETE', `/jobs/${id}`, person.token)
  world.clock.advance(PATIENCE_MS)
  const editedAgain = await under('edit', 'PATCH', `/jobs/${id}`, {
    body: { name: 'mine' },
    headers: { 'if-match': '"1"' },
  })
  const goneAgain = await under('gone', 'DELETE', `/jobs/${id}`)

  assert.deepEqual([edited.statusCode, gone.statusCode], [200, 204])
  assert.deepEqual([editedAgain.status, editedAgain.body.code], [409, 'idempotency.unanswered'])
  assert.equal(goneAgain.status, 204)
})

test('F40: an answer whose key of the server is lost is made again by reading', async (t) => {
  const { world, person, ask, under, jobs } = await aCase(t)
  const body = { name: 'k', scopes: ['jobs:write', 'jobs:read'] }
  const { key } = (await ask('POST', '/api-keys', { token: person.token, body })).body
  const first = await under('k1', 'POST', '/jobs', { token: key, body: aJob() })

  const rotated = await another(t, world, world.store, 'another secret key, of 32 characters')
  const again = await rotated('k1', 'POST', '/jobs', key, aJob())

  assert.deepEqual([again.statusCode, again.json().id], [201, first.body.id])
  assert.equal((await jobs()).length, 1)
})

test('F40: a change by somebody else is not overwritten by the repeat of an older one', async (t) => {
  const { world, person, under, ask } = await aCase(t)
  const lost = await another(t, world, dying(world))
  const { id } = (await under('job', 'POST', '/jobs', { body: aJob() })).body
  await lost('edit', 'PATCH', `/jobs/${id}`, person.token, { name: 'old' })
  await ask('PATCH', `/jobs/${id}`, { token: person.token, body: { name: 'new' } })

  world.clock.advance(PATIENCE_MS)
  const again = await under('edit', 'PATCH', `/jobs/${id}`, { body: { name: 'old' } })

  assert.equal(again.body.code, 'idempotency.unanswered')
  assert.equal((await ask('GET', `/jobs/${id}`, { token: person.token })).body.name, 'new')
})

type Create = Store['jobs']['create']

/** The store with another way to create jobs, also for who tells of it. */
const creatingBy = (store: Store, by: (create: Create, job: Parameters<Create>[0]) => ReturnType<Create>): Store => {
  const changed = <R extends Pick<Store, 'jobs'>>(records: R): R => ({
    ...records,
    jobs: { ...records.jobs, create: (job) => by(records.jobs.create, job) },
  })
  return { ...changed(store), noting: (...entries) => changed(store.noting(...entries)) }
}

test('F40: a process that was too slow finds that another one has done it, and does nothing', async (t) => {
  const { world, person, under, jobs } = await aCase(t)
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  const slowStore = creatingBy(world.store, async (create, job) => {
    reach()
    await held
    return create(job)
  })
  const slow = await another(t, world, slowStore)

  const asked = slow('k1', 'POST', '/jobs', person.token, aJob())
  await reached
  world.clock.advance(PATIENCE_MS)
  const quick = await under('k1', 'POST', '/jobs', { body: aJob() })
  letGo()
  const late = await asked

  assert.deepEqual([quick.status, late.statusCode, late.json().code], [201, 409, 'idempotency.unanswered'])
  assert.equal((await jobs()).length, 1)
})

test('an outage of the database is no answer: the same key tries again, at once, and makes the same thing', async (t) => {
  const { world, person, jobs } = await aCase(t)
  let isAway = true
  const ids: string[] = []
  const flaky = creatingBy(world.store, (create, job) => {
    ids.push(job.id)
    return isAway ? Promise.reject(new DomainError('unavailable', 'away')) : create(job)
  })
  const server = await another(t, world, flaky)

  const first = await server('k1', 'POST', '/jobs', person.token, aJob())
  isAway = false
  const second = await server('k1', 'POST', '/jobs', person.token, aJob())

  assert.deepEqual([first.statusCode, second.statusCode], [503, 201])
  assert.equal(ids[0], ids[1])
  assert.equal((await jobs()).length, 1)
})
