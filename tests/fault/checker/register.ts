/** What a job may have become, given the calls on it: every course of events that fits the answers, and when it was due to fire in each. */
import { isDeepStrictEqual } from 'node:util'
import type { Call, JobSpec, Seen } from './history.ts'

/** One course of events: the writes that took effect, and what they left. */
type Life = { readonly applied: readonly Call[]; readonly value: Value }
type Value = { readonly spec: JobSpec; readonly state: 'active' | 'paused' } | null

/** A time during which one revision of a job was active. Its edges lie somewhere between the call and its answer. */
export type Era = {
  readonly spec: JobSpec
  readonly from: Edge
  readonly until: Edge
  /** What ended it; null: it lasts. */
  readonly endedBy: Call['kind'] | null
}
type Edge = { readonly earliest: number; readonly latest: number }

export type Story = {
  /** The eras of each possible life; more than one where an unanswered call cannot be told from the reads. */
  readonly lives: readonly (readonly Era[])[]
  /** The first answer that no course of events explains. */
  readonly contradiction: string | null
}

/** Far more unanswered calls in a row, without a read between, than a run makes. */
const MOST_LIVES = 64

/** `kept` is what the database holds at the end, read like one more answer. */
export const storyOf = (calls: readonly Call[], kept: Seen): Story => {
  let lives: readonly Life[] = [{ applied: [], value: null }]
  for (const call of calls) {
    const after = lives.flatMap((life) => coursesOf(life, call))
    const possible = after.filter((life) => call.seen === undefined || agrees(life.value, call.seen))
    if (possible.length === 0) {
      const contradiction = `${call.kind} at ${call.invokedAt} answered ${show(call.seen)}, possible ${showAll(after)}`
      return { lives: after.map(erasOf), contradiction }
    }
    if (possible.length > MOST_LIVES) throw new Error(`${call.job}: too many unanswered calls without a read`)
    lives = possible
  }
  const possible = lives.filter((life) => agrees(life.value, kept))
  if (possible.length > 0) return { lives: possible.map(erasOf), contradiction: null }
  return {
    lives: lives.map(erasOf),
    contradiction: `the database keeps ${show(kept)}, acknowledged ${showAll(lives)}`,
  }
}

const coursesOf = (life: Life, call: Call): readonly Life[] => {
  if (call.kind === 'read' || call.result === 'fail') return [life]
  const value = valueAfter(life.value, call)
  const took = { applied: [...life.applied, call], value }
  return call.result === 'ok' ? [took] : [life, took]
}

const valueAfter = (value: Value, { kind, spec }: Call): Value => {
  switch (kind) {
    case 'create':
      return spec && { spec, state: 'active' }
    case 'update':
      return value && spec && { ...value, spec }
    case 'pause':
      return value && { ...value, state: 'paused' }
    case 'resume':
      return value && { ...value, state: 'active' }
    case 'delete':
      return null
    case 'read':
      return value
  }
}

const agrees = (value: Value, seen: Seen): boolean =>
  value === null || seen === null ? value === seen : value.spec.revision === seen.revision && value.state === seen.state

const erasOf = ({ applied }: Life): readonly Era[] => {
  const eras: Era[] = []
  let value = null as Value
  let since = null as Edge | null
  for (const call of applied) {
    const edge = { earliest: call.invokedAt, latest: call.endedAt }
    const next = valueAfter(value, call)
    // Neither does an edit that leaves the schedule alone end an era, nor a pause of a paused job.
    if (next?.state === value?.state && isDeepStrictEqual(next?.spec.timing, value?.spec.timing)) {
      value = next
      continue
    }
    if (since !== null && value !== null) eras.push({ spec: value.spec, from: since, until: edge, endedBy: call.kind })
    value = next
    since = value?.state === 'active' ? edge : null
  }
  const lasting = { earliest: Number.POSITIVE_INFINITY, latest: Number.POSITIVE_INFINITY }
  if (since !== null && value !== null) eras.push({ spec: value.spec, from: since, until: lasting, endedBy: null })
  return eras
}

const show = (seen: Seen | undefined): string => (seen ? `${seen.revision} ${seen.state}` : 'no job')
const showAll = (lives: readonly Life[]): string =>
  lives.map(({ value }) => show(value && { revision: value.spec.revision, state: value.state })).join(' or ')
