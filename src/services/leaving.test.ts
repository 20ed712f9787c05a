/** Pausing, editing or deleting a job that lags behind: what had come and nobody took is told, once and with the reason. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, HOUR, MINUTE, START, type World } from '../../tests/support/services-world.ts'
import type { UserActor } from '../domain/actor.ts'
import type { JobInput } from './services.ts'

const FIRST = START + 30 * MINUTE
const at = (minute: number): JobInput['timetable'] => ({
  schedules: [{ kind: 'cron', expression: `${minute} * * * *`, zone: 'UTC' }],
  zone: 'UTC',
})

/** Nobody claims in this world: whatever comes due stays. */
const lagging = async (world: World, late = 2 * HOUR, timetable = at(0)) => {
  const actor = await world.admin()
  const job = await world.services.jobs.create(actor, anInput({ timetable }))
  world.clock.setWall(FIRST + late)
  return { actor, id: job.id }
}

const storedRows = async ({ store }: World, { workspaceKey }: UserActor): Promise<string[]> => {
  const { items } = await store.executions.list(workspaceKey, { descending: false, cursor: null, limit: 100 })
  return items
    .toSorted((a, b) => a.scheduledFor - b.scheduledFor)
    .map((row) => {
      const last = row.lastFor === null ? '' : `-${(row.lastFor - FIRST) / HOUR}`
      return `${(row.scheduledFor - FIRST) / HOUR}${last} x${row.occurrences} ${row.status} ${row.reason}`
    })
}

test('an instant that is due at the very pause is told by it, and not again by the resume', async (t) => {
  const world = await aWorld(t)
  const { actor, id } = await lagging(world, 0)
  const { jobs } = world.services

  const paused = await jobs.pause(actor, id)
  world.clock.advance(HOUR)
  const { missed } = await jobs.resume(actor, id, {})

  assert.equal(paused.pausedAt, FIRST)
  assert.equal(missed, 1)
  assert.deepEqual(await storedRows(world, actor), ['0 x1 missed paused', '1 x1 missed paused'])
})

test('a pause tells of all that had come in one row', async (t) => {
  const world = await aWorld(t)
  const { actor, id } = await lagging(world)

  await world.services.jobs.pause(actor, id)

  assert.deepEqual(await storedRows(world, actor), ['0-2 x3 missed paused'])
})

test('a new timetable tells of what had come under the old one, and of nothing else', async (t) => {
  const world = await aWorld(t)
  const { actor, id } = await lagging(world)

  const edited = await world.services.jobs.update(actor, id, { timetable: at(45) }, null)

  assert.equal(edited.nextRunAt, FIRST + 2 * HOUR + 45 * MINUTE)
  assert.deepEqual(await storedRows(world, actor), ['0-2 x3 missed edited'])
})

test('an edit that leaves the timetable alone leaves what had come to be taken', async (t) => {
  const world = await aWorld(t)
  const { actor, id } = await lagging(world)

  const { state } = await world.services.jobs.update(actor, id, { name: 'other' }, null)

  assert.equal(state, 'active')
  assert.deepEqual(await storedRows(world, actor), [])
  const { jobs } = await world.store.ledger.due({ until: world.clock.now(), limit: 10, after: null })
  assert.deepEqual(
    jobs.map(({ jobName, dueAt }) => [jobName, dueAt]),
    [['other', FIRST]],
  )
})

test('a deleted job leaves behind what it missed before', async (t) => {
  const world = await aWorld(t)
  const { actor, id } = await lagging(world)

  await world.services.jobs.delete(actor, id, null)

  assert.deepEqual(await storedRows(world, actor), ['0-2 x3 missed job_deleted'])
})

test('a job deleted while it was paused leaves behind what the pause missed', async (t) => {
  const world = await aWorld(t)
  const { actor, id } = await lagging(world, -MINUTE)
  await world.services.jobs.pause(actor, id)
  world.clock.setWall(FIRST + 3 * HOUR)

  await world.services.jobs.delete(actor, id, null)

  assert.deepEqual(await storedRows(world, actor), ['0-3 x4 missed paused'])
})

test('a timetable edited during a pause: what was missed belongs to the old one until then, to the new one after', async (t) => {
  const world = await aWorld(t)
  const { actor, id } = await lagging(world, -MINUTE)
  const { jobs } = world.services
  await jobs.pause(actor, id)
  world.clock.setWall(FIRST + 2 * HOUR)
  const edited = await jobs.update(actor, id, { timetable: at(30) }, null)
  world.clock.setWall(FIRST + 4 * HOUR)

  const { missed } = await jobs.resume(actor, id, { catchUp: 'latest' })

  assert.deepEqual([edited.state, edited.pausedAt], ['paused', FIRST - MINUTE])
  assert.equal(missed, 2)
  assert.deepEqual(await storedRows(world, actor), [
    '0-2 x3 missed paused',
    '2.5 x1 missed paused',
    '3.5 x1 pending null',
  ])
})

test('an edit that also enables a paused job tells of the pause under the old timetable, and goes on with the new', async (t) => {
  const world = await aWorld(t)
  const { actor, id } = await lagging(world, -MINUTE)
  await world.services.jobs.pause(actor, id)
  world.clock.setWall(FIRST + HOUR)

  const job = await world.services.jobs.update(actor, id, { timetable: at(30), enabled: true }, null)

  assert.deepEqual([job.state, job.nextRunAt], ['active', FIRST + 1.5 * HOUR])
  assert.deepEqual(await storedRows(world, actor), ['0-1 x2 missed paused'])
})

test('a one-off that had come and was paused is told as missed, and has ended when it is resumed', async (t) => {
  const world = await aWorld(t)
  const { actor, id } = await lagging(world, 0, { schedules: [{ kind: 'once', at: FIRST }], zone: 'UTC' })
  await world.services.jobs.pause(actor, id)

  const { job, missed } = await world.services.jobs.resume(actor, id, { catchUp: 'all' })

  assert.deepEqual([job.state, missed], ['ended', 0])
  assert.deepEqual(await storedRows(world, actor), ['0 x1 missed paused'])
})

test('what was missed does not count towards the maximum of runs', async (t) => {
  const world = await aWorld(t)
  const { actor, id } = await lagging(world, 2 * HOUR, { ...at(0), maxRuns: 2 } as JobInput['timetable'])
  await world.services.jobs.pause(actor, id)

  const { job } = await world.services.jobs.resume(actor, id, {})

  assert.deepEqual([job.state, job.runs, job.nextRunAt], ['active', 0, FIRST + 3 * HOUR])
})

test('a job that has had all its runs misses nothing, whether it is paused, resumed, edited or deleted', async (t) => {
  const world = await aWorld(t)
  const { actor, id } = await lagging(world, -MINUTE, { ...at(0), maxRuns: 1 } as JobInput['timetable'])
  const { jobs } = world.services
  await jobs.pause(actor, id)
  world.clock.setWall(FIRST)
  await jobs.resume(actor, id, { catchUp: 'all' })
  await jobs.pause(actor, id)
  world.clock.advance(5 * HOUR)

  const { job, missed } = await jobs.resume(actor, id, {})
  await jobs.delete(actor, id, null)

  assert.deepEqual([job.state, job.runs, missed], ['ended', 1, 0])
  assert.deepEqual(await storedRows(world, actor), ['0 x1 cancelled job_deleted'])
})

test('a claim that is quicker than the pause wins: its occurrences are told once', async (t) => {
  const world = await aWorld(t)
  const { actor, id } = await lagging(world, 0)
  const { store } = world
  let races = 0
  const { services } = world.again({
    store: {
      ...store,
      jobs: {
        ...store.jobs,
        overdueAt: async (jobKey, now) => {
          const found = await store.jobs.overdueAt(jobKey, now)
          if (races++ === 0) await claim(world, jobKey)
          return found
        },
      },
    },
  })

  const paused = await services.jobs.pause(actor, id)

  assert.equal(paused.state, 'paused')
  assert.deepEqual(await storedRows(world, actor), ['0 x1 pending null'])
})

const claim = async ({ store, clock }: World, jobKey: number): Promise<void> => {
  const now = clock.now()
  const nodeKey = await store.ledger.join({ id: 'node', host: 'test', pid: 1, startedAt: now }, now, now + HOUR)
  const { jobs } = await store.ledger.due({ until: now, limit: 10, after: null })
  const { workspaceKey, scheduleVersion, dueAt } = jobs.find((job) => job.jobKey === jobKey) ?? assert.fail()
  const run = { trigger: 'schedule', status: 'pending', reason: null, lastFor: null, occurrences: 1 } as const
  const { claimed } = await store.ledger.commit({
    nodeKey: nodeKey ?? assert.fail(),
    now,
    leaseNow: now,
    outcomes: [],
    claims: [
      {
        jobKey,
        workspaceKey,
        scheduleVersion,
        dueAt,
        nextAt: dueAt + HOUR,
        raiseVersion: false,
        countRuns: 0,
        exclusive: true,
        onlyIf: 'always',
        cancelOthers: false,
        executions: [{ ...run, id: 'claimed', scheduledFor: dueAt }],
      },
    ],
  })
  assert.deepEqual(claimed, ['claimed'])
}
