/** End dates of jobs, as people use them: judged by the day in Tokyo, where the world of these tests schedules. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, HOUR, MINUTE, refused, SETTINGS, START } from '../../tests/support/services-world.ts'

/** START is 18:30 of 2026-11-20 in Tokyo; that day ends at 15:00 UTC. */
const MIDNIGHT = Date.UTC(2026, 10, 20, 15)

test('a job runs all through its end date, and no longer', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()

  const job = await services.jobs.create(ada, anInput({ endsOn: '2026-11-20' }))

  const coming = await services.jobs.occurrences(ada, job.id, { past: 0, coming: 100 })
  assert.equal(job.endsOn, '2026-11-20')
  assert.deepEqual(
    coming.map(({ scheduledFor }) => new Date(scheduledFor).getUTCHours()),
    [10, 11, 12, 13, 14],
  )
})

test('an end date that has passed, or is no day, is refused with what would be right', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const job = await services.jobs.create(ada, anInput({ endsOn: '2026-12-01' }))

  await assert.rejects(services.jobs.create(ada, anInput({ endsOn: '2026-11-19' })), /give 2026-11-20.*Asia\/Tokyo/)
  await assert.rejects(services.jobs.create(ada, anInput({ endsOn: '2026-02-30' })), refused('invalid', 'endsOn'))
  await assert.rejects(services.jobs.update(ada, job.id, { endsOn: '2026-11-19' }, null), refused('invalid', 'endsOn'))
  await assert.rejects(
    services.jobs.create(
      ada,
      anInput({ timetable: { ...anInput().timetable, start: '2026-12-02' }, endsOn: '2026-12-01' }),
    ),
    refused('invalid', 'endsOn'),
  )
  assert.equal((await services.jobs.get(ada, job.id)).version, job.version)
})

test('an end date before the next instant is no mistake: the job has had its last run', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const monthly = { schedules: [{ kind: 'cron' as const, expression: '0 0 1 * *', zone: 'UTC' }], zone: 'UTC' }

  const job = await services.jobs.create(ada, anInput({ timetable: monthly, endsOn: '2026-11-20' }))

  assert.deepEqual([job.state, job.nextRunAt], ['ended', null])
})

test('an edit keeps the end date, moves it both ways, and takes it away', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const { jobs } = services
  const job = await jobs.create(ada, anInput({ endsOn: '2026-11-30' }))
  const daily = { schedules: [{ kind: 'cron' as const, expression: '0 12 * * *', zone: 'UTC' }], zone: 'UTC' }

  const renamed = await jobs.update(ada, job.id, { name: 'other', endsOn: '2026-11-30' }, null)
  const moved = await jobs.update(ada, job.id, { timetable: daily }, null)
  const sooner = await jobs.update(ada, job.id, { endsOn: '2026-11-20' }, null)
  const later = await jobs.update(ada, job.id, { endsOn: '2026-12-31' }, null)
  const open = await jobs.update(ada, job.id, { endsOn: null }, null)

  assert.deepEqual(
    [renamed, moved, sooner, later, open].map(({ endsOn, scheduleVersion }) => [endsOn, scheduleVersion]),
    [
      ['2026-11-30', 1],
      ['2026-11-30', 2],
      ['2026-11-20', 3],
      ['2026-12-31', 4],
      [null, 5],
    ],
  )
})

test('after its end date a job is not run, changed while active, or enabled; with a later one it is', async (t) => {
  const { services, admin, clock } = await aWorld(t)
  const ada = await admin()
  const { jobs } = services
  const job = await jobs.create(ada, anInput({ endsOn: '2026-11-20' }))
  await clock.advance(MIDNIGHT - START)

  await assert.rejects(jobs.run(ada, job.id), refused('job.expired'))
  await assert.rejects(jobs.update(ada, job.id, { name: 'x' }, null), refused('job.expired'))
  await jobs.pause(ada, job.id)
  await assert.rejects(jobs.resume(ada, job.id, {}), refused('job.expired'))
  await assert.rejects(jobs.clone(ada, job.id, { enabled: true }), refused('job.expired'))
  assert.equal((await jobs.update(ada, job.id, { name: 'renamed', endsOn: '2026-11-20' }, null)).name, 'renamed')
  await assert.rejects(jobs.update(ada, job.id, { enabled: true }, null), refused('job.expired'))
  const resumed = await jobs.update(ada, job.id, { endsOn: '2026-11-21', enabled: true }, null)

  assert.deepEqual([resumed.state, resumed.nextRunAt], ['active', clock.now() + HOUR])
})

test('an undo and a copy bring the end date along; one that has passed is not enabled by an undo', async (t) => {
  const { services, admin, clock } = await aWorld(t)
  const ada = await admin()
  const { jobs } = services
  const job = await jobs.create(ada, anInput({ endsOn: '2026-11-20' }))
  await jobs.update(ada, job.id, { endsOn: null }, null)

  const undone = await jobs.undo(ada, job.id, {}, null)
  const copy = await jobs.clone(ada, job.id, {})
  const history = await jobs.history(ada, job.id)
  await jobs.pause(ada, job.id)
  await clock.advance(MIDNIGHT - START)
  await assert.rejects(jobs.undo(ada, job.id, {}, null), refused('job.expired'))

  assert.deepEqual([undone.endsOn, copy.endsOn], ['2026-11-20', '2026-11-20'])
  assert.deepEqual(history[0]?.fields, ['ends_on'])
})

test('an import takes a paused job whose end date has passed, and no other', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const rows = [anInput({ endsOn: '2026-11-01', enabled: false }), anInput({ name: 'live', endsOn: '2026-11-01' })]
  const importing = (count: number) =>
    services.importJobs(ada, { count, rowAt: (row) => rows[row] ?? anInput() }, { dryRun: false })

  await assert.rejects(importing(2), refused('invalid', 'jobs[1].endsOn'))
  const [made] = await importing(1)

  assert.equal((await services.jobs.get(ada, made?.id ?? '')).endsOn, '2026-11-01')
})

test('jobs that end before a day are found', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  for (const endsOn of ['2026-11-30', '2026-12-01', null])
    await services.jobs.create(ada, anInput({ name: `to ${endsOn}`, endsOn }))

  const page = await services.jobs.list(ada, {
    endsBefore: '2026-12-01',
    sort: 'name',
    descending: false,
    cursor: null,
    limit: 10,
  })

  assert.deepEqual(
    page.items.map(({ name }) => name),
    ['to 2026-11-30'],
  )
})

test('where each job has an end date, the default is so many days from today in the zone of the scheduler', async (t) => {
  const world = await aWorld(t)
  const of = (changes: Partial<typeof SETTINGS>) =>
    world.again({ settings: { ...SETTINGS, ...changes } }).services.endDates
  await world.clock.advance(MIDNIGHT - START + MINUTE)

  assert.deepEqual([of({}).today(), of({ timeZone: 'UTC' }).today()], ['2026-11-21', '2026-11-20'])
  assert.deepEqual([of({}).byDefault(), of({ jobLifetimeDays: 0 }).byDefault()], ['2027-11-21', '2026-11-21'])
  assert.deepEqual([of({}).required, of({ requireEndDate: false }).required], [null, false])
})
