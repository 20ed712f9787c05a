/** Jobs: what may be saved, who may save it, and what a save never does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, HOUR, MINUTE, START } from '../../tests/support/services-world.ts'
import type { UserActor } from '../domain/actor.ts'
import { DomainError, type ErrorCode } from '../domain/errors.ts'
import { newId } from '../domain/ids.ts'
import type { JobInput } from './services.ts'

const refused =
  (code: ErrorCode, ...fields: string[]) =>
  (error: unknown) => {
    assert.ok(error instanceof DomainError, String(error))
    assert.equal(error.code, code)
    if (fields.length > 0)
      assert.deepEqual(
        error.errors.map(({ field }) => field),
        fields,
      )
    return true
  }
const QUERY = { sort: 'created_at', descending: false, cursor: null, limit: 100 } as const
const cron = (expression: string, more: object = {}): JobInput['timetable'] => ({
  schedules: [{ kind: 'cron', expression, zone: 'UTC' }],
  zone: 'UTC',
  ...more,
})
const MANUAL: JobInput['timetable'] = { schedules: [{ kind: 'manual' }], zone: 'UTC' }

test('a job is shown with its defaults, its next run and its schedule in words', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()

  const job = await world.services.jobs.create(ada, anInput({ name: '  report ', metadata: { team: 'blue' } }))

  assert.equal(job.name, 'report')
  assert.equal(job.state, 'active')
  assert.equal(job.ownerId, ada.userId)
  assert.equal(job.nextRunAt, START + 30 * MINUTE)
  assert.equal(job.policies.timeoutMs, 30_000)
  assert.deepEqual([job.description, job.metadata, job.lastRun, job.version], [null, { team: 'blue' }, null, 1])
  assert.match(job.scheduleText, /hour/i)
  assert.equal('key' in job || 'workspaceKey' in job, false)
  assert.deepEqual(world.told, ['wake'])
  assert.deepEqual(await world.services.jobs.get(ada, job.id), job)
  const { jobs } = await world.store.ledger.due({ until: Number.MAX_SAFE_INTEGER, limit: 9, after: null })
  assert.deepEqual(
    jobs.map(({ jobId, dueAt }) => [jobId, dueAt]),
    [[job.id, job.nextRunAt]],
  )
})

test('a job created disabled is paused and due at no time', async (t) => {
  const { services, admin } = await aWorld(t)

  const job = await services.jobs.create(await admin(), anInput({ enabled: false }))

  assert.deepEqual([job.state, job.nextRunAt, job.pauseReason, job.pausedAt], ['paused', null, 'by_user', START])
})

test('a job that only runs when asked is active without a next run', async (t) => {
  const { services, admin } = await aWorld(t)

  const job = await services.jobs.create(await admin(), anInput({ timetable: MANUAL }))

  assert.deepEqual([job.state, job.nextRunAt], ['active', null])
})

test('all wrong fields of a job are told together, and nothing is saved', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()

  await assert.rejects(
    services.jobs.create(ada, {
      name: ' ',
      description: 'x'.repeat(2001),
      timetable: {
        schedules: [
          { kind: 'cron', expression: '61 * * * *', zone: 'UTC' },
          { kind: 'cron', expression: '* * * * *', zone: 'Mars/Base' },
        ],
        zone: 'UTC',
        end: 'soon',
      },
      target: {
        kind: 'http',
        url: 'ftp://example.com',
        method: 'GET',
        headers: [{ name: 'Host', value: 'x' }],
        auth: { kind: 'bearer' },
      },
      policies: { timeoutMs: 1, retry: { attempts: 0, firstDelayMs: 1.5, factor: 99, longestDelayMs: -1 } },
      metadata: { big: 'x'.repeat(1025), 'a\u0000b': '' },
    }),
    refused(
      'invalid',
      'name',
      'description',
      'target.url',
      'target.headers[0].name',
      'target.auth.token',
      'policies.retry.attempts',
      'policies.retry.firstDelayMs',
      'policies.retry.factor',
      'policies.retry.longestDelayMs',
      'policies.timeoutMs',
      'metadata.big',
      'metadata.a\u0000b',
      'schedules[0].expression',
      'schedules[1].zone',
      'end',
    ),
  )

  assert.equal((await services.jobs.list(ada, QUERY)).items.length, 0)
})

test('a schedule that cannot be read is refused with its place, its value and what would be right', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()

  await assert.rejects(services.jobs.create(ada, anInput({ timetable: cron('61 * * * *') })), (error) => {
    refused('schedule.invalid', 'schedules[0].expression')(error)
    assert.match((error as Error).message, /^schedules\[0\]\.expression: "61 \* \* \* \*": .*61/)
    return true
  })
  await assert.rejects(
    services.jobs.create(ada, anInput({ timetable: { schedules: [], zone: 'UTC' } })),
    refused('schedule.invalid', 'schedules'),
  )
  const many = { ...MANUAL, schedules: Array.from({ length: 21 }, () => ({ kind: 'manual' }) as const) }
  await assert.rejects(
    services.jobs.create(ada, anInput({ timetable: many })),
    refused('schedule.invalid', 'schedules'),
  )
})

test('S86: a schedule without a coming instant is refused', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()

  for (const timetable of [
    cron('0 0 31 2 *'),
    cron('* * * * *', { end: '2020-01-01' }),
    { schedules: [{ kind: 'once', at: START }], zone: 'UTC' } as const,
  ]) {
    await assert.rejects(
      services.jobs.create(ada, anInput({ timetable })),
      refused('schedule.never_fires', 'schedules'),
    )
  }
})

test('S25: more than 50 metadata entries, unprintable names and bidirectional overrides are refused', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const metadata = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, 'v']))

  await assert.rejects(services.jobs.create(ada, anInput({ metadata })), refused('invalid', 'metadata'))
  await assert.rejects(
    services.jobs.create(ada, anInput({ metadata: JSON.parse('{"__proto__":"x"}') })),
    refused('invalid', 'metadata.__proto__'),
  )
  for (const name of ['a\nb', 'a\u202eb', 'a\u2028b', 'x'.repeat(201), '\ud800']) {
    await assert.rejects(services.jobs.create(ada, anInput({ name })), refused('invalid', 'name'))
  }
  assert.equal((await services.jobs.create(ada, anInput({ name: `${'日'.repeat(199)}👩` }))).name.length, 201)
})

test('S39: a target at an address that this server never calls is refused when it is saved', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const target = { kind: 'http', url: 'http://169.254.169.254/latest', method: 'GET' } as const
  const job = await services.jobs.create(ada, anInput())

  await assert.rejects(services.jobs.create(ada, anInput({ target })), refused('egress.denied', 'target.url'))
  await assert.rejects(services.jobs.update(ada, job.id, { target }, null), refused('egress.denied'))
  await assert.rejects(services.jobs.run(ada, job.id, { url: target.url }), refused('egress.denied'))
})

test('the role matrix holds for jobs: viewers look, users keep their own, admins all', async (t) => {
  const { services, admin, member } = await aWorld(t)
  const { jobs } = services
  const ada = await admin()
  const bob = await member(ada, 'user')
  const cid = await member(ada, 'user')
  const vera = await member(ada, 'viewer')
  const job = await jobs.create(bob, anInput())
  const deeds: Record<string, (actor: UserActor) => Promise<unknown>> = {
    update: (actor) => jobs.update(actor, job.id, { name: 'renamed' }, null),
    run: (actor) => jobs.run(actor, job.id),
    pause: (actor) => jobs.pause(actor, job.id),
    resume: (actor) => jobs.resume(actor, job.id, {}),
  }

  for (const actor of [ada, bob, cid, vera]) {
    assert.equal((await jobs.get(actor, job.id)).id, job.id)
    assert.equal((await jobs.list(actor, QUERY)).items.length, 1)
    assert.equal((await jobs.occurrences(actor, job.id, { past: 5, coming: 5 })).length, 5)
  }
  for (const [name, deed] of Object.entries(deeds)) {
    await assert.rejects(deed(vera), refused('forbidden'), name)
    await assert.rejects(deed(cid), refused('forbidden'), name)
    await deed(bob)
    await deed(ada)
  }
  await assert.rejects(jobs.create(vera, anInput()), refused('forbidden'))
  await assert.rejects(jobs.delete(cid, job.id, null), refused('forbidden'))
  await assert.rejects(jobs.delete(vera, job.id, null), refused('forbidden'))
  await jobs.delete(bob, job.id, null)
  await assert.rejects(jobs.get(ada, job.id), refused('not_found'))
})

test('S23: a job of another workspace answers exactly like an unknown one', async (t) => {
  const { services, admin } = await aWorld(t)
  const { jobs } = services
  const ada = await admin()
  const eve = await admin()
  const { id } = await jobs.create(ada, anInput())
  const unknown = newId()
  const deeds: ((id: string) => Promise<unknown>)[] = [
    (of) => jobs.get(eve, of),
    (of) => jobs.update(eve, of, { name: 'mine' }, null),
    (of) => jobs.delete(eve, of, null),
    (of) => jobs.run(eve, of),
    (of) => jobs.pause(eve, of),
    (of) => jobs.resume(eve, of, {}),
    (of) => jobs.occurrences(eve, of, { past: 1, coming: 1 }),
    (of) => services.executions.list(eve, { jobId: of, descending: true, cursor: null, limit: 1 }),
    (of) => services.statistics.range(eve, { from: 0, until: HOUR, jobId: of }),
  ]

  for (const deed of deeds) {
    const said = await Promise.all(
      [id, unknown].map((of) => deed(of).catch((error: Error) => error.message.replace(of, 'ID'))),
    )
    assert.equal(said[0], said[1])
    await assert.rejects(deed(id), refused('not_found'))
  }
  assert.equal((await jobs.list(eve, QUERY)).items.length, 0)
  assert.equal((await jobs.get(ada, id)).name, 'report')
})

test('only an admin gives a job to somebody, and only to a member of the workspace', async (t) => {
  const { services, admin, member } = await aWorld(t)
  const { jobs } = services
  const ada = await admin()
  const eve = await admin()
  const bob = await member(ada, 'user')
  const own = await jobs.create(bob, anInput())

  await assert.rejects(jobs.create(bob, anInput({ ownerId: ada.userId })), refused('forbidden'))
  await assert.rejects(jobs.update(bob, own.id, { ownerId: ada.userId }, null), refused('forbidden'))
  await assert.rejects(jobs.create(ada, anInput({ ownerId: eve.userId })), refused('invalid', 'ownerId'))
  await assert.rejects(jobs.update(ada, own.id, { ownerId: newId() }, null), refused('invalid', 'ownerId'))
  assert.equal((await jobs.create(ada, anInput({ ownerId: bob.userId }))).ownerId, bob.userId)
  assert.equal((await jobs.update(ada, own.id, { ownerId: ada.userId }, null)).ownerId, ada.userId)
})

test('an update changes what it names, and the engine drops what it had claimed ahead', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { jobs } = world.services
  const job = await jobs.create(ada, anInput({ description: 'old', metadata: { a: '1' } }))
  const key = (await world.store.jobs.byId(ada.workspaceKey, job.id))?.key
  world.told.length = 0

  const after = await jobs.update(ada, job.id, { timetable: cron('15 * * * *'), description: null }, job.version)

  assert.deepEqual(
    [after.name, after.description, after.metadata, after.nextRunAt, after.scheduleVersion],
    ['report', null, { a: '1' }, START + 45 * MINUTE, job.scheduleVersion + 1],
  )
  assert.deepEqual(world.told, [`changed ${key}`, 'wake'])
})

test('sending the same job again changes nothing: no new version, no new instants', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { jobs } = world.services
  const input = anInput({ policies: { overlap: 'allow' }, metadata: { a: '1' } })
  const job = await jobs.create(ada, input)
  world.told.length = 0

  const again = await jobs.update(ada, job.id, input, job.version)

  assert.deepEqual(again, job)
  assert.deepEqual(world.told, [])
})

test('zones are kept as the time-zone database spells them', async (t) => {
  const { services, admin } = await aWorld(t)
  const timetable = {
    schedules: [{ kind: 'cron', expression: '0 9 * * *', zone: 'us/eastern' }],
    zone: 'europe/berlin',
  } as const

  const job = await services.jobs.create(await admin(), anInput({ timetable }))

  assert.deepEqual(
    [job.timetable.zone, (job.timetable.schedules[0] as { zone: string }).zone],
    ['Europe/Berlin', 'US/Eastern'],
  )
})

test('of two who change a job at once, the one who named the version hears of the other', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const job = await services.jobs.create(ada, anInput())

  const second = await services.jobs.update(ada, job.id, { name: 'first' }, job.version)
  await assert.rejects(services.jobs.update(ada, job.id, { name: 'second' }, job.version), refused('stale'))
  await assert.rejects(services.jobs.delete(ada, job.id, job.version), refused('stale'))

  assert.equal((await services.jobs.get(ada, job.id)).name, 'first')
  await services.jobs.delete(ada, job.id, second.version)
})

test('without a version the last writer wins, and no change of another is lost on the way', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const { id } = await services.jobs.create(ada, anInput())

  await Promise.all([
    services.jobs.update(ada, id, { name: 'renamed' }, null),
    services.jobs.update(ada, id, { description: 'described' }, null),
    services.jobs.update(ada, id, { metadata: { a: '1' } }, null),
  ])

  const job = await services.jobs.get(ada, id)
  assert.deepEqual([job.name, job.description, job.metadata], ['renamed', 'described', { a: '1' }])
})

test('an update that is wrong in one field changes none, and enabling goes with it or not at all', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const job = await services.jobs.create(ada, anInput())

  await assert.rejects(
    services.jobs.update(ada, job.id, { name: 'renamed', enabled: false, policies: { timeoutMs: 0 } }, null),
    refused('invalid', 'policies.timeoutMs'),
  )

  assert.deepEqual(await services.jobs.get(ada, job.id), job)
})

test('an update pauses and resumes a job on the way', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const { id } = await services.jobs.create(ada, anInput())

  const off = await services.jobs.update(ada, id, { enabled: false, name: 'resting' }, null)
  const on = await services.jobs.update(ada, id, { enabled: true }, null)

  assert.deepEqual([off.state, off.name, off.nextRunAt], ['paused', 'resting', null])
  assert.deepEqual([on.state, on.nextRunAt], ['active', START + 30 * MINUTE])
})

test('a new timetable of a paused job takes effect when it is resumed', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const { id } = await services.jobs.create(ada, anInput({ enabled: false }))

  const edited = await services.jobs.update(ada, id, { timetable: cron('45 * * * *') }, null)
  const { job } = await services.jobs.resume(ada, id, {})

  assert.deepEqual([edited.state, edited.nextRunAt], ['paused', null])
  assert.equal(job.nextRunAt, START + 15 * MINUTE)
})

test('a job that has ended goes on with a timetable that has instants again', async (t) => {
  const { services, store, admin } = await aWorld(t)
  const ada = await admin()
  const { id } = await services.jobs.create(
    ada,
    anInput({ timetable: { schedules: [{ kind: 'once', at: START + HOUR }], zone: 'UTC' } }),
  )
  const job = await store.jobs.byId(ada.workspaceKey, id)
  if (job !== null)
    await store.jobs.update(
      job,
      { timetable: job.timetable, dueAt: null, state: 'ended' },
      { now: START, expectedDueAt: START + HOUR },
    )

  const ended = await services.jobs.get(ada, id)
  const renamed = await services.jobs.update(ada, id, { name: 'still ended' }, null)
  const again = await services.jobs.update(ada, id, { timetable: cron('0 * * * *') }, null)

  assert.deepEqual([ended.state, ended.nextRunAt, renamed.state], ['ended', null, 'ended'])
  assert.deepEqual([again.state, again.nextRunAt], ['active', START + 30 * MINUTE])
})

test('a deleted job is gone, and nothing claimed ahead for it fires', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { id } = await world.services.jobs.create(ada, anInput())
  const key = (await world.store.jobs.byId(ada.workspaceKey, id))?.key
  world.told.length = 0

  await world.services.jobs.delete(ada, id, null)

  assert.deepEqual(world.told, [`changed ${key}`])
  await assert.rejects(world.services.jobs.delete(ada, id, null), refused('not_found'))
})

test('jobs are found by state, owner and part of the name, in the order asked for', async (t) => {
  const { services, admin, member, clock } = await aWorld(t)
  const ada = await admin()
  const bob = await member(ada, 'user')
  for (const [actor, name, enabled] of [
    [ada, 'alpha 100%', true],
    [bob, 'beta', false],
    [ada, 'Gamma', true],
  ] as const) {
    await services.jobs.create(actor, anInput({ name, enabled }))
    clock.advance(1000)
  }
  const names = async (actor: UserActor, query: object) =>
    (await services.jobs.list(actor, { ...QUERY, ...query })).items.map(({ name }) => name)

  assert.deepEqual(await names(ada, { descending: true }), ['Gamma', 'beta', 'alpha 100%'])
  assert.deepEqual(await names(ada, { state: 'paused' }), ['beta'])
  assert.deepEqual(await names(ada, { owner: 'me' }), ['alpha 100%', 'Gamma'])
  assert.deepEqual(await names(ada, { owner: bob.userId }), ['beta'])
  assert.deepEqual(await names(bob, { owner: 'me' }), ['beta'])
  assert.deepEqual(await names(ada, { search: 'AMM' }), ['Gamma'])
  assert.deepEqual(await names(ada, { search: '100%' }), ['alpha 100%'])
  assert.deepEqual(await names(ada, { search: '%' }), ['alpha 100%'])
})

test('S30: a cursor of one list of jobs is refused by every other list, filter and workspace', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const eve = await admin()
  for (const name of ['a', 'b', 'c']) await services.jobs.create(ada, anInput({ name }))

  const first = await services.jobs.list(ada, { ...QUERY, sort: 'name', limit: 2 })
  const { nextCursor: cursor } = first
  const rest = await services.jobs.list(ada, { ...QUERY, sort: 'name', limit: 2, cursor })

  assert.deepEqual(
    [...first.items, ...rest.items].map(({ name }) => name),
    ['a', 'b', 'c'],
  )
  for (const query of [
    {},
    { sort: 'name', descending: true },
    { sort: 'name', state: 'active' },
    { sort: 'name', search: 'a' },
  ] as const) {
    await assert.rejects(services.jobs.list(ada, { ...QUERY, ...query, cursor }), refused('invalid', 'cursor'))
  }
  await assert.rejects(services.jobs.list(eve, { ...QUERY, sort: 'name', cursor }), refused('invalid', 'cursor'))
  await assert.rejects(
    services.executions.list(ada, { descending: false, cursor, limit: 2 }),
    refused('invalid', 'cursor'),
  )
})
