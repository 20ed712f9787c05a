/** A job as flags: which there are, and the part of the contract's job that they make. */
import { type Command, Option } from 'commander'
import type { JobCreate } from '../../api/contract/jobs.ts'
import type { PoliciesInput } from '../../api/contract/policies.ts'
import type { ScheduleInput } from '../../api/contract/schedules.ts'
import type { TargetEdit } from '../../api/contract/targets.ts'
import { readDuration } from '../duration.ts'
import { usage } from '../exit-codes.ts'
import { several, wholeNumber } from './command.ts'
import { given, seconds, split } from './flag-texts.ts'
import { argumentsOf, type FunctionFlags, withFunctionFlags } from './function-flags.ts'
import { type GithubFlags, githubFromFlags, withGithubFlags } from './github-flags.ts'
import { readConcurrency, readLimits, readRate } from './limit-flags.ts'
import { type TargetFlags, targetFromFlags, withTargetFlags } from './target-flags.ts'

export type JobFlags = FunctionFlags &
  GithubFlags &
  TargetFlags & {
    readonly description?: string
    readonly cron?: readonly string[]
    readonly every?: readonly string[]
    readonly at?: readonly string[]
    readonly manual?: boolean
    readonly tz?: string
    readonly start?: string
    readonly end?: string
    readonly maxRuns?: number
    readonly jitter?: string
    readonly spread?: string
    readonly timeout?: string
    readonly attempts?: number
    readonly retryDelay?: string
    readonly overlap?: PoliciesInput['overlap']
    readonly misfire?: NonNullable<PoliciesInput['misfire']>['mode']
    readonly delivery?: PoliciesInput['delivery']
    readonly pauseAfter?: number
    readonly concurrency?: string
    readonly rate?: string
    readonly limit?: readonly string[]
    readonly category?: string
    readonly team?: string
    readonly endsOn?: string
    readonly meta?: readonly string[]
  }

/** Its target may still be of any kind. */
export type JobPart = Partial<Omit<JobCreate, 'target'>> & { target?: TargetEdit }

export const withJobFlags = (command: Command): Command =>
  withPolicyFlags(withTargetFlags(withFunctionFlags(withGithubFlags(withTimetableFlags(command)))))

const withTimetableFlags = (command: Command): Command =>
  command
    .option('--description <text>', 'what the job is for')
    .option('--cron <expression>', 'when, as cron: "*/15 9-17 * * MON-FRI"; may be repeated', several)
    .option('--every <time>', 'when, as an interval: 30s, 5m, 1h30m; may be repeated', several)
    .option('--at <instant>', 'when, once: 2026-11-24T09:30:00+09:00; may be repeated', several)
    .option('--manual', 'never by itself, only when somebody runs it')
    .option('--tz <zone>', 'time zone of its schedules (default: that of the server)')
    .option('--start <when>', 'not before this instant or day')
    .option('--end <when>', 'not after this instant or day')
    .option(
      '--ends-on <day>',
      'the last day on which it runs, in the time zone of the server, after which it is paused; or none',
    )
    .option('--max-runs <n>', 'ends after so many scheduled runs', wholeNumber(1, 999_999_999))
    .option('--jitter <time>', 'delay each occurrence by its own share of this')
    .option('--spread <time>', 'delay all occurrences by one share of this')

const withPolicyFlags = (command: Command): Command =>
  command
    .option('--timeout <time>', 'bound on one attempt')
    .option('--attempts <n>', 'tries in all, the first included', wholeNumber(1, 100))
    .option('--retry-delay <time>', 'the first wait before another try')
    .addOption(choice('--overlap <policy>', 'when one still runs', OVERLAPS))
    .addOption(choice('--misfire <policy>', 'what was missed while nothing could run it', ['skip', 'latest', 'all']))
    .addOption(choice('--delivery <policy>', 'after a crash in the middle', ['at_least_once', 'at_most_once']))
    .option('--pause-after <n>', 'pause after so many failures in a row', wholeNumber(1, 1000))
    .option('--concurrency <n>', 'of the job at once, where --overlap allows several; or none')
    .option('--rate <n/time>', 'starts of the job per time: 100/1m; or none')
    .option('--limit <name>', 'a limit that it shares with other jobs; may be repeated; or none', several)
    .option('--category <name>', 'by what people find it: id, slug or name; or none')
    .option('--team <name>', 'who is in charge of it: id, slug or name; or none')
    .option('--meta <name=value>', 'your own names and texts; may be repeated', several)

const OVERLAPS = ['skip', 'queue_one', 'queue_all', 'cancel_other', 'allow']
const choice = (flags: string, text: string, words: string[]): Option => new Option(flags, text).choices(words)

/** Only what was given; everything else has the server's default, or stays as it is. */
export const jobFromFlags = (flags: JobFlags, secret: string | undefined): JobPart => {
  const schedules = schedulesOf(flags)
  const http = targetFromFlags(flags, secret)
  const policies = policiesOf(flags)
  return given({
    description: flags.description,
    schedules: schedules.length > 0 ? schedules : undefined,
    time_zone: flags.tz,
    start: flags.start,
    end: flags.end,
    max_runs: flags.maxRuns,
    jitter_seconds: seconds('--jitter', flags.jitter),
    spread_seconds: seconds('--spread', flags.spread),
    target: targetOf(http, given({ function: flags.function, ...argumentsOf(flags) }), githubFromFlags(flags)),
    policies: Object.keys(policies).length > 0 ? policies : undefined,
    category: flags.category === 'none' ? null : flags.category,
    team: flags.team === 'none' ? null : flags.team,
    ends_on: flags.endsOn === 'none' ? null : flags.endsOn,
    metadata: flags.meta && Object.fromEntries(flags.meta.map((text) => split('--meta', text, '='))),
  })
}

/** Arguments alone leave the kind open: an edit changes those of the function that the job has. */
const targetOf = (
  http: Partial<TargetEdit>,
  called: Partial<TargetEdit>,
  github: Partial<TargetEdit>,
): TargetEdit | undefined => {
  const isHttp = Object.keys(http).length > 0
  const isFunction = Object.keys(called).length > 0
  if (Object.keys(github).length > 0) {
    if (isHttp || isFunction)
      throw usage('--github', 'with flags of another target', 'a job calls an address, a function or a workflow')
    return github
  }
  if (isHttp && isFunction)
    throw usage('--function', 'with flags of --url', 'a job calls an address or a function, not both')
  if (isHttp) return { kind: 'http', ...http }
  if (isFunction) return called.function === undefined ? called : { kind: 'function', ...called }
  return undefined
}

const schedulesOf = ({ cron = [], every = [], at = [], manual }: JobFlags): ScheduleInput[] => [
  ...cron.map((expression) => ({ kind: 'cron' as const, expression })),
  ...every.map((text) => ({ kind: 'interval' as const, every_seconds: readDuration('--every', text) })),
  ...at.map((instant) => ({ kind: 'once' as const, at: instant })),
  ...(manual ? [{ kind: 'manual' as const }] : []),
]

const policiesOf = (flags: JobFlags): PoliciesInput =>
  given({
    retry:
      flags.attempts === undefined && flags.retryDelay === undefined
        ? undefined
        : given({ attempts: flags.attempts, first_delay_seconds: seconds('--retry-delay', flags.retryDelay) }),
    misfire: flags.misfire && { mode: flags.misfire },
    overlap: flags.overlap,
    timeout_seconds: seconds('--timeout', flags.timeout),
    delivery: flags.delivery,
    pause_after_failures: flags.pauseAfter,
    concurrency: readConcurrency(flags.concurrency),
    rate: readRate(flags.rate),
    limits: readLimits(flags.limit),
  })
