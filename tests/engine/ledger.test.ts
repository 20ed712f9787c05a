/** What an engine leaves behind, asked afterwards: is anything missing, why did it go so, and who was told. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { after as atTheEnd, before, describe, it, type TestContext } from 'node:test'
import type { UserActor } from '../../src/domain/actor.ts'
import { EVERY_EVENT_TYPE } from '../../src/domain/event.ts'
import type { Job } from '../../src/domain/job.ts'
import { createLedgerService } from '../../src/services/ledger.ts'
import type { Services } from '../../src/services/services.ts'
import { aWorld as aServer, type World as Server } from '../support/services-world.ts'
import { every, FAILED, HOUR, type JobMore, MINUTE, type Node, openWorld, SECOND, START, type World } from './world.ts'

/** A node that is not heard of for longer loses its lease. */
const STEP_MS = 10 * SECOND

type Scene = {
  readonly world: World
  readonly node: Node
  readonly job: Job
  readonly actor: UserActor
  readonly services: Services
  /** Lets time pass to the next whole minute, so many times, and answers what is sent. The first one is START. */
  readonly minutes: (count: number) => Promise<void>
  readonly check: () => Promise<{
    missing: number
    gaps: string[]
    oddities: string[]
    expected: number
    waiting: number
  }>
  readonly explain: (at: number) => Promise<string[]>
  /** Behind the back of the store. */
  readonly sql: (statement: string) => void
}

describe('the ledger, looked at afterwards', { concurrency: 4 }, () => {
  const tidies: (() => unknown)[] = []
  let server: Server
  before(async () => {
    server = await aServer({ after: (tidy) => void tidies.unshift(tidy) })
  })
  atTheEnd(async () => {
    for (const tidy of tidies) await tidy()
  })

  const scene = async (test: TestContext, more: JobMore = {}): Promise<Scene> => {
    const world = await openWorld(test)
    const { clock, store } = world
    const job = await world.job('tick', more)
    const node = world.node()
    const actor: UserActor = {
      kind: 'user',
      userId: job.ownerId,
      workspaceKey: job.workspaceKey,
      role: 'admin',
      sessionId: 'none',
    }
    const { services } = server.again({ store, clock })
    const pass = async (ms: number) => {
      clock.advance(ms)
      // A claim that a timer began may be under way: what it sends is answered too.
      for (
        let isBusy = true;
        isBusy;
        isBusy = (await world.executions(job)).some(({ status }) => status === 'running')
      ) {
        await node.engine.tick()
        while (node.open() > 0) node.answer('tick')
        await node.engine.tick()
      }
    }
    return {
      world,
      node,
      job,
      actor,
      services,
      minutes: async (count) => {
        for (let passed = 0; passed < count; passed++) {
          const next = START + (Math.floor((clock.now() - START) / MINUTE) + 1) * MINUTE
          while (clock.now() < next) await pass(Math.min(STEP_MS, next - clock.now()))
        }
      },
      check: async () => {
        const range = { from: START - HOUR, until: clock.now() + 1 }
        const { gaps, oddities, ...sums } = await services.ledger.check(actor, { ...range, cursor: null })
        return {
          ...sums,
          gaps: gaps.map(
            ({ first, last, count }) => `${(first - START) / MINUTE}-${(last - START) / MINUTE} x${count}`,
          ),
          oddities: oddities.map(({ problem }) => problem),
        }
      },
      explain: async (at) => {
        const { verdict, sentences } = await services.explain(actor, job.id, at)
        return [verdict, ...sentences]
      },
      sql: (statement) => {
        const db = new DatabaseSync(world.path)
        db.exec(statement)
        db.close()
      },
    }
  }

  it('finds the occurrence whose row was deleted, and explain says that it is unaccounted for', async (t) => {
    const { minutes, check, explain, sql } = await scene(t)
    await minutes(6)
    assert.deepEqual(await check(), {
      jobs: 1,
      missing: 0,
      gaps: [],
      oddities: [],
      neverFiring: [],
      expected: 6,
      waiting: 0,
      nextCursor: null,
    })

    sql(
      `delete from execution where scheduled_for in (${START + 2 * MINUTE}, ${START + 3 * MINUTE}, ${START + 5 * MINUTE})`,
    )

    const found = await check()
    assert.deepEqual([found.missing, found.gaps], [3, ['2-3 x2', '5-5 x1']])
    assert.equal((await explain(START + 2 * MINUTE))[0], 'unaccounted')
    assert.equal((await explain(START + 4 * MINUTE))[0], 'ran')
  })

  it('finds that a job fell out of the plan, but not that it only waits there', async (t) => {
    const { minutes, check, sql, world, explain } = await scene(t)
    await minutes(2)
    world.clock.setWall(START + 5 * MINUTE + SECOND)

    const waiting = await check()
    const told = await explain(START + 4 * MINUTE)
    sql('delete from due')
    const lost = await check()

    assert.deepEqual([waiting.missing, waiting.waiting], [0, 4])
    assert.equal(told[0], 'waiting')
    assert.deepEqual([lost.missing, lost.gaps], [4, ['2-5 x4']])
  })

  it('finds a row of an instant that was never due, and a range that counts wrong', async (t) => {
    const { minutes, check, sql } = await scene(t)
    await minutes(4)

    sql(`update execution set scheduled_for = scheduled_for + 17 where scheduled_for = ${START + 2 * MINUTE}`)
    sql(`update execution set occurrences = 5 where scheduled_for = ${START + MINUTE}`)

    const { oddities, gaps } = await check()
    assert.deepEqual([oddities, gaps], [['miscounted', 'not_due'], ['2-2 x1']])
  })

  it('takes edits, pauses, a maximum of runs and an end for what they are', async (t) => {
    const { minutes, check, services, actor, job } = await scene(t, { timetable: every(MINUTE, { maxRuns: 9 }) })
    await minutes(2)
    await services.jobs.update(actor, job.id, { timetable: every(2 * MINUTE, { maxRuns: 9 }) }, null)
    await minutes(4)
    await services.jobs.pause(actor, job.id)
    await minutes(5)
    await services.jobs.resume(actor, job.id, { catchUp: 'latest' })
    await minutes(12)

    const { missing, gaps, oddities } = await check()

    assert.equal((await services.jobs.get(actor, job.id)).state, 'ended')
    assert.deepEqual([missing, gaps, oddities], [0, [], []])
  })

  it('goes on page by page, also within one job, and finds the same', async (t) => {
    const { minutes, services, actor, world, sql, job } = await scene(t)
    for (let count = 0; count < 4; count++) await world.job('tick')
    await minutes(9)
    await services.jobs.update(actor, job.id, { timetable: every(2 * MINUTE) }, null)
    await minutes(6)
    sql(
      `delete from execution where scheduled_for in (${START + MINUTE}, ${START + 4 * MINUTE}, ${START + 14 * MINUTE})`,
    )
    const range = { from: START - HOUR, until: world.clock.now() + 1 }
    const whole = await services.ledger.check(actor, { ...range, cursor: null })
    assert.deepEqual([whole.jobs, whole.missing, whole.gaps.length], [5, 15, 15])

    for (const bounds of [
      { rowsAtOnce: 2, rows: 3, jobs: 100 },
      { rowsAtOnce: 3, rows: 100, jobs: 2 },
    ]) {
      const { store, clock } = world
      const ledger = createLedgerService({ store, clock, auth: server.auth }, bounds)
      const sum = { pages: 0, jobs: 0, expected: 0, missing: 0, gaps: [] as (typeof whole)['gaps'][number][] }
      for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
        const page = await ledger.check(actor, { ...range, cursor })
        sum.pages += 1
        for (const name of ['jobs', 'expected', 'missing'] as const) sum[name] += page[name]
        sum.gaps.push(...page.gaps)
        cursor = page.nextCursor
      }
      assert.ok(sum.pages > 2)
      assert.deepEqual(
        [sum.jobs, sum.expected, sum.missing, sum.gaps],
        [whole.jobs, whole.expected, whole.missing, whole.gaps],
      )
    }
  })

  it('explains a run that was late, one that failed, one to come and one that is none', async (t) => {
    const { explain, world, node, minutes } = await scene(t, {
      policies: { misfire: { mode: 'all', windowMs: HOUR, cap: 10 } },
    })
    await minutes(2)
    world.clock.advance(MINUTE + 5 * SECOND)
    await node.engine.tick()
    await node.engine.tick()
    node.answer('tick', FAILED)
    await node.engine.tick()

    assert.deepEqual(await explain(START + 2 * MINUTE), [
      'failed',
      'It ran and failed at attempt 1: Status 503. It started late, by 5 s.',
    ])
    assert.deepEqual(await explain(START + HOUR), ['will_run', 'It will run at 2026-06-01T13:00:00.000Z.'])
    assert.deepEqual(await explain(START + HOUR + 1), [
      'no_occurrence',
      'It is not an occurrence of the job.',
      'The nearest before it is 2026-06-01T13:00:00.000Z, and the nearest after it is 2026-06-01T13:01:00.000Z.',
    ])
    assert.match((await explain(START - HOUR))[1] ?? '', /did not exist yet: it was made at 2026-06-01T11:59:30/)
  })

  it('explains a skip by the execution that was in the way', async (t) => {
    const { explain, world, node, job } = await scene(t)
    for (const minute of [1, 2]) {
      world.clock.setWall(START + minute * MINUTE)
      await node.engine.tick()
      await node.engine.tick()
    }
    const first = (await world.executions(job)).find(({ status }) => status === 'running')

    const [verdict, why, inTheWay] = await explain(START + 2 * MINUTE)

    assert.equal(verdict, 'skipped')
    assert.equal(why, 'It was skipped: an execution of the job was still running.')
    assert.match(
      inTheWay ?? '',
      new RegExp(
        `^In the way was execution ${first?.id} of 2026-06-01T12:01:00.000Z, which ran from .* and still runs`,
      ),
    )
  })

  it('explains what was missed: nobody scheduled, somebody paused it, or failures did', async (t) => {
    const { explain, world, node, services, actor, job, minutes } = await scene(t, {
      policies: { pauseAfterFailures: 1 },
    })
    await minutes(1)
    await node.engine.stop(0)
    world.clock.advance(10 * MINUTE)
    const second = world.node()
    await second.engine.tick()
    second.answer('tick')
    await second.engine.tick()
    assert.deepEqual((await explain(START + 5 * MINUTE)).slice(0, 3), [
      'missed',
      'It was missed: nothing could run it at its time, and the misfire policy does not make up for it.',
      'No server was scheduling from about 2026-06-01T12:00:00.000Z to 2026-06-01T12:10:00.000Z.',
    ])

    await services.jobs.pause(actor, job.id)
    world.clock.advance(3 * MINUTE)
    const paused = await explain(START + 13 * MINUTE)
    const coming = await explain(START + 20 * MINUTE)
    await services.jobs.resume(actor, job.id, {})
    assert.deepEqual(
      [paused[0], paused[2]],
      ['missed', `The job was paused at 2026-06-01T12:10:00.000Z by user ${actor.userId}.`],
    )
    assert.equal(coming[0], 'will_not_run')
    assert.deepEqual((await explain(START + 13 * MINUTE)).slice(0, 2), ['missed', 'It was missed: the job was paused.'])

    // Its lease was over meanwhile: it loses it, joins anew, and then claims.
    world.clock.setWall(START + 15 * MINUTE)
    await second.engine.tick()
    await second.engine.tick()
    second.answer('tick', FAILED)
    await second.engine.tick()
    assert.match(
      (await explain(START + 30 * MINUTE)).at(-1) ?? '',
      /paused at 2026-06-01T12:15:00.000Z after failures in a row/,
    )
  })

  it('explains a maximum of runs, a deletion and a manual job', async (t) => {
    const { explain, services, actor, job, minutes } = await scene(t, { timetable: every(MINUTE, { maxRuns: 3 }) })
    await minutes(1)
    assert.deepEqual(await explain(START + HOUR), [
      'will_not_run',
      'The maximum of 3 runs is reached before it: 2 are left.',
    ])
    await services.jobs.delete(actor, job.id, null)

    assert.match((await explain(START + HOUR))[1] ?? '', /^The job was deleted at 2026-06-01T12:00:00/)
    const manual = await services.jobs.create(actor, {
      name: 'by hand',
      timetable: { schedules: [{ kind: 'manual' }], zone: 'UTC' },
      target: { kind: 'http', url: 'https://example.com', method: 'GET' },
    })
    const { sentences } = await services.explain(actor, manual.id, START + HOUR)
    assert.deepEqual(sentences, ['The job has no schedule: it runs only when somebody asks for it.'])
  })

  it('tells of successes while somebody listens, and of no more than failures when nobody does', async (t) => {
    const { minutes, world, node, job } = await scene(t)
    const { events } = world.store
    await minutes(1)
    const interest = { id: 'me', workspaceKey: job.workspaceKey, jobKey: null, types: null }
    await events.listen({ ...interest, expiresAt: world.clock.now() + 90 * SECOND }, world.clock.now())
    await node.engine.tick()
    await minutes(3)

    const filter = { types: EVERY_EVENT_TYPE, descending: false, cursor: null, limit: 100 }
    const { items } = await events.list(job.workspaceKey, filter)

    assert.deepEqual(
      items.map(({ type, data }) => `${type} ${data.scheduled_for}`),
      ['execution.succeeded 2026-06-01T12:01:00.000Z'],
    )
  })
})
