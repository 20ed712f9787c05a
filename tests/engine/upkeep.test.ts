/** Rounds of upkeep beside running jobs: what they forget, what they leave, and when they give way. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RetentionRules } from '../../src/domain/retention.ts'
import { createUpkeep, type UpkeepReport } from '../../src/record/record.ts'
import { every, FAILED, HOUR, MINUTE, openWorld, START, until, type World } from './world.ts'

const DAY = 24 * HOUR
const RULES: RetentionRules = { successDays: 2, otherDays: 4, runsPerJob: 1000 }

/** Lets rests pass; the store's answers come in turns of the event loop. */
const through = async ({ clock }: World, round: Promise<void>): Promise<void> => {
  let done = false
  void round.finally(() => {
    done = true
  })
  await until(
    () => done,
    () => clock.advance(1),
  )
  await round
}

const upkeepOf = ({ store, clock }: World, rules = RULES, active = () => true) => {
  const reports: UpkeepReport[] = []
  const faults: unknown[] = []
  const upkeep = createUpkeep({
    store,
    clock,
    bounds: rules,
    active,
    onRound: (report) => reports.push(report),
    onFault: (error) => faults.push(error),
  })
  return { upkeep, reports, faults }
}

/** Eight runs, one each six hours from START on; ids are made by the machine's clock, so the clock stands there. */
const runs = async (world: World, endings: string) => {
  const job = await world.job('backup', { timetable: every(6 * HOUR) })
  const { engine, answer } = world.node()
  for (const [index, ending] of [...endings].entries()) {
    world.clock.setWall(START + index * 6 * HOUR)
    await engine.tick()
    answer('backup', ending === 'f' ? FAILED : {})
    await engine.tick()
  }
  await engine.stop(0)
  return job
}

describe('a round of upkeep', () => {
  it('forgets by age, keeps the last success and the first failure since, and counts stay what they were', async (test) => {
    const world = await openWorld(test)
    const job = await runs(world, 'sfssffff')
    const range = { from: 0, until: Number.MAX_SAFE_INTEGER, jobKey: job.key }
    const before = await world.store.executions.statistics(job.workspaceKey, range)
    // The ids are of the real present: the hours of creation must be over.
    world.clock.setWall(Date.now() + 300 * DAY)
    const { upkeep, reports, faults } = upkeepOf(world)

    await through(world, upkeep.round())

    assert.deepEqual(faults, [])
    assert.equal(reports[0]?.forgotten.executions, 6)
    assert.deepEqual(await world.history(job), [`${18 * 3600} success`, `${24 * 3600} failed`])
    const after = await world.store.executions.statistics(job.workspaceKey, range)
    assert.deepEqual(after.counts, before.counts)
    assert.ok(((await world.store.retention.completeSince(job.workspaceKey, job.key)) ?? 0) > START + 2 * DAY)
  })

  it('keeps the newest of a job, as many as the rules say, and a workspace may choose fewer', async (test) => {
    const world = await openWorld(test)
    const job = await runs(world, 'ssssssss')
    world.clock.setWall(Date.now() + 2 * HOUR)
    const ages = { successDays: 36_500, otherDays: 36_500 }
    const chosen = { successDays: null, otherDays: null, runsPerJob: 3 }

    await through(world, upkeepOf(world, { ...ages, runsPerJob: 5 }).upkeep.round())
    assert.equal((await world.history(job)).length, 5)

    await world.store.retention.choose(job.workspaceKey, chosen, { version: 0, now: START })
    await through(world, upkeepOf(world, { ...ages, runsPerJob: 5 }).upkeep.round())
    assert.deepEqual(
      await world.history(job),
      [30, 36, 42].map((hours) => `${hours * 3600} success`),
    )
  })

  it('a deleted job goes with its last execution, a month after it was deleted', async (test) => {
    const world = await openWorld(test)
    const job = await runs(world, 'sf')
    const present = (await world.store.jobs.byId(job.workspaceKey, job.id)) ?? assert.fail('The job is gone.')
    await world.store.jobs.delete(present, { now: Date.now(), expectedDueAt: null })
    const left = async () => (await world.store.retention.histories(0, 10)).length

    world.clock.setWall(Date.now() + 20 * DAY)
    await through(world, upkeepOf(world).upkeep.round())
    assert.equal(await left(), 1)

    world.clock.setWall(Date.now() + 40 * DAY)
    await through(world, upkeepOf(world).upkeep.round())
    // Of a deleted job too the last success and the first failure stay.
    assert.equal(await left(), 1)
  })

  it('gives way when the lease is lost, and the next round goes on from there', async (test) => {
    const world = await openWorld(test)
    const job = await runs(world, 'ssss')
    world.clock.setWall(Date.now() + 300 * DAY)
    let steps = 5
    const { upkeep, reports } = upkeepOf(world, RULES, () => steps-- > 0)

    await through(world, upkeep.round())
    assert.deepEqual(reports, [])
    steps = Number.MAX_SAFE_INTEGER
    await through(world, upkeep.round())

    assert.equal(reports.length, 1)
    assert.equal((await world.history(job)).length, 1)
  })

  it('a fault is told with the round, and the next round comes all the same', async (test) => {
    const world = await openWorld(test)
    const broken = { ...world.store.retention, histories: () => Promise.reject(new Error('the disk is away')) }
    const { upkeep, reports, faults } = upkeepOf({ ...world, store: { ...world.store, retention: broken } })

    await through(world, upkeep.round())

    assert.deepEqual([reports[0]?.trouble, faults.length], ['the disk is away', 1])
  })

  it('comes a minute after the start, then every hour, and a stop does not wait for its rests', async (test) => {
    const world = await openWorld(test)
    const { upkeep, reports } = upkeepOf(world)
    upkeep.start()
    const rounds = (count: number) =>
      until(
        () => reports.length === count,
        () => world.clock.advance(1),
      )

    world.clock.advance(MINUTE - 1)
    assert.equal(reports.length, 0)
    await rounds(1)
    const over = world.clock.monotonic()
    world.clock.advance(HOUR - 1000)
    assert.equal(reports.length, 1)
    await rounds(2)

    assert.ok(world.clock.monotonic() - over >= HOUR)
    await upkeep.stop()
    assert.equal(world.clock.pendingTimers(), 0)
  })
})
