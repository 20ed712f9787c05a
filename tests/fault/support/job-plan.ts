/** The jobs that fault runs are made of: what is due when, what it calls, and how it is asked for on the wire. */
import type { JobSpec } from '../checker/history.ts'
import type { Timing } from '../checker/oracle.ts'
import type { Random } from './random.ts'

export type JobPlan = {
  readonly spec: JobSpec
  readonly url: string
  readonly overlap: 'skip' | 'allow'
  readonly misfire: 'latest' | 'all' | 'skip'
  readonly timeoutSeconds: number
}

/** Instants of intervals are counted from here: before any run, so that the whole grid is known. */
const ANCHOR = Date.UTC(2026, 0, 1)

export const everyMs = (ms: number, random: Pick<Random, 'index'>): Timing => ({
  kind: 'every',
  everyMs: ms,
  anchor: ANCHOR + random.index(ms),
})

const CRONS = ['*/4 * * * * *', '*/5 * * * * *', '1-59/3 * * * * *', '0,15,30,45 * * * * *', '* * * * *', '*/2 * * * *']

export const someCron = (random: Random): Timing => ({ kind: 'cron', expression: random.pick(CRONS) })

type Manner = { readonly path: string; readonly delivery: JobSpec['delivery']; readonly tries: number }

const SLOW_MS = 250

const PLAIN: Manner = { path: '/fast', delivery: 'at_least_once', tries: 1 }

/** Of ten jobs: one is never sent twice, one calls a target that fails at first, two call slow ones, of which one is never sent twice. */
const MANNERS: readonly Manner[] = [
  PLAIN,
  PLAIN,
  PLAIN,
  { ...PLAIN, delivery: 'at_most_once' },
  PLAIN,
  { ...PLAIN, path: '/slow' },
  PLAIN,
  { ...PLAIN, path: '/flaky/2', tries: 3 },
  { ...PLAIN, path: '/slow', delivery: 'at_most_once' },
  PLAIN,
]

export const mixedPlan = (index: number, timing: Timing, receiverUrl: string, slowMs = SLOW_MS): JobPlan => {
  const { path, delivery, tries } = MANNERS[index % MANNERS.length] ?? PLAIN
  return {
    spec: { revision: '1', timing, delivery, tries },
    url: `${receiverUrl}${path === '/slow' ? `/slow/${slowMs}` : path}`,
    overlap: index % 3 === 0 ? 'allow' : 'skip',
    // Making up for all is for jobs that are quick enough to catch up.
    misfire: index % 7 === 3 && path === '/fast' ? 'all' : index % 7 === 5 ? 'skip' : 'latest',
    timeoutSeconds: 5,
  }
}

export const schedulesOf = ({ timing }: JobSpec): readonly unknown[] => [
  timing.kind === 'every'
    ? { kind: 'interval', every_seconds: timing.everyMs / 1000, anchor: new Date(timing.anchor).toISOString() }
    : { kind: 'cron', expression: timing.expression, time_zone: 'UTC' },
]

export const policiesOf = ({ spec, overlap, misfire, timeoutSeconds }: JobPlan): unknown => ({
  retry: { attempts: spec.tries, first_delay_seconds: 0.2, factor: 1, longest_delay_seconds: 1 },
  misfire: { mode: misfire },
  overlap,
  timeout_seconds: timeoutSeconds,
  delivery: spec.delivery,
})
