/** An engine on a real SQLite store, a clock moved by hand, and a transport whose calls the test answers. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Transport } from '../../src/dispatch/dispatch.ts'
import type { Assignment, Outcome } from '../../src/domain/attempt.ts'
import { newId } from '../../src/domain/ids.ts'
import type { Job, Timetable } from '../../src/domain/job.ts'
import type { PolicyChoices } from '../../src/domain/policies.ts'
import { createEngine, type Engine, type EngineParts, type EngineWatcher } from '../../src/engine.ts'
import { compile, nextAfter } from '../../src/schedule/schedule.ts'
import { openSqliteStore } from '../../src/store/sqlite/database.ts'
import type { ExecutionRow, Store } from '../../src/store/store.ts'
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

export type Node = {
  readonly engine: Engine
  /** Calls in the order they were sent, as `name#attempt@seconds since START`. */
  readonly sent: string[]
  /** Ends the oldest open call of the job. */
  readonly answer: (jobName: string, more?: Partial<Outcome>) => void
  readonly open: () => number
  readonly faults: unknown[]
  readonly fenced: () => number
}

type Moved = Parameters<EngineWatcher['moved']>[0][number]
type Report = Parameters<EngineWatcher['upkeep']>[0]

export type NodeMore = {
  readonly parts?: Pick<EngineParts, 'mayClaim' | 'zones' | 'upkeep'>
  /** Hears of jobs that were moved, and of rounds of upkeep. */
  readonly moved?: Moved[]
  readonly reports?: Report[]
}

export type World = {
  readonly store: Store
  readonly clock: ManualClock
  readonly job: (name: string, more?: JobMore) => Promise<Job>
  readonly node: (more?: NodeMore) => Node
  /** Executions of a job, oldest first, as `seconds since START status reason?`. */
  readonly history: (job: Job) => Promise<string[]>
  readonly executions: (job: Job) => Promise<readonly ExecutionRow[]>
  /** Ends the process of the store without a word to it, as kill -9 would, and opens the file again. */
  readonly reopen: () => Promise<World>
}

export type JobMore = { readonly timetable?: Timetable; readonly policies?: PolicyChoices }

export const openWorld = async (test: TestContext): Promise<World> => {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-engine-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  const clock = manualClock(START - 30 * SECOND)
  return world(test, join(folder, 'carillon.db'), clock, null)
}

const world = async (
  test: TestContext,
  path: string,
  clock: ManualClock,
  known: { workspaceKey: number; ownerId: string } | null,
): Promise<World> => {
  const store = await openSqliteStore({ path, onFault: (error) => Promise.reject(error) })
  let closed = false
  const close = async () => {
    if (!closed) await store.close()
    closed = true
  }
  test.after(close)
  const owner = known ?? (await firstUser(store, clock))

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
    store,
    clock,
    executions,
    job: (name, { timetable = every(MINUTE), policies = {} } = {}) => {
      const id = newId()
      return store.jobs.create({
        id,
        ...owner,
        name,
        description: null,
        timetable,
        target: { kind: 'http', url: 'http://example.com/', method: 'GET' },
        policies,
        metadata: {},
        state: 'active',
        now: clock.now(),
        dueAt: nextAfter(compile(timetable, id), clock.now()),
      })
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

const firstUser = async (store: Store, clock: ManualClock) => {
  const ownerId = newId()
  const made = await store.people.createWorkspace(
    { id: newId(), name: 'w', now: clock.now() },
    {
      id: ownerId,
      username: 'u',
      email: 'u@example.com',
      fullName: null,
      passwordHash: 'x',
      role: 'admin',
      now: clock.now(),
    },
  )
  if ('taken' in made) throw new Error('The store is not empty.')
  return { workspaceKey: made.workspaceKey, ownerId }
}

type Call = { readonly assignment: Assignment; readonly done: (outcome: Outcome) => void; readonly startedAt: number }

const node = (store: Store, clock: ManualClock, more: NodeMore = {}): Node => {
  const sent: string[] = []
  const calls: Call[] = []
  const faults: unknown[] = []
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
    clock,
    random: () => 0.5,
    newId,
    node: { id: newId(), host: 'test', pid: 1, startedAt: clock.now() },
    transport,
    boundMs: SECOND,
    ...more.parts,
    watcher: {
      recorded: () => {},
      fenced: (count) => {
        fenced += count
      },
      recovered: () => {},
      paused: () => {},
      scheduling: () => {},
      fault: (_where, error) => void faults.push(error),
      moved: (jobs) => void more.moved?.push(...jobs),
      upkeep: (report) => void more.reports?.push(report),
    },
  })

  return {
    engine,
    sent,
    faults,
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
