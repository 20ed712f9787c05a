/** The real store and the real engine on a clock moved by hand: hours of jumps in seconds, and nothing sleeps. */
import { join } from 'node:path'
import { createInProcessTransport } from '../../../src/dispatch/dispatch.ts'
import { newId } from '../../../src/domain/ids.ts'
import { createEngine } from '../../../src/engine.ts'
import { compile, nextAfter, type Timetable } from '../../../src/schedule/schedule.ts'
import { openSqliteStore } from '../../../src/store/sqlite/database.ts'
import type { Ledger, Store } from '../../../src/store/store.ts'
import { aJob, aUser } from '../../support/builders.ts'
import { manualClock } from '../../support/manual-clock.ts'
import type { Call, Receipt } from '../checker/history.ts'
import type { Timing } from '../checker/oracle.ts'
import type { Scenario } from './scenario.ts'

/** A moment in the middle of everything: no full minute, no grid of a job. */
export const BEGIN = Date.UTC(2026, 4, 20, 9, 41, 13, 370)

const STEP_MS = 10

/** A call, and when it came by a clock that never jumps. */
export type Sent = Receipt & { readonly job: string; readonly monotonic: number }

export type Clockwork = {
  readonly job: (name: string, timing: Timing, misfire: 'latest' | 'all' | 'skip') => Promise<void>
  readonly now: () => number
  /** Lets both clocks run, step by step; all that falls due on the way is done before it goes on. */
  readonly live: (ms: number) => Promise<void>
  /** Moves the wall clock alone. */
  readonly jump: (byMs: number) => void
  readonly sent: readonly Sent[]
  readonly calls: readonly Call[]
  /** Stops the engine as a server does, and closes the file. */
  readonly close: () => Promise<void>
}

export const openClockwork = async (run: Scenario): Promise<Clockwork> => {
  const clock = manualClock(BEGIN)
  const faults: unknown[] = []
  const onFault = (error: unknown) => void faults.push(error)
  const store = await openSqliteStore({ path: join(run.directory, 'carillon.db'), onFault })
  const owner = await firstUser(store)
  const { ledger, idle } = watched(store.ledger)
  const sent: Sent[] = []
  const calls: Call[] = []

  const transport = createInProcessTransport(
    (assignment, done) => {
      const at = clock.now()
      const { executionId, jobId, attempt, scheduledFor, trigger } = assignment
      const receipt = { at, answeredAt: at, executionId, jobId, attempt, scheduledFor, trigger, path: '/fast' }
      sent.push({ ...receipt, job: assignment.jobName, monotonic: clock.monotonic() })
      done({
        kind: 'success',
        startedAt: at,
        finishedAt: at,
        durationMs: 0,
        statusCode: 200,
        output: null,
        error: null,
        failure: null,
        retryable: true,
        retryAfterMs: null,
      })
      return () => {}
    },
    async () => {},
  )
  const engine = createEngine({
    ledger,
    reports: store.reports,
    clock,
    random: run.random.next,
    newId,
    node: { id: newId(), host: 'test', pid: 1, startedAt: clock.now() },
    transport,
    watcher: {
      recorded: () => {},
      fenced: (count) => void faults.push(new Error(`${count} outcomes fenced`)),
      recovered: () => {},
      paused: () => {},
      scheduling: () => {},
      moved: () => {},
      upkeep: () => {},
      expired: () => {},
      fault: (_, error) => onFault(error),
    },
    boundMs: 1000,
  })
  engine.start()
  await idle()

  const live = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= STEP_MS) {
      clock.advance(Math.min(STEP_MS, left))
      await idle()
    }
  }

  return {
    job: async (name, timing, misfire) => {
      const id = newId()
      const timetable = timetableOf(timing)
      const now = clock.now()
      const dueAt = nextAfter(compile(timetable, id), now)
      const policies = { misfire: { mode: misfire, windowMs: WINDOW_MS, cap: 100 }, overlap: 'allow' as const }
      const metadata = { revision: '1' }
      await store.jobs.create(aJob({ ...owner, id, name, timetable, policies, metadata, now, dueAt }))
      const spec = { revision: '1', timing, delivery: 'at_least_once' as const, tries: 1 }
      calls.push({ job: name, kind: 'create', invokedAt: now, endedAt: now, result: 'ok', spec })
      engine.wake()
      await idle()
    },
    now: clock.now,
    live,
    jump: (byMs) => clock.setWall(clock.now() + byMs),
    sent,
    calls,
    close: async () => {
      const stopped = engine.stop(0)
      await idle()
      await live(100)
      await stopped
      await store.close()
      if (faults.length > 0) throw new AggregateError(faults, 'the engine met faults')
    },
  }
}

/** Longer than any jump: what is made up for is decided by mode and cap alone. */
const WINDOW_MS = 366 * 24 * 3600 * 1000

const timetableOf = (timing: Timing): Timetable => ({
  zone: 'UTC',
  schedules: [
    timing.kind === 'every'
      ? { kind: 'interval', everyMs: timing.everyMs, anchor: timing.anchor }
      : { kind: 'cron', expression: timing.expression, zone: 'UTC' },
  ],
})

const firstUser = async (store: Store) => {
  const user = aUser()
  const made = await store.people.createWorkspace({ id: newId(), name: 'w', now: BEGIN }, user)
  if ('taken' in made) throw new Error('The store is not empty.')
  return { workspaceKey: made.workspaceKey, ownerId: user.id }
}

/** The ledger, and a way to wait until nothing is asked of it any more. */
const watched = (ledger: Ledger): { readonly ledger: Ledger; readonly idle: () => Promise<void> } => {
  let open = 0
  const counted = Object.fromEntries(
    Object.entries(ledger).map(([name, ask]) => [
      name,
      async (...given: never[]) => {
        open += 1
        try {
          return await (ask as (...given: never[]) => Promise<unknown>)(...given)
        } finally {
          open -= 1
        }
      },
    ]),
  )
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const idle = async () => {
    // An answer may lead to the next question, a few promises later.
    for (let quiet = 0; quiet < 2; quiet = open === 0 ? quiet + 1 : 0) await turn()
  }
  return { ledger: counted as unknown as Ledger, idle }
}
