/** How a job behaves when things go wrong or overlap, on the wire: times in seconds, bounds from the domain. */
import { z } from 'zod'
import { LIMIT_BOUNDS, MOST_LIMITS_OF_A_JOB } from '../../domain/limits.ts'
import { DEFAULT_POLICIES, POLICY_BOUNDS } from '../../domain/policies.ts'
import { seconds, strict } from './values.ts'

const count = ([least, most]: readonly [number, number]) => z.int().min(least).max(most)
const time = ([least, most]: readonly [number, number]) => seconds(least / 1000, most / 1000)

const { retry, misfire } = DEFAULT_POLICIES

const attempts = count(POLICY_BOUNDS['retry.attempts'])
const firstDelay = time(POLICY_BOUNDS['retry.firstDelayMs'])
const factor = z.number().min(POLICY_BOUNDS['retry.factor'][0]).max(POLICY_BOUNDS['retry.factor'][1])
const longestDelay = time(POLICY_BOUNDS['retry.longestDelayMs'])
const mode = z.enum(['skip', 'latest', 'all'])
const window = time(POLICY_BOUNDS['misfire.windowMs'])
const cap = count(POLICY_BOUNDS['misfire.cap'])
const overlap = z.enum(['skip', 'queue_one', 'queue_all', 'cancel_other', 'allow'])
const timeout = time(POLICY_BOUNDS.timeoutMs)
const delivery = z.enum(['at_least_once', 'at_most_once'])
const pauseAfter = count(POLICY_BOUNDS.pauseAfterFailures).nullable()

const tokens = count(LIMIT_BOUNDS['rate.count'])
const period = time(LIMIT_BOUNDS['rate.perMs'])
const limits = z.array(z.string().min(1).max(64)).max(MOST_LIMITS_OF_A_JOB)

export const concurrency = count(LIMIT_BOUNDS.concurrency).nullable()

export const Rate = strict({ count: tokens, per_seconds: period, burst: tokens }).meta({ id: 'Rate' })
export type Rate = z.infer<typeof Rate>

export const RateInput = strict({
  count: tokens.describe('So many starts, evenly spread over the time.'),
  per_seconds: period.describe('The time.'),
  burst: tokens
    .optional()
    .describe('The most starts at one moment. Within the time at most count + burst − 1 start.')
    .meta({ default: 1 }),
}).meta({ id: 'RateRequest' })
export type RateInput = z.input<typeof RateInput>

export const MisfireMode = mode
export type MisfireMode = z.infer<typeof mode>

export const Policies = strict({
  retry: strict({
    attempts,
    first_delay_seconds: firstDelay,
    factor,
    longest_delay_seconds: longestDelay,
  }),
  misfire: strict({ mode, window_seconds: window, cap }),
  overlap,
  timeout_seconds: timeout,
  delivery,
  pause_after_failures: pauseAfter,
  concurrency,
  rate: Rate.nullable(),
  limits,
}).meta({ id: 'Policies' })
export type Policies = z.infer<typeof Policies>

/** What is left out has its default in a new job, and stays as it is in a present one. */
export const PoliciesInput = strict({
  retry: strict({
    attempts: attempts.optional().describe('Tries in all, the first one included.').meta({ default: retry.attempts }),
    first_delay_seconds: firstDelay
      .optional()
      .describe('The n-th wait is drawn from 0 to min(longest, first × factor^(n−1)).')
      .meta({ default: retry.firstDelayMs / 1000 }),
    factor: factor.optional().meta({ default: retry.factor }),
    longest_delay_seconds: longestDelay.optional().meta({ default: retry.longestDelayMs / 1000 }),
  }).optional(),
  misfire: strict({
    mode: mode
      .optional()
      .describe(
        'What becomes of occurrences missed while nothing could run them: none, the newest, or all up to the cap.',
      )
      .meta({ default: misfire.mode }),
    window_seconds: window
      .optional()
      .describe('A missed occurrence older than this is not made up for.')
      .meta({ default: misfire.windowMs / 1000 }),
    cap: cap
      .optional()
      .describe('The most runs that `all` makes up for at once; the newest are kept.')
      .meta({ default: misfire.cap }),
  }).optional(),
  overlap: overlap
    .optional()
    .describe('What happens when an occurrence is due while one of the job still runs.')
    .meta({ default: DEFAULT_POLICIES.overlap }),
  timeout_seconds: timeout
    .optional()
    .describe('Bound on one attempt, from first byte sent to last byte read.')
    .meta({ default: DEFAULT_POLICIES.timeoutMs / 1000 }),
  delivery: delivery
    .optional()
    .describe('After a crash between sending and recording: send again, or keep as `uncertain`.')
    .meta({ default: DEFAULT_POLICIES.delivery }),
  pause_after_failures: pauseAfter
    .optional()
    .describe('Pause the job after so many failed executions in a row; null: never.')
    .meta({ default: DEFAULT_POLICIES.pauseAfterFailures }),
  concurrency: concurrency
    .optional()
    .describe('Executions of the job at once, where `overlap` allows several; what is beyond waits. Null: no bound.')
    .meta({ default: DEFAULT_POLICIES.concurrency }),
  rate: RateInput.nullable()
    .optional()
    .describe('Starts of the job per time, tries after failures included; what is beyond waits. Null: no bound.')
    .meta({ default: DEFAULT_POLICIES.rate }),
  limits: limits
    .optional()
    .describe('Names of limits of the workspace that the job shares with others.')
    .meta({ default: [] }),
}).meta({ id: 'PoliciesRequest' })
export type PoliciesInput = z.input<typeof PoliciesInput>
