/** How a job behaves when things go wrong or overlap: each with a default that suits most jobs. */
import type { Rate } from './rate.ts'

export type MisfireMode = 'skip' | 'latest' | 'all'
export type Overlap = 'skip' | 'queue_one' | 'queue_all' | 'cancel_other' | 'allow'
export type Delivery = 'at_least_once' | 'at_most_once'

export type Policies = {
  readonly retry: {
    /** Tries in all, the first one included: 1 never repeats. */
    readonly attempts: number
    /** The n-th wait is drawn from 0 to min(longest, first × factor^(n−1)): "full jitter". */
    readonly firstDelayMs: number
    readonly factor: number
    readonly longestDelayMs: number
  }
  /** Occurrences missed while nothing could run them (a stopped server, a clock moved forward). */
  readonly misfire: {
    /** `latest`: one run, for the newest. `all`: each, oldest first, up to the cap. `skip`: none. */
    readonly mode: MisfireMode
    /** A missed occurrence older than this is not made up for. */
    readonly windowMs: number
    /** The most runs that `all` makes up for at once; the newest are kept. */
    readonly cap: number
  }
  /** What happens when an occurrence is due while an execution of the job still holds its lease. */
  readonly overlap: Overlap
  /** Bound on one attempt, from its start (the wait for a connection included) to the last byte read, redirects included. */
  readonly timeoutMs: number
  /** After a crash between sending and recording: repeat, or keep as `uncertain`. */
  readonly delivery: Delivery
  /** Pause the job after so many failed executions in a row; null is never. */
  readonly pauseAfterFailures: number | null
  /** Executions of the job that run at once, where overlap allows more than one; null: no bound. What is beyond waits. */
  readonly concurrency: number | null
  /** Starts of the job per time, tries after failures included; null: no bound. What is beyond waits. */
  readonly rate: Rate | null
  /** Names of shared limits of the workspace that hold for the job too. */
  readonly limits: readonly string[]
}

const SECOND = 1000
const HOUR = 3600 * SECOND

export const DEFAULT_POLICIES: Policies = {
  retry: { attempts: 1, firstDelayMs: 10 * SECOND, factor: 2, longestDelayMs: HOUR },
  misfire: { mode: 'latest', windowMs: 24 * HOUR, cap: 100 },
  overlap: 'skip',
  timeoutMs: 30 * SECOND,
  delivery: 'at_least_once',
  pauseAfterFailures: null,
  concurrency: null,
  rate: null,
  limits: [],
}

/** Bounds that saving a job holds it to: [least, most]. */
export const POLICY_BOUNDS = {
  'retry.attempts': [1, 100],
  'retry.firstDelayMs': [0, 24 * HOUR],
  'retry.factor': [1, 10],
  'retry.longestDelayMs': [0, 24 * HOUR],
  'misfire.windowMs': [0, 366 * 24 * HOUR],
  'misfire.cap': [1, 10_000],
  timeoutMs: [100, 24 * HOUR],
  pauseAfterFailures: [1, 1000],
} as const satisfies Record<string, readonly [number, number]>

/** Policies with only what differs from the default, each group whole or absent: what the database keeps. */
export type PolicyChoices = Partial<Policies>

/** Remembered by identity: a million jobs share few choices, and each fire asks several times. */
export const withDefaults = (choices: PolicyChoices): Policies => {
  const known = completed.get(choices)
  if (known !== undefined) return known
  const policies = { ...DEFAULT_POLICIES, ...choices }
  completed.set(choices, policies)
  return policies
}

const completed = new WeakMap<PolicyChoices, Policies>()

export const choicesOf = (policies: Policies): PolicyChoices =>
  Object.fromEntries(
    (Object.keys(DEFAULT_POLICIES) as (keyof Policies)[])
      .filter((name) => JSON.stringify(policies[name]) !== JSON.stringify(DEFAULT_POLICIES[name]))
      .map((name) => [name, policies[name]]),
  )
