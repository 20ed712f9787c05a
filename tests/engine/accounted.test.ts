/** The promise itself: whatever is done to a job and its server, in whatever order, each of its instants has exactly one row. */
import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { UserActor } from '../../src/domain/actor.ts'
import type { Job } from '../../src/domain/job.ts'
import type { PolicyChoices } from '../../src/domain/policies.ts'
import type { Services } from '../../src/services/services.ts'
import type { ExecutionRow } from '../../src/store/store.ts'
import { createRandom, type Random } from '../fault/support/random.ts'
import { aWorld as aServer, type World as Server } from '../support/services-world.ts'
import { every, FAILED, MINUTE, type Node, openWorld, SECOND, START, type World } from './world.ts'

const SEQUENCES = 40
const STEPS = 30
/** The same sequences each time; give another seed to look further. A failure prints its own, and what was done. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123)
/** A claim may be this much ahead of its instant. */
const AHEAD_MS = 50

/** From an instant on (exclusive) the job is due every minute, at this many milliseconds past it. */
type Grid = { readonly from: number; readonly phase: number }

const policiesFrom = ({ pick }: Random): PolicyChoices => ({
  overlap: pick(['allow', 'skip', 'cancel_other', 'queue_one', 'queue_all']),
  misfire: { mode: pick(['skip', 'latest', 'all']), windowMs: pick([2 * MINUTE, 60 * MINUTE]), cap: pick([2, 100]) },
  retry: { attempts: pick([1, 2]), firstDelayMs: SECOND, factor: 1, longestDelayMs: SECOND },
  pauseAfterFailures: pick([null, 1, 2]),
})

const timetableOf = (phase: number) =>
  every(MINUTE, { schedules: [{ kind: 'interval', everyMs: MINUTE, anchor: START + phase }] })

/** A job under random treatment, and what its instants should be. */
const sequence = async (test: TestContext, server: Server, random: Random) => {
  const { pick, index } = random
  let world = await openWorld(test)
  const { clock } = world
  const job = await world.job('tick', { timetable: timetableOf(0), policies: policiesFrom(random) })
  const actor = ownerOf(job)
  const grids: Grid[] = [{ from: clock.now(), phase: 0 }]
  /** Runs of a former timetable that were about to be sent when a paused job was given another one. */
  const former: number[] = []
  const done: string[] = []
  let node: Node = world.node()
  let { jobs } = servicesOf(server, world, node)

  const restart = async () => {
    world = await world.reopen()
    node = world.node()
    jobs = servicesOf(server, world, node).jobs
  }
  const ticks = async (count: number) => {
    for (let each = 0; each < count; each++) await node.engine.tick()
  }

  const steps: Readonly<Record<string, () => unknown>> = {
    tick: () => ticks(1),
    'tick again': () => ticks(2),
    'a moment': () => clock.advance(1 + index(80)),
    'some seconds': () => clock.advance(SECOND + index(9 * SECOND)),
    'close to an instant': () => {
      const phase = grids.at(-1)?.phase ?? 0
      const next = START + phase + Math.ceil((clock.now() - START - phase + AHEAD_MS) / MINUTE) * MINUTE
      clock.setWall(next - AHEAD_MS + index(AHEAD_MS + 5))
    },
    'clock forward': () => clock.setWall(clock.now() + MINUTE + index(4 * MINUTE)),
    'standing still': () => clock.advance(20 * SECOND + index(2 * MINUTE)),
    success: () => node.open() > 0 && node.answer('tick'),
    failure: () => node.open() > 0 && node.answer('tick', FAILED),
    pause: () => jobs.pause(actor, job.id),
    'resume skip': () => jobs.resume(actor, job.id, { catchUp: 'skip' }),
    'resume latest': () => jobs.resume(actor, job.id, { catchUp: 'latest' }),
    'resume all': () => jobs.resume(actor, job.id, { catchUp: 'all' }),
    edit: async () => {
      const phase = index(60) * SECOND
      const from = clock.now()
      const { state, scheduleVersion } = await jobs.update(actor, job.id, { timetable: timetableOf(phase) }, null)
      const rows = await rowsOf(world, job)
      const taken = rows.filter((row) => row.scheduledFor > from && (row.scheduleVersion ?? 0) < scheduleVersion)
      const upTo = Math.max(from, ...taken.map((row) => row.scheduledFor))
      assert.ok(taken.length <= 1 && upTo <= from + AHEAD_MS)
      // The new timetable begins after a run that is about to be sent; that of a paused job begins with the edit.
      if (state === 'paused') former.push(...taken.map((row) => row.scheduledFor))
      grids.push({ from: state === 'paused' ? from : upTo, phase })
    },
    'kill the server': restart,
    'stop the server': async () => {
      await waitFor(node.engine.stop(0), () => clock.advance(1))
      await restart()
    },
  }
  const often = [
    'tick',
    'tick',
    'tick again',
    'success',
    'failure',
    'a moment',
    'close to an instant',
    'close to an instant',
  ]
  const usual = Object.keys(steps).filter((name) => !name.endsWith('server'))
  const names = [...often, ...usual, ...usual, ...usual, ...Object.keys(steps)]

  for (let step = 0; step < STEPS; step++) {
    const name = pick(names)
    done.push(`${name} @${(clock.now() - START) / SECOND}`)
    await steps[name]?.()
  }

  // At the end nothing may be left to be told.
  await ticks(4)
  const last = pick(['delete', 'pause', 'leave'])
  done.push(`${last} @${(clock.now() - START) / SECOND}`)
  const end = clock.now()
  if (last === 'delete') await jobs.delete(actor, job.id, null)
  else if (last === 'pause') await jobs.pause(actor, job.id)
  // What a pause misses is told when it ends.
  if (last !== 'delete') await jobs.resume(actor, job.id, {})
  const instants = [...instantsOf(grids, end), ...former]
  const { ledger } = servicesOf(server, world, node)
  const range = { from: START - MINUTE, until: Math.max(end, ...instants) + MINUTE }
  const check = await ledger.check(actor, { ...range, jobId: job.id, cursor: null })
  return { rows: await rowsOf(world, job), instants, end, done, faults: node.faults, check, former }
}

const ownerOf = ({ ownerId, workspaceKey }: Job): UserActor => ({
  kind: 'user',
  userId: ownerId,
  workspaceKey,
  role: 'admin',
  sessionId: 'none',
})

const servicesOf = (server: Server, { store, clock }: World, { engine }: Node): Services =>
  server.again({
    store,
    clock,
    signals: {
      wake: engine.wake,
      changed: (jobKey) => waitFor(engine.changed(jobKey), () => clock.advance(1)),
      cancelled: engine.cancelled,
      reported: engine.reported,
      running: engine.scheduling,
      stopping: () => false,
      claiming: () => ({ on: true, reason: null }),
    },
  }).services

/** Lets time pass until it is done. */
const waitFor = async (what: Promise<void>, pass: () => void): Promise<void> => {
  let waiting = true
  const ended = what.finally(() => {
    waiting = false
  })
  for (await new Promise(setImmediate); waiting; await new Promise(setImmediate)) pass()
  await ended
}

const rowsOf = async ({ store }: World, { workspaceKey, key }: Job): Promise<ExecutionRow[]> => {
  const rows: ExecutionRow[] = []
  for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
    const page = await store.executions.list(workspaceKey, { jobKey: key, descending: false, cursor, limit: 100 })
    rows.push(...page.items)
    cursor = page.nextCursor
  }
  return rows
}

const instantsOf = (grids: readonly Grid[], end: number): number[] =>
  grids.flatMap(({ from, phase }, place) => {
    const until = grids[place + 1]?.from ?? end
    const first = START + phase + (Math.floor((from - START - phase) / MINUTE) + 1) * MINUTE
    return minutesFrom(first, until)
  })

const minutesFrom = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, Math.floor((last - first) / MINUTE) + 1) }, (_, place) => first + place * MINUTE)

const coveredBy = (row: ExecutionRow): number[] => {
  const covered = minutesFrom(row.scheduledFor, row.lastFor ?? row.scheduledFor)
  assert.equal(covered.length, row.occurrences, `a range counts ${row.occurrences}, but has ${covered.length} instants`)
  return covered
}

const told = (instants: readonly number[]): number[] =>
  instants.map((at) => (at - START) / SECOND).toSorted((a, b) => a - b)

describe('every occurrence is accounted for, exactly once', { concurrency: 4 }, () => {
  const tidies: (() => unknown)[] = []
  let server: Server
  before(async () => {
    server = await aServer({ after: (tidy) => void tidies.unshift(tidy) })
  })
  after(async () => {
    for (const tidy of tidies) await tidy()
  })

  for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
    it(`in the random life of a job with seed ${seed}`, async (test) => {
      const { rows, instants, end, done, faults, check, former } = await sequence(test, server, createRandom(seed))
      const covered = rows.flatMap(coveredBy)
      const ahead = covered.filter((at) => at > end)
      const life = `seed ${seed}: ${done.join(', ')}`

      assert.deepEqual(told(covered.filter((at) => at <= end)), told(instants), life)
      assert.ok(ahead.length <= 1 && ahead.every((at) => at <= end + AHEAD_MS), life)
      assert.deepEqual(faults, [], life)
      assert.deepEqual([check.missing, check.gaps, check.oddities], [0, [], []], life)
      assert.ok(Math.abs(check.expected - instants.length) <= former.length + 1, life)
    })
  }

  it('when failures pause a job while its next run is taken ahead of time, and somebody resumes it before that', async (test) => {
    const world = await openWorld(test)
    const { clock, history } = world
    const job = await world.job('tick', { policies: { overlap: 'allow', pauseAfterFailures: 1 } })
    const node = world.node()
    const { jobs } = servicesOf(server, world, node)
    clock.setWall(START)
    await node.engine.tick()
    clock.setWall(START + MINUTE - 30)
    await node.engine.tick()
    node.answer('tick', FAILED)
    await node.engine.tick()

    const { job: resumed, missed } = await jobs.resume(ownerOf(job), job.id, {})
    clock.advance(30)
    await node.engine.tick()

    assert.deepEqual([resumed.state, missed], ['active', 0])
    assert.deepEqual(node.sent, ['tick#1@0', 'tick#1@60'])
    assert.deepEqual(await history(job), ['0 failed', '60 running'])
  })
})
