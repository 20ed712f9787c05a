/** An engine on a real SQLite store, a clock moved by hand, and a transport whose calls the test answers. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Transport } from '../../src/dispatch/dispatch.ts'
import type { JobAlerts } from '../../src/domain/alerts.ts'
import type { Assignment, Outcome } from '../../src/domain/attempt.ts'
import type { Trigger } from '../../src/domain/execution.ts'
import { newId } from '../../src/domain/ids.ts'
import type { Job, Timetable } from '../../src/domain/job.ts'
import type { PolicyChoices } from '../../src/domain/policies.ts'
import type { Target } from '../../src/domain/target.ts'
import { createEngine, type Engine, type EngineParts, type EngineWatcher } from '../../src/engine.ts'
import { compile, nextAfter } from '../../src/schedule/schedule.ts'
import { openSqliteStore } from '../../src/store/sqlite/database.ts'
import type { ExecutionRow, NewJob, Store } from '../../src/store/store.ts'
import { type ManualClock, manualClock } from '../support/manual-clock.ts'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
/** A whole hour, so that grids are easy to read. */
export const START = Date.UTC(2026, 5, 1, 12)

export const every = (everyMs: number, more: Partial<Timetable> = {}): Timetable => ({
  schedules: [{ kind: 'interval', everyMs, anchor: START }],
  zone: 'UTC',
  ...more,
})

const A_TARGET: Target = { kind: 'http', url: 'http://example.com/', method: 'GET' }

/** At these milliseconds of each `everyMs`, counted from START. */
export const at = (phaseMs: number, everyMs: number): Timetable =>
  every(everyMs, { schedules: [{ kind: 'interval', everyMs, anchor: START + phaseMs }] })

/** Jobs of one name that together are due every tenth of a second. */
export const often = async ({ job }: World, name: string, owner?: Owner): Promise<void> => {
  for (let phase = 0; phase < SECOND; phase += 100) {
    await job(name, { timetable: at(phase, SECOND), ...(owner === undefined ? {} : { owner }) })
  }
}

export type Node = {
  readonly engine: Engine
  /** Calls in the order they were sent, as `name#attempt@seconds since START`. */
  readonly sent: string[]
  /** The same calls, with how late each was, in milliseconds. */
  readonly starts: {
    readonly jobName: string
    readonly trigger: Trigger
    readonly scheduledFor: number
    readonly late: number
  }[]
  /** Ends with success all calls that have been open for so long, but those of these jobs. */
  readonly answerOlder: (ms: number, except?: readonly string[]) => void
  /** Ends the oldest open call of the job. */
  readonly answer: (jobName: string, more?: Partial<Outcome>) => void
  /** How many calls are under way. */
  readonly open: () => number
  readonly faults: unknown[]
  /** What became of each attempt that was recorded. */
  readonly ended: readonly string[]
  readonly fenced: () => number
  /** Keys of the jobs that the engine told were paused. */
  readonly paused: number[]
}

type Moved = Parameters<EngineWatcher['moved']>[0][number]
type Report = Parameters<EngineWatcher['upkeep']>[0]

export type NodeMore = {
  readonly parts?: Pick<EngineParts, 'mayClaim' | 'zones' | 'endDateZone' | 'upkeep' | 'capacity' | 'catchUpShare'>
  /** Hears of jobs that were moved, and of rounds of upkeep. */
  readonly moved?: Moved[]
  readonly reports?: Report[]
}

export type World = {
  /** Of the database file. */
  readonly path: string
  readonly store: Store
  readonly clock: ManualClock
  readonly job: (name: string, more?: JobMore) => Promise<Job>
  /** Another workspace, for jobs of its own. */
  readonly neighbour: () => Promise<Owner>
  readonly node: (more?: NodeMore) => Node
  /** Executions of a job, oldest first, as `seconds since START status reason?`. */
  readonly history: (job: Job) => Promise<string[]>
  readonly executions: (job: Job) => Promise<readonly ExecutionRow[]>
  /** Ends the process of the store without a word to it, as kill -9 would, and opens the file again. */
  readonly reopen: () => Promise<World>
}

export type Owner = { readonly workspaceKey: number; readonly ownerId: string }

export type JobMore = {
  readonly timetable?: Timetable
  readonly policies?: PolicyChoices
  readonly target?: Target
  readonly owner?: Owner
  readonly alerts?: JobAlerts
  /** Makes so many alike. */
  readonly copies?: number
}

export const openWorld = async (test: TestContext): Promise<World> => {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-engine-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  const clock = manualClock(START - 30 * SECOND)
  return world(test, join(folder, 'carillon.db'), clock, null)
}

const world = async (test: TestContext, path: string, clock: ManualClock, known: Owner | null): Promise<World> => {
  const store = await openSqliteStore({ path, onFault: (error) => Promise.reject(error) })
  let closed = false
  const close = async () => {
    if (!closed) await store.close()
    closed = true
  }
  test.after(close)
  const owner = known ?? (await firstUser(store, clock, 'u'))

  const executions = async (job: Job) => {
    const page = await store.executions.list(owner.workspaceKey, {
      jobKey: job.key,
      descending: false,
      cursor: null,
      limit: 100,
    })
    return page.items.toSorted((a, b) => a.scheduledFor - b.scheduledFor || a.id.localeCompare(b.id))
  }

  return {
    path,
    store,
    clock,
    executions,
    neighbour: () => firstUser(store, clock, newId()),
    job: async (
      name,
      { timetable = every(MINUTE), policies = {}, target = A_TARGET, owner: of = owner, alerts, copies = 0 } = {},
    ) => {
      const aJob = (id: string): NewJob => ({
        id,
        ...of,
        name,
        description: null,
        timetable,
        target,
        policies,
        metadata: {},
        state: 'active',
        now: clock.now(),
        dueAt: nextAfter(compile(timetable, id), clock.now()),
        ...(alerts === undefined ? {} : { alerts }),
      })
      await store.jobs.createMany(Array.from({ length: copies }, () => aJob(newId())))
      return store.jobs.create(aJob(newId()))
    },
    node: (more) => node(store, clock, more),
    history: async (job) =>
      (await executions(job)).map((one) => {
        const seconds = (one.scheduledFor - START) / SECOND
        const count = one.occurrences > 1 ? ` x${one.occurrences}` : ''
        return `${seconds} ${one.status}${one.reason === null ? '' : ` ${one.reason}`}${count}`
      }),
    reopen: async () => {
      await close()
      return world(test, path, clock, owner)
    },
  }
}

const firstUser = async (store: Store, clock: ManualClock, username: string): Promise<Owner> => {
  const ownerId = newId()
  const made = await store.people.createWorkspace(
    { id: newId(), name: 'w', now: clock.now() },
    {
      id: ownerId,
      username,
      email: `${username}@example.com`,
      fullName: null,
      passwordHash: 'x',
      role: 'admin',
      now: clock.now(),
    },
  )
  if ('taken' in made) throw new Error(`The store has a user ${username}.`)
  return { workspaceKey: made.workspaceKey, ownerId }
}

type Call = { readonly assignment: Assignment; readonly done: (outcome: Outcome) => void; readonly startedAt: number }

const node = (store: Store, clock: ManualClock, more: NodeMore = {}): Node => {
  const sent: string[] = []
  const starts: Node['starts'] = []
  const calls: Call[] = []
  const faults: unknown[] = []
  const ended: string[] = []
  const paused: number[] = []
  let fenced = 0

  const end = (index: number, more: Partial<Outcome>) => {
    const [call] = calls.splice(index, 1)
    if (call === undefined) throw new Error('No such call is open.')
    call.done({
      kind: 'success',
      startedAt: call.startedAt,
      finishedAt: clock.now(),
      durationMs: clock.now() - call.startedAt,
      statusCode: 200,
      output: null,
      error: null,
      failure: null,
      retryable: true,
      retryAfterMs: null,
      ...more,
    })
  }

  const transport: Transport = {
    send: (assignment, done) => {
      sent.push(`${assignment.jobName}#${assignment.attempt}@${(clock.now() - START) / SECOND}`)
      const { jobName, trigger, scheduledFor } = assignment
      starts.push({ jobName, trigger, scheduledFor, late: clock.now() - scheduledFor })
      calls.push({ assignment, done, startedAt: clock.now() })
    },
    cancel: (executionId) => {
      const index = calls.findIndex((call) => call.assignment.executionId === executionId)
      if (index >= 0) end(index, { kind: 'cancelled' })
    },
    close: async () => {},
  }

  const engine = createEngine({
    ledger: store.ledger,
    reports: store.reports,
    clock,
    random: () => 0.5,
    newId,
    node: { id: newId(), host: 'test', pid: 1, startedAt: clock.now() },
    transport,
    boundMs: SECOND,
    interests: store.events.interests,
    ...more.parts,
    watcher: {
      recorded: (recorded) => void ended.push(...recorded.map(({ to }) => to)),
      fenced: (count) => {
        fenced += count
      },
      recovered: () => {},
      paused: (jobKeys) => void paused.push(...jobKeys),
      scheduling: () => {},
      fault: (_where, error) => void faults.push(error),
      moved: (jobs) => void more.moved?.push(...jobs),
      expired: (jobKeys) => void paused.push(...jobKeys),
      upkeep: (report) => void more.reports?.push(report),
    },
  })

  return {
    engine,
    sent,
    starts,
    answerOlder: (ms, except = []) => {
      for (let index = calls.length - 1; index >= 0; index--) {
        const call = calls[index] as Call
        if (clock.now() - call.startedAt >= ms && !except.includes(call.assignment.jobName)) end(index, {})
      }
    },
    faults,
    ended,
    paused,
    fenced: () => fenced,
    open: () => calls.length,
    answer: (jobName, more = {}) =>
      end(
        calls.findIndex((call) => call.assignment.jobName === jobName),
        more,
      ),
  }
}

/** A failed answer, as a target's 503 gives it. */
export const FAILED: Partial<Outcome> = { kind: 'failure', statusCode: 503, error: 'Status 503', failure: 'status' }

/** Lets the store's threads answer until it is so. */
export const until = async (isSo: () => boolean, meanwhile: () => void = () => {}): Promise<void> => {
  for (let turn = 0; turn < 200_000 && !isSo(); turn++) {
    await new Promise(setImmediate)
    meanwhile()
  }
  if (!isSo()) throw new Error('It did not become so.')
}
