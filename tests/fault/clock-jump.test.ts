/** F27: the wall clock jumps under a running server, either way: nothing runs twice, nothing is forgotten, intervals keep their pace. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Fault } from './checker/history.ts'
import { type Timing, targetsOf } from './checker/oracle.ts'
import { BEGIN, type Clockwork, openClockwork, type Sent } from './support/clockwork.ts'
import { readKept } from './support/database.ts'
import { isLong, type Scenario, scenario } from './support/scenario.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY

const FORWARD = [HOUR, DAY, ...(isLong ? [YEAR] : [])]
const BACK = [HOUR, DAY, ...(isLong ? [YEAR] : [])]
const JITTERS = isLong ? 1000 : 100
const CAP = 100

const EVERY_TEN: Timing = { kind: 'every', everyMs: 10 * SECOND, anchor: BEGIN - 6170 }
const EVERY_SECOND: Timing = { kind: 'every', everyMs: SECOND, anchor: BEGIN - 170 }
const EVERY_MINUTE: Timing = { kind: 'cron', expression: '* * * * *' }
const EVERY_FIVE_SECONDS: Timing = { kind: 'cron', expression: '*/5 * * * * *' }
const EVERY_HOUR: Timing = { kind: 'cron', expression: '0 * * * *' }

const MODES = ['latest', 'all', 'skip'] as const

describe('when the wall clock jumps', () => {
  for (const by of FORWARD)
    test(`forward by ${named(by)}, each job makes up for what was jumped over as its policy says`, async (t) => {
      const run = scenario(t, 'clock-forward')
      const world = await openClockwork(run)
      for (const mode of MODES) {
        await world.job(`minute ${mode}`, EVERY_MINUTE, mode)
        await world.job(`hour ${mode}`, EVERY_HOUR, mode)
        await world.job(`ten ${mode}`, EVERY_TEN, mode)
      }
      await world.live(25 * SECOND)

      const from = world.now()
      world.jump(by)
      const until = world.now()
      await world.live(70 * SECOND)

      const fault: Fault = { kind: 'outage', from, until, allowanceMs: 5 * SECOND }
      await judgeAll(run, world, [fault], { jump: named(by) })
      for (const mode of MODES) {
        assertMadeUp(world, { name: `minute ${mode}`, timing: EVERY_MINUTE, mode, from, until })
        assertMadeUp(world, { name: `hour ${mode}`, timing: EVERY_HOUR, mode, from, until })
        assertMadeUp(world, { name: `ten ${mode}`, timing: EVERY_TEN, mode, from, until })
      }
      assertSpacing(of(world, 'ten latest').filter(({ scheduledFor }) => scheduledFor > until))
    })

  for (const by of BACK)
    test(`back by ${named(by)}, no cron occurrence runs twice, and intervals keep their real spacing`, async (t) => {
      const run = scenario(t, 'clock-back')
      const world = await openClockwork(run)
      for (const mode of MODES) {
        await world.job(`minute ${mode}`, EVERY_MINUTE, mode)
        await world.job(`five ${mode}`, EVERY_FIVE_SECONDS, mode)
        await world.job(`ten ${mode}`, EVERY_TEN, mode)
      }
      await world.live(65 * SECOND)

      const present = world.now()
      const before = world.sent.length
      world.jump(-by)
      await world.live(65 * SECOND)
      const after = world.sent.length
      // Back to the present: nothing new is jumped over.
      world.jump(present - world.now())
      await world.live(65 * SECOND)

      await judgeAll(run, world, [], { jump: `-${named(by)}` }, (name) => !name.startsWith('ten'))
      const repeated = world.sent.slice(before, after)
      assert.deepEqual(
        repeated.filter(({ job }) => !job.startsWith('ten')),
        [],
        'cron jobs wait for new instants',
      )
      for (const mode of MODES) {
        const ten = world.sent.slice(0, after).filter(({ job }) => job === `ten ${mode}`)
        assert.equal(ten.length, 13, 'an interval job goes on through the jump')
        assertSpacing(ten)
      }
    })

  test(`${JITTERS} times by up to 900 ms either way, nothing is early, doubled or forgotten`, async (t) => {
    const run = scenario(t, 'clock-jitter')
    const world = await openClockwork(run)
    await world.job('second', EVERY_SECOND, 'latest')
    await world.job('ten', EVERY_TEN, 'latest')
    await world.job('five', EVERY_FIVE_SECONDS, 'all')
    await world.live(2 * SECOND)

    let off = 0
    for (let jitters = 0; jitters < JITTERS; jitters++) {
      // Never more than 900 ms from the true time, as a clock that is being set right again and again.
      const to = Math.round(run.random.between(-450, 450))
      world.jump(to - off)
      off = to
      await world.live(Math.round(run.random.between(5, 60)) * 10)
    }
    world.jump(-off)
    await world.live(5 * SECOND)

    await judgeAll(run, world, [], { jitters: JITTERS })
  })
})

const judgeAll = async (
  run: Scenario,
  world: Clockwork,
  faults: readonly Fault[],
  told: Readonly<Record<string, string | number>>,
  counts: (job: string) => boolean = () => true,
): Promise<void> => {
  const stoppedAt = world.now()
  await world.close()
  const kept = readKept(join(run.directory, 'carillon.db'))
  const twice = doubled(world.sent.filter(({ job }) => counts(job)))
  assert.deepEqual(twice, [], 'an occurrence ran twice')
  run.judge(
    {
      receipts: world.sent.filter(({ job }) => counts(job)),
      calls: world.calls.filter(({ job }) => counts(job)),
      faults,
      kept,
      finished: [],
      stoppedAt,
    },
    told,
  )
}

const of = (world: Clockwork, job: string): readonly Sent[] => world.sent.filter((one) => one.job === job)

type MadeUp = {
  readonly name: string
  readonly timing: Timing
  readonly mode: (typeof MODES)[number]
  readonly from: number
  readonly until: number
}

/** Of the instants that were jumped over: all up to the cap, or the newest. */
const assertMadeUp = (world: Clockwork, { name, timing, mode, from, until }: MadeUp): void => {
  const jumped = targetsOf(timing, Math.max(from, until - 2 * CAP * HOUR), until)
  const expected = mode === 'all' ? jumped.slice(-CAP) : jumped.slice(-1)
  // An instant that is hardly late is no miss: `skip` runs it too.
  const runs = expected.filter((at) => mode !== 'skip' || until - at <= MINUTE)
  const made = of(world, name).map(({ scheduledFor }) => scheduledFor)
  assert.deepEqual(made.filter((at) => at > from && at <= until).sort(), runs, name)
}

const doubled = (sent: readonly Sent[]): readonly string[] => {
  const seen = new Set<string>()
  return sent.flatMap(({ job, scheduledFor }) => {
    const key = `${job} ${new Date(scheduledFor).toISOString()}`
    if (seen.has(key)) return [key]
    seen.add(key)
    return []
  })
}

const assertSpacing = (sent: readonly Sent[]): void => {
  const gaps = sent.slice(1).map(({ monotonic }, index) => monotonic - (sent[index]?.monotonic ?? 0))
  for (const gap of gaps) assert.ok(Math.abs(gap - 10 * SECOND) <= 250, `10 s apart, found ${gaps.join(', ')} ms`)
}

function named(ms: number): string {
  return ms >= YEAR ? '1 year' : ms >= DAY ? '1 day' : '1 hour'
}
