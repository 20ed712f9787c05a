/** Pausing and resuming: after a pause nothing fires, and after a resume every instant of the pause is accounted for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, HOUR, MINUTE, START, type World } from '../../tests/support/services-world.ts'
import type { UserActor } from '../domain/actor.ts'
import type { MisfireMode, PolicyChoices } from '../domain/policies.ts'
import type { JobInput } from './services.ts'

const hourly = (maxRuns?: number): JobInput['timetable'] => ({
  schedules: [{ kind: 'cron', expression: '0 * * * *', zone: 'UTC' }],
  zone: 'UTC',
  ...(maxRuns === undefined ? {} : { maxRuns }),
})
const FIRST = START + 30 * MINUTE

/** A job paused for five hours, in which five instants passed. */
const pausedFor5Hours = async (
  world: World,
  { policies = {}, maxRuns }: { policies?: PolicyChoices; maxRuns?: number } = {},
) => {
  const actor = await world.admin()
  const { jobs } = world.services
  const { id } = await jobs.create(actor, anInput({ timetable: hourly(maxRuns), policies }))
  await jobs.pause(actor, id)
  world.clock.advance(5 * HOUR)
  world.told.length = 0
  return { actor, id, resume: (catchUp?: MisfireMode, dryRun?: boolean) => jobs.resume(actor, id, { catchUp, dryRun }) }
}

const rowsOf = async ({ services }: World, actor: UserActor, id: string) =>
  (await services.jobs.occurrences(actor, id, { past: 100, coming: 0 })).map((row) => ({
    at: (row.scheduledFor - FIRST) / HOUR,
    to: row.lastFor === null ? null : (row.lastFor - FIRST) / HOUR,
    count: row.occurrences,
    status: row.status,
    trigger: row.trigger,
    reason: row.reason,
  }))

test('a paused job has no next run, and pausing it again changes nothing', async (t) => {
  const world = await aWorld(t)
  const actor = await world.admin()
  const { jobs } = world.services
  const { id } = await jobs.create(actor, anInput())
  const key = (await world.store.jobs.byId(actor.workspaceKey, id))?.key
  world.told.length = 0

  const first = await jobs.pause(actor, id)
  world.clock.advance(MINUTE)
  const second = await jobs.pause(actor, id)

  assert.deepEqual(
    [first.state, first.pauseReason, first.pausedAt, first.nextRunAt],
    ['paused', 'by_user', START, null],
  )
  assert.deepEqual(second, first)
  assert.deepEqual(world.told, [`changed ${key}`, `changed ${key}`])
  assert.deepEqual(await jobs.occurrences(actor, id, { past: 0, coming: 5 }), [])
})

test('C6: pausing answers only when nothing claimed ahead can fire any more', async (t) => {
  const world = await aWorld(t)
  const actor = await world.admin()
  const [asked, dropped] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const changed = () => {
    asked.resolve()
    return dropped.promise
  }
  const { services } = world.again({ signals: { ...world.signals, changed } })
  const { id } = await services.jobs.create(actor, anInput())
  let answered = false

  const pausing = services.jobs.pause(actor, id).then(() => {
    answered = true
  })
  await asked.promise
  // Whatever the answer would still have to read, it would have read before this.
  for (let reads = 0; reads < 3; reads++) await world.services.jobs.get(actor, id)
  assert.equal(answered, false)

  dropped.resolve()
  await pausing
  assert.equal(answered, true)
})

test('P8: by default what was missed while paused is told in one row and not run', async (t) => {
  const world = await aWorld(t)
  const { actor, id, resume } = await pausedFor5Hours(world)

  const { job, missed } = await resume()

  assert.deepEqual([job.state, job.pauseReason, job.pausedAt, job.nextRunAt], ['active', null, null, FIRST + 5 * HOUR])
  assert.equal(missed, 5)
  assert.deepEqual(await rowsOf(world, actor, id), [
    { at: 0, to: 4, count: 5, status: 'missed', trigger: 'schedule', reason: 'paused' },
  ])
  assert.deepEqual(world.told, ['wake'])
})

test('P8: latest makes up for the newest instant and tells of the others', async (t) => {
  const world = await aWorld(t)
  const { actor, id, resume } = await pausedFor5Hours(world)

  await resume('latest')

  assert.deepEqual(await rowsOf(world, actor, id), [
    { at: 0, to: 3, count: 4, status: 'missed', trigger: 'schedule', reason: 'paused' },
    { at: 4, to: null, count: 1, status: 'pending', trigger: 'catch_up', reason: null },
  ])
})

test('P8: all makes up for each up to the cap, and tells of the older ones', async (t) => {
  const world = await aWorld(t)
  const misfire = { mode: 'latest', windowMs: 0, cap: 2 } as const
  const { actor, id, resume } = await pausedFor5Hours(world, { policies: { misfire } })

  await resume('all')

  assert.deepEqual(await rowsOf(world, actor, id), [
    { at: 0, to: 2, count: 3, status: 'missed', trigger: 'schedule', reason: 'cap' },
    { at: 3, to: null, count: 1, status: 'pending', trigger: 'catch_up', reason: null },
    { at: 4, to: null, count: 1, status: 'pending', trigger: 'catch_up', reason: null },
  ])
})

test('a dry run counts what each mode would make, and changes nothing', async (t) => {
  const world = await aWorld(t)
  const { actor, id, resume } = await pausedFor5Hours(world)
  const before = await world.services.jobs.get(actor, id)

  const answer = await resume('all', true)

  assert.deepEqual(answer, { job: before, wouldRun: { skip: 0, latest: 1, all: 5 }, missed: 5 })
  assert.deepEqual(await world.services.jobs.get(actor, id), before)
  assert.deepEqual(await rowsOf(world, actor, id), [])
  assert.deepEqual(world.told, [])
})

test('what is made up for counts towards the job’s maximum of runs, which ends it', async (t) => {
  const world = await aWorld(t)
  const { actor, id, resume } = await pausedFor5Hours(world, { maxRuns: 2 })

  const { job, wouldRun } = await resume('all')

  assert.deepEqual(wouldRun, { skip: 0, latest: 1, all: 2 })
  assert.deepEqual([job.state, job.runs, job.nextRunAt], ['ended', 2, null])
  assert.equal((await rowsOf(world, actor, id)).filter(({ status }) => status === 'pending').length, 2)
})

test('a job with runs left after catching up goes on', async (t) => {
  const world = await aWorld(t)
  const { actor, id, resume } = await pausedFor5Hours(world, { maxRuns: 7 })

  const { job } = await resume('all')
  const coming = await world.services.jobs.occurrences(actor, id, { past: 0, coming: 100 })

  assert.deepEqual([job.state, job.runs, job.nextRunAt], ['active', 5, FIRST + 5 * HOUR])
  assert.equal(coming.length, 2)
})

test('a job whose last instant passed while it was paused has ended when it is resumed', async (t) => {
  const world = await aWorld(t)
  const actor = await world.admin()
  const timetable = { schedules: [{ kind: 'once', at: START + HOUR }], zone: 'UTC' } as const
  const { id } = await world.services.jobs.create(actor, anInput({ timetable, enabled: false }))
  world.clock.advance(2 * HOUR)

  const { job, missed } = await world.services.jobs.resume(actor, id, {})

  assert.deepEqual([job.state, job.nextRunAt, missed], ['ended', null, 1])
  const [row] = await world.services.jobs.occurrences(actor, id, { past: 5, coming: 5 })
  assert.deepEqual(
    [row?.status, row?.lastFor, row?.occurrences, row?.reasonText],
    ['missed', null, 1, 'the job was paused'],
  )
})

test('resuming a job that is not paused changes nothing', async (t) => {
  const world = await aWorld(t)
  const actor = await world.admin()
  const job = await world.services.jobs.create(actor, anInput())

  assert.deepEqual(await world.services.jobs.resume(actor, job.id, { catchUp: 'all' }), {
    job,
    wouldRun: { skip: 0, latest: 0, all: 0 },
    missed: 0,
  })
})

test('of two who resume at once one makes up for what was missed, not both', async (t) => {
  const world = await aWorld(t)
  const { actor, id, resume } = await pausedFor5Hours(world)

  await Promise.all([resume('all'), resume('all'), resume('all')])

  assert.equal((await rowsOf(world, actor, id)).length, 5)
})

test('a second pause is accounted for by itself', async (t) => {
  const world = await aWorld(t)
  const { actor, id, resume } = await pausedFor5Hours(world)
  await resume()
  await world.services.jobs.pause(actor, id)
  world.clock.advance(2 * HOUR)

  const { missed } = await resume('latest')

  assert.equal(missed, 2)
  assert.deepEqual(
    (await rowsOf(world, actor, id)).map(({ at, count, status }) => [at, count, status]),
    [
      [0, 5, 'missed'],
      [5, 1, 'missed'],
      [6, 1, 'pending'],
    ],
  )
})
