/** Makes the history of a run in which nothing went wrong but two kills: the ground on which the checker's tests sow faults. */
import { createRandom, type Random } from '../support/random.ts'
import type { AttemptRow, Call, DueRow, ExecutionRow, Fault, History, JobSpec, Receipt } from './history.ts'
import { type Timing, targetsOf } from './oracle.ts'

const BEGIN = Date.UTC(2026, 10, 23, 12)
const RUN_MS = 60_000
const CALL_MS = 20
const SLOW_MS = 400

type Kind = 'fast' | 'slow' | 'failing'
type Span = { readonly spec: JobSpec; readonly from: number; readonly until: number; readonly version: number }
type Plan = {
  readonly name: string
  readonly key: number
  readonly kind: Kind
  readonly spans: Span[]
  readonly calls: Call[]
}

export const healthyHistory = (seed: number): History => {
  const random = createRandom(seed)
  const faults = [15, 35].map((second): Fault => {
    // Half a second after a whole one: slow calls of that second are under way.
    const from = BEGIN + second * 1000 + random.between(50, 350)
    return { kind: 'kill', from, until: from + random.between(3200, 4000), allowanceMs: 3000 }
  })
  const plans = [...Array(12).keys()].map((index) => planOf(index, random, faults))
  const runs = plans.flatMap((plan) => runsOf(plan, faults, random))
  const executions = runs.map((run) => run.row)
  return {
    receipts: runs.flatMap((run) => run.receipts).toSorted((a, b) => a.at - b.at),
    calls: plans.flatMap((plan) => plan.calls).toSorted((a, b) => a.invokedAt - b.invokedAt),
    faults,
    kept: {
      jobs: plans.map(({ name, key, spans, calls }) => ({
        key,
        id: `id-${name}`,
        name,
        state: calls.at(-1)?.kind === 'delete' ? 'deleted' : calls.at(-1)?.kind === 'pause' ? 'paused' : 'active',
        scheduleVersion: spans.length,
        revision: spans.at(-1)?.spec.revision ?? '',
      })),
      executions,
      attempts: runs.flatMap((run) => run.attempts),
      due: plans.flatMap(dueOf),
    },
    finished: executions
      .filter((row) => row.finishedAt !== null && row.finishedAt < BEGIN + RUN_MS / 2)
      .map(({ id, status, attempt, finishedAt }) => ({ id, status, attempt, finishedAt })),
    stoppedAt: BEGIN + RUN_MS,
  }
}

/** Every job is created; every third one is edited, paused and resumed, or deleted on the way. */
const planOf = (index: number, random: Random, faults: readonly Fault[]): Plan => {
  const name = `job-${index}`
  const spans: Span[] = []
  const calls: Call[] = []
  let spec = specOf(index, 1, random)
  const call = (kind: Call['kind'], at: number): number => {
    const state = kind === 'pause' ? 'paused' : 'active'
    const seen = kind === 'delete' ? null : ({ revision: spec.revision, state } as const)
    const given = kind === 'create' || kind === 'update' ? spec : null
    calls.push({ job: name, kind, invokedAt: at - CALL_MS, endedAt: at + CALL_MS, result: 'ok', spec: given, seen })
    return at
  }
  const close = (at: number) => spans.push({ spec, from, until: at, version: spans.length + 1 })
  let from = call('create', BEGIN + random.between(100, 900))
  const change = BEGIN + random.between(24_000, 30_000)
  switch (index % 6) {
    case 0:
      close(call('pause', change))
      from = call('resume', change + 3000)
      break
    case 1:
      close(change)
      spec = specOf(index, 2, random)
      from = call('update', change)
      break
    case 2:
      close(call('delete', change))
      return { name, key: index, kind: kindOf(index), spans, calls }
    case 3: {
      // An update that a kill left unanswered, and a read that shows it had been made.
      const killed = faults[1]?.from ?? 0
      close(killed)
      spec = specOf(index, 2, random)
      calls.push({ job: name, kind: 'update', invokedAt: killed - 5, endedAt: killed, result: 'unknown', spec })
      call('read', (faults[1]?.until ?? 0) + 100)
      from = killed
      break
    }
  }
  close(Number.POSITIVE_INFINITY)
  return { name, key: index, kind: kindOf(index), spans, calls }
}

const kindOf = (index: number): Kind => (index < 6 ? 'slow' : index % 2 === 0 ? 'failing' : 'fast')

const specOf = (index: number, revision: number, random: Random): JobSpec => ({
  revision: String(revision),
  timing: timingOf(index, revision, random),
  delivery: index === 4 || index === 5 ? 'at_most_once' : 'at_least_once',
  tries: kindOf(index) === 'failing' ? 3 : 1,
})

const timingOf = (index: number, revision: number, random: Random): Timing => {
  if (index % 4 === 3 && index > 5)
    return { kind: 'cron', expression: revision === 1 ? '*/3 * * * * *' : '1-59/4 * * * * *' }
  return { kind: 'every', everyMs: revision === 1 ? 1000 : 1500, anchor: BEGIN + random.index(30) }
}

type Run = {
  readonly row: ExecutionRow
  readonly receipts: readonly Receipt[]
  readonly attempts: readonly AttemptRow[]
}

const runsOf = (plan: Plan, faults: readonly Fault[], random: Random): Run[] =>
  plan.spans.flatMap((span) => {
    const instants = targetsOf(span.spec.timing, span.from, Math.min(span.until, BEGIN + RUN_MS))
    return instants.map((at, index): Run => {
      const down = faults.find((fault) => at >= fault.from && at < fault.until)
      const next = instants[index + 1]
      if (down !== undefined && next !== undefined && next < down.until) return missedRun(plan, span, at, down.until)
      return ranRun({ plan, span, at, sentAt: Math.max(at, down?.until ?? 0) + random.between(1, 20), faults })
    })
  })

const missedRun = (plan: Plan, span: Span, at: number, seenAt: number): Run => ({
  row: { ...rowOf(plan, span, at), status: 'missed', reason: 'misfire', attempt: 0, finishedAt: seenAt },
  receipts: [],
  attempts: [],
})

type Sent = {
  readonly plan: Plan
  readonly span: Span
  readonly at: number
  readonly sentAt: number
  readonly faults: readonly Fault[]
}

const ranRun = ({ plan, span, at, sentAt, faults }: Sent): Run => {
  const row = rowOf(plan, span, at)
  const takes = plan.kind === 'slow' ? SLOW_MS : 5
  const receipt = (attempt: number, when: number, answered: boolean): Receipt => ({
    at: when,
    answeredAt: answered ? when + takes : null,
    executionId: row.id,
    jobId: `id-${plan.name}`,
    attempt,
    scheduledFor: at,
    trigger: 'schedule',
    path: `/${plan.kind}`,
  })
  const cut = faults.find((fault) => sentAt < fault.from && sentAt + takes > fault.from)
  if (cut !== undefined && span.spec.delivery === 'at_most_once')
    return {
      row: { ...row, status: 'uncertain', reason: 'node_lost', finishedAt: cut.until },
      receipts: [receipt(1, sentAt, false)],
      attempts: [],
    }
  const again = cut === undefined ? null : receipt(2, cut.until + 50, true)
  const failed = plan.kind === 'failing' && again === null ? receipt(2, sentAt + 200, true) : null
  const last = again ?? failed ?? receipt(1, sentAt, true)
  return {
    row: { ...row, status: 'success', attempt: last.attempt, finishedAt: (last.answeredAt ?? 0) + 2 },
    receipts: last.attempt === 1 ? [last] : [receipt(1, sentAt, again === null), last],
    attempts: failed === null ? [] : [{ executionId: row.id, number: 1, status: 'failed', finishedAt: sentAt + takes }],
  }
}

const rowOf = (plan: Plan, span: Span, at: number): ExecutionRow => ({
  id: `${plan.name}@${at}`,
  jobKey: plan.key,
  scheduleVersion: span.version,
  scheduledFor: at,
  lastFor: null,
  occurrences: 1,
  trigger: 'schedule',
  status: 'success',
  reason: null,
  attempt: 1,
  notBefore: null,
  finishedAt: null,
})

const dueOf = ({ key, spans }: Plan): DueRow[] => {
  const last = spans.at(-1)
  if (last === undefined || last.until !== Number.POSITIVE_INFINITY) return []
  const [nextRunAt] = targetsOf(last.spec.timing, BEGIN + RUN_MS, BEGIN + RUN_MS + 10_000)
  return nextRunAt === undefined ? [] : [{ nextRunAt, jobKey: key, scheduleVersion: spans.length }]
}
