/** What becomes of a job when its end date is over, with the clock moved by hand over midnights, Mondays and outages. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Job, Timetable } from '../../src/domain/job.ts'
import { openSqliteStore } from '../../src/store/sqlite/database.ts'
import { every, HOUR, MINUTE, type Node, openWorld, SECOND, START, type World } from './world.ts'

/** START is noon (UTC) of Monday 2026-06-01: nine in the evening in Tokyo, whose day ends three hours later. */
const TOKYO = 'Asia/Tokyo'
const MIDNIGHT = START + 3 * HOUR
const DAY = 24 * HOUR

const through = (date: string, zone = TOKYO, timetable: Timetable = every(HOUR)): Timetable => ({
  ...timetable,
  lastDay: { date, zone },
})

const facts = async ({ store }: World, { workspaceKey }: Job, type: 'job.auto_paused' | 'job.ends_soon') => {
  const { items } = await store.events.list(workspaceKey, {
    types: [type],
    descending: false,
    cursor: null,
    limit: 100,
  })
  return items.map(({ type, data }) => [type, data.reason ?? data.days, data.ends_on])
}
const stateOf = async ({ store }: World, job: Job) => {
  const present = await store.jobs.byId(job.workspaceKey, job.id)
  return [present?.state, present?.pauseReason]
}
const moment = async ({ clock }: World, { engine, answer, open }: Node, at: number) => {
  clock.setWall(at)
  await engine.tick()
  while (open() > 0) answer('backup')
  await engine.tick()
}
const PAUSED = ['job.auto_paused', 'end_date', '2026-06-01']

describe('an end date', () => {
  it('lets the job run in the last millisecond of the day, and pauses it when the day is over', async (test) => {
    const world = await openWorld(test)
    const last: Timetable = { schedules: [{ kind: 'once', at: MIDNIGHT - 1 }], zone: 'UTC' }
    const job = await world.job('backup', { timetable: through('2026-06-01', TOKYO, last) })
    const node = world.node({ parts: { endDateZone: TOKYO } })

    await moment(world, node, MIDNIGHT - 1)
    assert.deepEqual([await stateOf(world, job), node.sent.length], [['ended', null], 1])
    await moment(world, node, MIDNIGHT)

    assert.deepEqual(await stateOf(world, job), ['paused', 'end_date'])
    assert.deepEqual(await facts(world, job, 'job.auto_paused'), [PAUSED])
    assert.deepEqual([await world.history(job), node.paused], [['10799.999 success'], [job.key]])
    assert.deepEqual(node.faults, [])
  })

  it('is followed by nothing: what an outage over midnight missed on the last day is told, not made up for', async (test) => {
    const world = await openWorld(test)
    const job = await world.job('backup', { timetable: through('2026-06-01') })
    const node = world.node({ parts: { endDateZone: TOKYO } })
    await moment(world, node, START)

    await moment(world, node, MIDNIGHT + 5 * HOUR)

    assert.deepEqual(await world.history(job), ['0 success', '3600 missed end_date x2'])
    assert.deepEqual(await stateOf(world, job), ['paused', 'end_date'])
    assert.deepEqual(await facts(world, job, 'job.auto_paused'), [PAUSED])
    const ended = await world.store.ledger.due({ until: Number.MAX_SAFE_INTEGER, limit: 9, after: null })
    assert.deepEqual(ended.jobs, [])
  })

  it('pauses a job that only runs when asked as well', async (test) => {
    const world = await openWorld(test)
    const manual: Timetable = { schedules: [{ kind: 'manual' }], zone: 'UTC' }
    const job = await world.job('by hand', { timetable: through('2026-06-01', TOKYO, manual) })
    const node = world.node({ parts: { endDateZone: TOKYO } })

    await moment(world, node, MIDNIGHT - 1)
    assert.deepEqual(await stateOf(world, job), ['active', null])
    await moment(world, node, MIDNIGHT)
    assert.deepEqual(await stateOf(world, job), ['paused', 'end_date'])
  })

  it('waits with the pause while the operator holds all claiming, until each instant has its row', async (test) => {
    const world = await openWorld(test)
    const job = await world.job('backup', { timetable: through('2026-06-01') })
    let held = true
    const node = world.node({ parts: { endDateZone: TOKYO, mayClaim: () => !held } })

    await moment(world, node, MIDNIGHT + MINUTE)
    assert.deepEqual([await stateOf(world, job), await facts(world, job, 'job.auto_paused')], [['active', null], []])
    held = false
    await moment(world, node, MIDNIGHT + 2 * MINUTE)

    assert.deepEqual(await stateOf(world, job), ['paused', 'end_date'])
    assert.deepEqual(await world.history(job), ['0 missed end_date x3'])
  })

  it('is told once over a kill right after the pause, a clock set back, and two processes', async (test) => {
    const before = await openWorld(test)
    const job = await before.job('backup', { timetable: through('2026-06-01') })
    await moment(before, before.node({ parts: { endDateZone: TOKYO } }), MIDNIGHT - 1)
    const today = { today: '2026-06-02', now: MIDNIGHT, limit: 10 }
    // The process is gone before it could tell anybody of what it wrote.
    await before.store.ledger.pauseExpired(today)
    const world = await before.reopen()
    const nodes = [world.node({ parts: { endDateZone: TOKYO } }), world.node({ parts: { endDateZone: TOKYO } })]

    for (const at of [MIDNIGHT, MIDNIGHT - HOUR, MIDNIGHT + HOUR])
      for (const node of nodes) await moment(world, node, at)

    assert.deepEqual(await facts(world, job, 'job.auto_paused'), [PAUSED])
    assert.deepEqual(await stateOf(world, job), ['paused', 'end_date'])
  })
})

describe('two processes on one database file', () => {
  it('pause each expired job, and remind of each, once between them', async (test) => {
    const world = await openWorld(test)
    const other = await openSqliteStore({ path: world.path, onFault: (error) => Promise.reject(error) })
    test.after(() => other.close())
    const over: Timetable = { schedules: [{ kind: 'manual' }], zone: 'UTC' }
    const job = await world.job('backup', { timetable: through('2026-06-01', TOKYO, over), copies: 29 })
    const ledgers = [world.store.ledger, other.ledger]
    const query = { monday: '2026-06-01', until: '2026-07-01', now: START, limit: 4 }
    const expired = { today: '2026-06-02', now: MIDNIGHT, limit: 4 }

    const reminding = ledgers.map(async (ledger) => {
      while (await ledger.remindOfEnds(query));
    })
    await Promise.all(reminding)
    const pausing = ledgers.map(async (ledger) => {
      const keys: number[] = []
      for (let page = await ledger.pauseExpired(expired); page.length > 0; page = await ledger.pauseExpired(expired))
        keys.push(...page)
      return keys
    })
    const paused = (await Promise.all(pausing)).flat()

    assert.deepEqual([paused.length, new Set(paused).size], [30, 30])
    for (const type of ['job.ends_soon', 'job.auto_paused'] as const) {
      const filter = { types: [type], descending: false, cursor: null, limit: 100 }
      const jobs = (await world.store.events.list(job.workspaceKey, filter)).items.map(({ jobId }) => jobId)
      assert.deepEqual([jobs.length, new Set(jobs).size], [30, 30], type)
    }
  })
})

describe('a reminder of end dates', () => {
  const NINE = Date.UTC(2026, 5, 8, 0)
  const SOON = ['job.ends_soon', 22, '2026-06-30']
  const aWorld = async (test: Parameters<typeof openWorld>[0]) => {
    const world = await openWorld(test)
    const job = await world.job('backup', { timetable: through('2026-06-30', TOKYO, every(100 * DAY)) })
    const node = (of = world) => of.node({ parts: { endDateZone: TOKYO } })
    return { world, job, node }
  }

  it('comes on Monday at nine in the zone of the scheduler, every week, once', async (test) => {
    const { world, job, node } = await aWorld(test)
    const one = node()
    // It is Monday evening, and nobody was told this morning.
    await moment(world, one, START - SECOND)
    assert.deepEqual(await facts(world, job, 'job.ends_soon'), [['job.ends_soon', 29, '2026-06-30']])

    for (const at of [NINE - 1, NINE, NINE + MINUTE, NINE + DAY, NINE + 7 * DAY - 1]) await moment(world, one, at)

    assert.deepEqual((await facts(world, job, 'job.ends_soon')).slice(1), [SOON])
    await moment(world, one, NINE + 7 * DAY)
    assert.deepEqual((await facts(world, job, 'job.ends_soon')).slice(2), [['job.ends_soon', 15, '2026-06-30']])
  })

  it('that an outage missed comes later the same Monday, and not on Tuesday', async (test) => {
    const { world, job, node } = await aWorld(test)
    await moment(world, node(), START + DAY)
    assert.deepEqual(await facts(world, job, 'job.ends_soon'), [])

    await moment(world, node(), NINE + 14 * HOUR + 59 * MINUTE)
    assert.deepEqual(await facts(world, job, 'job.ends_soon'), [SOON])
  })

  it('comes once over kills, a clock that goes back and on, and two processes', async (test) => {
    const { world: first, job, node } = await aWorld(test)
    await moment(first, node(), NINE)
    const world = await first.reopen()
    const nodes = [node(world), node(world)]

    for (const at of [NINE + MINUTE, NINE - 2 * HOUR, NINE + 2 * HOUR, NINE + 3 * HOUR])
      for (const one of nodes) await moment(world, one, at)

    assert.deepEqual(await facts(world, job, 'job.ends_soon'), [SOON])
  })
})
