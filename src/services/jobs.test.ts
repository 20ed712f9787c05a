/** Jobs: what a save does, and what it never does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, HOUR, MINUTE, refused, START } from '../../tests/support/services-world.ts'
import type { JobInput } from './services.ts'

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

test('an update changes what it names, and waits until what the engine had claimed ahead was sent', async (t) => {
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

test('an edit that pauses is one change, told once as a pause, and one that resumes tells what was missed', async (t) => {
  const { services, store, clock, admin } = await aWorld(t)
  const ada = await admin()
  const { id } = await services.jobs.create(ada, anInput())

  const off = await services.jobs.update(ada, id, { enabled: false, name: 'resting' }, null)
  clock.advance(2 * HOUR)
  const on = await services.jobs.update(
    ada,
    id,
    { enabled: true, name: 'awake', timetable: cron('45 * * * *') },
    off.version,
  )

  assert.deepEqual([off.version, on.version, on.state, on.name], [2, 3, 'active', 'awake'])
  assert.equal(on.nextRunAt, START + 2 * HOUR + 15 * MINUTE)
  const { items } = await services.auditLog.list(ada, { cursor: null, limit: 50 })
  assert.deepEqual(
    items.filter(({ subject }) => subject.id === id).map(({ deed, fields }) => [deed, [...fields].sort()]),
    [
      ['job.resumed', ['name', 'schedules', 'state']],
      ['job.paused', ['name', 'state']],
      ['job.created', []],
    ],
  )
  const job = await store.jobs.byId(ada.workspaceKey, id)
  const rows = await store.executions.occurrences(ada.workspaceKey, job?.key ?? 0, clock.now() + 1, 10)
  assert.deepEqual(
    rows.map(({ status, reason, occurrences }) => [status, reason, occurrences]),
    [['missed', 'paused', 2]],
  )
})

test('where names are unique, of two who want one at once one is refused, and a job keeps its own', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const unique = { uniqueName: true }
  await services.jobs.create(ada, anInput({ name: 'taken' }))
  const one = await services.jobs.create(ada, anInput({ name: 'one' }), unique)
  const two = await services.jobs.create(ada, anInput({ name: 'two' }), unique)

  await assert.rejects(services.jobs.create(ada, anInput({ name: ' taken ' }), unique), refused('conflict', 'name'))
  await assert.rejects(services.jobs.update(ada, one.id, { name: 'taken' }, null, unique), refused('conflict', 'name'))
  const race = await Promise.allSettled(
    [one, two].map(({ id }) => services.jobs.update(ada, id, { name: 'both' }, null, unique)),
  )
  const kept = await services.jobs
    .update(ada, one.id, { name: 'one', description: 'x' }, null, unique)
    .catch(() => null)

  assert.deepEqual(race.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.ok(kept !== null || race[0]?.status === 'fulfilled')
  assert.equal((await services.jobs.create(ada, anInput({ name: 'taken' }))).name, 'taken')
})

test('a schedule that never fires is taken where it may be over, and the job has ended', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const never = { timetable: cron('0 0 31 2 *') }

  await assert.rejects(services.jobs.create(ada, anInput(never)), refused('schedule.never_fires'))
  const made = await services.jobs.create(ada, anInput(never), { mayBeOver: true })
  const { id } = await services.jobs.create(ada, anInput())
  await assert.rejects(services.jobs.update(ada, id, never, null), refused('schedule.never_fires'))
  const edited = await services.jobs.update(ada, id, never, null, { mayBeOver: true })

  assert.deepEqual([made.state, made.nextRunAt, edited.state, edited.nextRunAt], ['ended', null, 'ended', null])
  await services.jobs.create(ada, anInput({ name: 'over', endsOn: '2026-11-20', ...{ timetable: cron('0 0 1 * *') } }))
  const check = await services.ledger.check(ada, { from: START - HOUR, until: START + 1, cursor: null })
  assert.deepEqual(
    check.neverFiring.map(({ jobId }) => jobId),
    [made.id, id],
  )
})

test('an edit that changes nothing is a change only where that is asked for', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const { id, version } = await services.jobs.create(ada, anInput())

  const same = await services.jobs.update(ada, id, {}, null)
  const told = await services.jobs.update(ada, id, {}, null, { evenIfSame: true })

  assert.deepEqual([same.version - version, told.version - version], [0, 1])
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
