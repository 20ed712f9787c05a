/** Why a job ran, or did not, or will, or will not, at one instant: decided from the facts alone, in plain English. Pure. */
import { REASONS } from '../domain/execution.ts'
import type { Job } from '../domain/job.ts'
import { showLimitName } from '../domain/limits.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { Around } from '../schedule/schedule.ts'
import type { ExecutionRow, FormerJob, Outage } from '../store/store.ts'

/** The state that was in force, or is, or will be. */
export type InForce = Pick<Job, 'scheduleVersion' | 'timetable' | 'runs' | 'pausedAt' | 'pauseReason' | 'updatedAt'> & {
  readonly state: FormerJob['state']
  readonly fromAt: number
  readonly untilAt: number | null
  /** Who brought this state about; null: the server itself, or no longer known. */
  readonly changedBy: string | null
}

export type ExplainFacts = {
  readonly at: number
  readonly now: number
  readonly createdAt: number
  readonly deletedAt: number | null
  readonly inForce: InForce
  /** By the timetable that was in force. */
  readonly around: Around
  /** The row of the instant, alone or in a range. */
  readonly row: ExecutionRow | null
  /** What was under way when the instant was skipped. */
  readonly inTheWay: ExecutionRow | null
  /** When nobody scheduled, around the instant. */
  readonly outages: readonly Outage[]
  /** Instants from now up to this one, itself included; for one to come, where a maximum of runs makes it matter. */
  readonly instantsBefore: number
  /** What is older was forgotten; null: nothing was. */
  readonly completeSince: number | null
  /** The instant stands in the plan, and nobody took it yet. */
  readonly isPlanned: boolean
}

export type Explanation = { readonly verdict: Verdict; readonly sentences: readonly string[] }

/** An occurrence is late after this: a busy moment is none. */
const LATE_MS = 1000

export const explain = (facts: ExplainFacts): Explanation => {
  const { verdict, sentences } = decided(facts)
  const { clockChange } = facts.around
  const told =
    clockChange === null
      ? []
      : [`The clock of ${clockChange.zone} changes at ${instant(clockChange.at)}: ${clockChange.effect}.`]
  return { verdict, sentences: [...sentences, ...told] }
}

const decided = (facts: ExplainFacts): Explanation => {
  const { at, now, createdAt, deletedAt, row } = facts
  if (row !== null) return ofRow(facts, row)
  if (at < createdAt) return no('no_occurrence', `The job did not exist yet: it was made at ${instant(createdAt)}.`)
  if (deletedAt !== null && at > deletedAt) return no('no_occurrence', `The job was deleted at ${instant(deletedAt)}.`)
  if (facts.inForce.state === 'deleted') {
    return no('no_occurrence', `The job was deleted then: ${from(facts.inForce)}, and was brought back later.`)
  }
  if (!facts.around.isDue) return notDue(facts)
  return at > now ? toCome(facts) : withoutRow(facts)
}

const ofRow = (facts: ExplainFacts, row: ExecutionRow): Explanation => {
  const range =
    row.occurrences > 1 && row.lastFor !== null
      ? [
          `One row stands for ${row.occurrences} occurrences, from ${instant(row.scheduledFor)} to ${instant(row.lastFor)}.`,
        ]
      : []
  switch (row.status) {
    case 'success':
      return { verdict: 'ran', sentences: [`It ran, and succeeded.${lateness(row)}`] }
    case 'failed':
      return {
        verdict: 'failed',
        sentences: [`It ran and failed at attempt ${row.attempt}${because(row.error)}${lateness(row)}`],
      }
    case 'running':
      return { verdict: 'running', sentences: [`It is running, attempt ${row.attempt}.${lateness(row)}`] }
    case 'pending':
      return { verdict: 'waiting', sentences: [waiting(facts, row)] }
    case 'cancelled':
    case 'uncertain':
      return { verdict: row.status, sentences: [`It is ${row.status}: ${reasonOf(row)}.`] }
    case 'skipped':
      return { verdict: 'skipped', sentences: [`It was skipped: ${reasonOf(row)}.`, ...inTheWay(facts)] }
    case 'missed':
      return { verdict: 'missed', sentences: [`It was missed: ${reasonOf(row)}.`, ...whyMissed(facts, row), ...range] }
  }
}

const waiting = ({ now }: ExplainFacts, { attempt, notBefore, waitsFor }: ExecutionRow): string => {
  if (waitsFor !== null)
    return waitsFor.kind === 'other_run' ? FOR_ANOTHER : `It waits for the limit ${showLimitName(waitsFor)}.`
  if (attempt > 0)
    return `Attempt ${attempt} failed; the next one starts at ${notBefore === null ? 'once' : instant(notBefore)}.`
  if (notBefore !== null && notBefore > now) return `It waits for its time, ${instant(notBefore)}.`
  return 'It waits in the queue: for a free place, or for another execution of the job to end.'
}

const FOR_ANOTHER = 'It waits for another execution of the job to end.'

const inTheWay = ({ inTheWay: other }: ExplainFacts): string[] =>
  other === null || other.startedAt === null
    ? []
    : [
        `In the way was execution ${other.id} of ${instant(other.scheduledFor)}, which ran from ${instant(other.startedAt)} ${
          other.finishedAt === null ? 'and still runs' : `to ${instant(other.finishedAt)}`
        }.`,
      ]

const whyMissed = ({ at, outages, inForce }: ExplainFacts, { reason, finishedAt }: ExecutionRow): string[] => {
  if (reason === 'paused') return paused(inForce)
  if (reason === 'edited' || reason === 'job_deleted') {
    return finishedAt === null ? [] : [`That was at ${instant(finishedAt)}, before a server had taken it.`]
  }
  const down = outages.filter(({ fromAt, untilAt }) => fromAt <= at + LATE_MS && at <= untilAt)
  if (down.length > 0) {
    return down.map(
      ({ fromAt, untilAt }) => `No server was scheduling from about ${instant(fromAt)} to ${instant(untilAt)}.`,
    )
  }
  return finishedAt === null
    ? []
    : [`It could have run only at ${instant(finishedAt)}: the server was busy, or its clock was set.`]
}

const paused = ({ pausedAt, pauseReason, changedBy }: InForce): string[] => {
  if (pausedAt === null) return []
  if (pauseReason === 'failures') return [`The job was paused at ${instant(pausedAt)} after failures in a row.`]
  if (pauseReason === 'end_date') return [`The job was paused at ${instant(pausedAt)}, since its end date had passed.`]
  return [`The job was paused at ${instant(pausedAt)}${changedBy === null ? '' : ` by user ${changedBy}`}.`]
}

const notDue = ({ around, inForce }: ExplainFacts): Explanation => {
  const { before, after, first, last, delayedTo } = around
  if (delayedTo !== null) {
    return no(
      'no_occurrence',
      `The schedule names this instant, and jitter or spread moves it to ${instant(delayedTo)}: ask about that.`,
    )
  }
  const near = [
    before === null ? 'There is no occurrence before it' : `The nearest before it is ${instant(before)}`,
    after === null ? 'there is none after it' : `the nearest after it is ${instant(after)}`,
  ].join(', and ')
  const bounds =
    first !== null && before === null
      ? [`The schedule starts at ${instant(first)}.`]
      : last !== null && after === null
        ? [`${endOf(inForce)} at ${instant(last)}.`]
        : []
  const isManual = inForce.timetable.schedules.every(({ kind }) => kind === 'manual')
  if (isManual) return no('no_occurrence', 'The job has no schedule: it runs only when somebody asks for it.')
  return { verdict: 'no_occurrence', sentences: ['It is not an occurrence of the job.', ...bounds, `${near}.`] }
}

const endOf = ({ timetable: { lastDay } }: InForce): string =>
  lastDay === undefined ? 'The schedule ended' : `The end date of the job, ${lastDay.date} in ${lastDay.zone}, ended`

const toCome = ({ at, inForce, instantsBefore }: ExplainFacts): Explanation => {
  if (inForce.state === 'paused') {
    return {
      verdict: 'will_not_run',
      sentences: [`It will not run at ${instant(at)} unless the job is resumed before.`, ...paused(inForce)],
    }
  }
  const left = runsLeft(inForce)
  if (left < instantsBefore) {
    return no(
      'will_not_run',
      `The maximum of ${inForce.timetable.maxRuns} runs is reached before it: ${Math.max(0, left)} are left.`,
    )
  }
  if (inForce.state === 'ended') return no('will_not_run', 'The job has ended.')
  return { verdict: 'will_run', sentences: [`It will run at ${instant(at)}.`] }
}

const withoutRow = (facts: ExplainFacts): Explanation => {
  const { at, inForce, isPlanned } = facts
  if (isPlanned)
    return no('waiting', 'It is due, and no server has taken it yet; it is in the plan and will be accounted for.')
  if (inForce.state === 'paused' && inForce.pausedAt !== null && at >= inForce.pausedAt) {
    const until =
      inForce.untilAt === null
        ? 'Its row is written when the job is resumed'
        : `It was left at ${instant(inForce.untilAt)}`
    return { verdict: 'missed', sentences: ['The job was paused.', ...paused(inForce), `${until}.`] }
  }
  if (runsLeft(inForce) <= 0) {
    return no('no_occurrence', `The maximum of ${inForce.timetable.maxRuns} runs had been reached.`)
  }
  if (facts.completeSince !== null && at < facts.completeSince) {
    return no(
      'forgotten',
      `What became of it was forgotten by age: the history of the job is whole since ${instant(facts.completeSince)}.`,
    )
  }
  return no('unaccounted', 'It should have a row and has none: the ledger has a gap, which `carillon audit` tells too.')
}

const runsLeft = ({ timetable, runs }: InForce): number =>
  timetable.maxRuns === undefined ? Number.POSITIVE_INFINITY : timetable.maxRuns - runs

const reasonOf = ({ reason }: ExecutionRow): string => (reason === null ? 'no reason is recorded' : REASONS[reason])

const because = (error: string | null): string => (error === null ? '.' : `: ${error.replace(/\.$/, '')}.`)

const lateness = ({ startedAt, scheduledFor }: ExecutionRow): string => {
  if (startedAt === null) return ''
  const lateMs = startedAt - scheduledFor
  return lateMs < LATE_MS
    ? ` It started ${Math.max(0, lateMs)} ms after its time.`
    : ` It started late, by ${lateMs / 1000} s.`
}

const from = ({ fromAt, untilAt }: InForce): string =>
  `from ${instant(fromAt)}${untilAt === null ? '' : ` to ${instant(untilAt)}`}`

const no = (verdict: Verdict, sentence: string): Explanation => ({ verdict, sentences: [sentence] })

const instant = (epochMs: number): string => new Date(epochMs).toISOString()
