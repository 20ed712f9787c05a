/** Things with all their fields, so that a test writes down only what matters to it. */
import { firstIdAt, newId } from '../../src/domain/ids.ts'
import type { Timetable } from '../../src/domain/job.ts'
import type { HttpTarget } from '../../src/domain/target.ts'
import type { Claim, NewExecution, NewJob, NewUser, OutcomeWrite } from '../../src/store/store.ts'

/** 2026-11-20T12:00:00Z: where tests begin that do not care. */
export const NOON = Date.UTC(2026, 10, 20, 12)

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE

export const EVERY_MINUTE: Timetable = {
  schedules: [{ kind: 'cron', expression: '* * * * *', zone: 'UTC' }],
  zone: 'UTC',
}

export const A_TARGET: HttpTarget = { kind: 'http', url: 'http://127.0.0.1/hook', method: 'POST' }

/** An id as one made at that time would be. */
export const anIdAt = (epochMs: number): string => firstIdAt(epochMs).slice(0, 14) + newId().slice(14)

type Owned = Pick<NewJob, 'workspaceKey' | 'ownerId'>

/** Active, every minute, first due a minute after noon. */
export const aJob = (given: Owned & Partial<NewJob>): NewJob => ({
  id: newId(),
  name: 'nightly report',
  description: null,
  timetable: EVERY_MINUTE,
  target: A_TARGET,
  policies: {},
  metadata: {},
  state: 'active',
  now: NOON,
  dueAt: NOON + MINUTE,
  ...given,
})

/** An admin; name and address are of this user alone. */
export const aUser = (given: Partial<NewUser> = {}): NewUser => {
  const id = given.id ?? newId()
  return {
    id,
    username: `user-${id}`,
    email: `${id}@example.org`,
    fullName: null,
    passwordHash: '$argon2id$not-a-real-one',
    role: 'admin',
    now: NOON,
    ...given,
  }
}

/** A run on time that is leased at once. */
export const anExecution = (given: Partial<NewExecution> & Pick<NewExecution, 'scheduledFor'>): NewExecution => ({
  id: anIdAt(given.scheduledFor),
  trigger: 'schedule',
  status: 'leased',
  reason: null,
  lastFor: null,
  occurrences: 1,
  ...given,
})

/** Takes the instant `dueAt` as one leased run and moves on by a minute. */
export const aClaim = (given: Partial<Claim> & Pick<Claim, 'jobKey' | 'workspaceKey' | 'dueAt'>): Claim => ({
  scheduleVersion: 1,
  nextAt: given.dueAt + MINUTE,
  raiseVersion: false,
  countRuns: 0,
  exclusive: true,
  onlyIf: 'always',
  cancelOthers: false,
  executions: [anExecution({ scheduledFor: given.dueAt })],
  ...given,
})

/** A success at the first try. */
export const anOutcome = (
  given: Partial<OutcomeWrite> & Pick<OutcomeWrite, 'jobKey' | 'workspaceKey' | 'executionId'>,
): OutcomeWrite => ({
  attempt: 1,
  to: 'success',
  notBefore: null,
  handedBack: false,
  reason: null,
  startedAt: NOON + MINUTE,
  finishedAt: NOON + MINUTE + 120,
  statusCode: 200,
  error: null,
  output: 'done',
  keepAttempt: false,
  pauseAfterFailures: null,
  ...given,
})
