/** A server without its API: the use cases on a real store in a folder of its own, with a clock moved by hand. */
import assert from 'node:assert/strict'
import { type Auth, createAuth } from '../../src/auth/auth.ts'
import type { Role, UserActor } from '../../src/domain/actor.ts'
import type { Assignment, Outcome } from '../../src/domain/attempt.ts'
import { DomainError, type ErrorCode } from '../../src/domain/errors.ts'
import { newId } from '../../src/domain/ids.ts'
import { createReporting } from '../../src/record/record.ts'
import {
  createHold,
  createServices,
  type Deps,
  type EngineSignals,
  type JobInput,
  type SignedIn,
} from '../../src/services/services.ts'
import type { Store } from '../../src/store/store.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'
import { type Cleanup, tempStore } from './temp-store.ts'

export const START = Date.UTC(2026, 10, 20, 9, 30)
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const PASSWORD = 'a fine long pass phrase'
export const CALLER = { address: '192.0.2.1', userAgent: 'test' }
const SECRET_KEY = 'test secret key of more than 32 characters'

export type World = {
  readonly clock: ManualClock
  readonly store: Store
  readonly auth: Auth
  readonly services: ReturnType<typeof createServices>
  readonly signals: EngineSignals
  /** What the engine was told, in order: `wake`, `changed 1`, `cancelled <id>`. */
  readonly told: string[]
  /** Messages of the log. */
  readonly logged: string[]
  /** The same database under other settings, as another process or a restart would see it. */
  readonly again: (changes: Partial<Deps> & { readonly secretKey?: string; readonly former?: readonly string[] }) => {
    readonly services: ReturnType<typeof createServices>
    readonly auth: Auth
  }
  /** The admin of a new workspace. */
  readonly admin: (name?: string) => Promise<UserActor>
  /** A member of the admin's workspace, who has not signed in. */
  readonly member: (admin: UserActor, role: Role, name?: string) => Promise<UserActor>
  readonly signIn: (login: string, address?: string) => Promise<SignedIn>
}

/** What the operator of the world keeps. */
export const RETENTION = { successDays: 90, otherDays: 365, runsPerJob: 100_000 }

export const SETTINGS: Deps['settings'] = {
  version: '0.0.0',
  signUpEnabled: true,
  timeZone: 'Asia/Tokyo',
  jobLifetimeDays: 365,
  requireEndDate: null,
  refreshTokenSeconds: 30 * 86_400,
}

// The cost of a hash is proved where hashes are; here it would only be waited for.
const CHEAP_HASH = { memoryKiB: 64, passes: 1, lanes: 1 }

/** `path`: of the database, where a test looks into the file. */
export const aWorld = async (t: Cleanup, given: { readonly path?: string } = {}): Promise<World> => {
  const clock = manualClock(START)
  const store = await tempStore(t, { clock, ...given })
  const told: string[] = []
  const logged: string[] = []
  const reporting = createReporting({
    reports: store.reports,
    clock,
    random: () => 0.5,
    active: () => false,
    wanted: async () => () => false,
    onRecorded: (recorded) => void told.push(...recorded.map(({ to }) => `recorded ${to}`)),
    onReleased: () => void told.push('released'),
    onPaused: () => void told.push('paused'),
    onFault: (error) => Promise.reject(error),
  })
  const signals = { ...signalsInto(told), reported: reporting.report }
  const log = (message: string) => void logged.push(message)

  const again: World['again'] = ({ secretKey = SECRET_KEY, former = [], ...changes }) => {
    const auth = createAuth(
      {
        secretKey,
        previousSecretKeys: former,
        jwtSecretKey: null,
        accessTokenSeconds: 3600,
        minPasswordLength: 12,
        hashCost: CHEAP_HASH,
      },
      clock,
    )
    const deps: Deps = {
      store,
      clock,
      auth,
      signals,
      log: { info: log, warn: log },
      settings: SETTINGS,
      hold: createHold(store.people),
      machine: { jumps: () => ({ count: 0, last: null }), leaseSeconds: 15 },
      retentionBounds: RETENTION,
      mayCall: (url) => url.hostname !== '169.254.169.254',
      emailJobs: { isOn: true, isOpenTo: () => true },
      functions: REPORTS,
      tryTarget: async () => UNREACHED,
      ...changes,
    }
    return { services: createServices(deps), auth: deps.auth }
  }

  const { services, auth } = again({})
  const signIn: World['signIn'] = (login, address = CALLER.address) =>
    services.sessions.signIn({ ...CALLER, login, password: PASSWORD, address })
  const admin: World['admin'] = async (name = `admin-${newId()}`) => {
    const { accessToken } = await services.sessions.signUp({
      ...CALLER,
      username: name,
      email: `${name}@example.com`,
      password: PASSWORD,
    })
    return services.sessions.authenticate(accessToken)
  }
  const member: World['member'] = async (of, role, name = `${role}-${newId()}`) => {
    const user = await services.users.create(of, {
      username: name,
      email: `${name}@example.com`,
      password: PASSWORD,
      role,
    })
    return { kind: 'user', userId: user.id, workspaceKey: of.workspaceKey, role, sessionId: newId() }
  }
  return { clock, store, auth, services, signals, told, logged, again, admin, member, signIn }
}

/** One module, `report`, for every workspace, and the function that clients of APScheduler know. */
const REPORTS: Deps['functions'] = {
  isOpenTo: () => true,
  modules: async () => [{ name: 'report', file: 'report.ts', callables: ['run', 'send'], main: 'run', error: null }],
  problemOf: async (name) =>
    /^(report(:send|:run)?|cronzimus\.controller\.task:task)$/.test(name) ? null : 'there is no such function',
}

const signalsInto = (told: string[]): Omit<EngineSignals, 'reported'> => ({
  wake: () => void told.push('wake'),
  changed: async (jobKey) => void told.push(`changed ${jobKey}`),
  cancelled: (id) => void told.push(`cancelled ${id}`),
  running: () => true,
  stopping: () => false,
  claiming: () => ({ on: true, reason: null }),
})

/** Every hour on the hour, calling a page. */
export const anInput = (changes: Partial<JobInput> = {}): JobInput => ({
  name: 'report',
  timetable: { schedules: [{ kind: 'cron', expression: '0 * * * *', zone: 'UTC' }], zone: 'UTC' },
  target: { kind: 'http', url: 'https://example.com/report', method: 'GET' },
  ...changes,
})

/** Runs everything that waits, as a node would, and ends it so. */
export const runWaiting = async (
  { store, clock }: Pick<World, 'store' | 'clock'>,
  ending: 'success' | 'failed' | 'running',
  seen: (leased: Pick<Assignment, 'target'>) => void = () => {},
  pauseAfterFailures: number | null = null,
): Promise<number> => {
  const now = clock.now()
  const nodeKey = await nodeOf(store, now)
  const { leased } = await store.ledger.lease({ nodeKey, now, leaseNow: now, limit: 100, sweep: true })
  for (const one of leased) seen(one)
  if (ending === 'running') return leased.length
  await store.ledger.commit({
    nodeKey,
    now,
    leaseNow: now,
    claims: [],
    outcomes: leased.map(({ workspaceKey, jobKey, executionId, attempt }) => ({
      workspaceKey,
      jobKey,
      executionId,
      attempt,
      to: ending,
      notBefore: null,
      handedBack: false,
      reason: null,
      startedAt: now + 5,
      finishedAt: now + 47,
      statusCode: ending === 'success' ? 200 : 500,
      error: ending === 'success' ? null : 'status 500',
      output: 'body',
      keepAttempt: ending !== 'success',
      pauseAfterFailures,
    })),
  })
  return leased.length
}

const nodes = new WeakMap<Store, number>()

const nodeOf = async (store: Store, now: number): Promise<number> => {
  const known = nodes.get(store)
  if (known !== undefined) {
    await store.ledger.renew(known, now, now + HOUR)
    return known
  }
  const key = await store.ledger.join({ id: newId(), host: 'test', pid: 1, startedAt: now }, now, now + HOUR)
  if (key === null) throw new Error('Another node schedules on this store.')
  nodes.set(store, key)
  return key
}

/** For `assert.rejects`: a refusal of this kind, of exactly these fields where any are given. */
export const refused =
  (code: ErrorCode, ...fields: readonly string[]) =>
  (error: unknown): true => {
    assert.ok(error instanceof DomainError, String(error))
    assert.equal(error.code, code, error.message)
    const wrong = error.errors.map(({ field }) => field)
    if (fields.length > 0) assert.deepEqual(wrong, fields)
    return true
  }

/** What comes of every test run here. */
const UNREACHED: Outcome = {
  kind: 'failure',
  startedAt: START,
  finishedAt: START,
  durationMs: 0,
  statusCode: null,
  output: null,
  error: 'The host cannot be reached.',
  failure: 'connection',
  retryable: true,
  retryAfterMs: null,
}
