/** Faults of writes and plans that the checker must catch: undone, unheeded, left over. */
import assert from 'node:assert/strict'
import type { Random } from '../support/random.ts'
import type { Call, History } from './history.ts'
import { calm, type Sown, withRow } from './sow.ts'

export const FAULTS_OF_WRITES: readonly Sown[] = [
  {
    rule: 'C5',
    fault: 'an acknowledged create that is gone',
    sow: (history, random) => {
      const name = jobNamed(history, 'create', random)
      const jobs = history.kept.jobs.filter((row) => row.name !== name || row.state === 'deleted')
      const gone = jobs.length < history.kept.jobs.length ? jobs : jobs.slice(1)
      return { ...history, kept: { ...history.kept, jobs: gone } }
    },
  },
  {
    rule: 'C5',
    fault: 'an acknowledged update that is undone',
    sow: (history, random) => {
      const name = jobNamed(history, 'update', random)
      const jobs = history.kept.jobs.map((row) => (row.name === name ? { ...row, revision: '1' } : row))
      return { ...history, kept: { ...history.kept, jobs } }
    },
  },
  {
    rule: 'C5',
    fault: 'an acknowledged delete that is present',
    sow: (history, random) => {
      const name = jobNamed(history, 'delete', random)
      const jobs = history.kept.jobs.map((row) => (row.name === name ? { ...row, state: 'active' as const } : row))
      return { ...history, kept: { ...history.kept, jobs } }
    },
  },
  {
    rule: 'C5',
    fault: 'a read that shows neither what was before an unanswered update nor what came of it',
    sow: (history, random) => {
      const name = jobNamed(history, 'read', random)
      const seen = { revision: '9', state: 'active' } as const
      const calls = history.calls.map((call) => (call.job === name && call.kind === 'read' ? { ...call, seen } : call))
      return { ...history, calls }
    },
  },
  {
    rule: 'C6',
    fault: 'a call for an instant after an acknowledged pause',
    sow: (history, random) => {
      const name = jobNamed(history, 'pause', random)
      return moved(history, name, startOf(history, name, 'pause'), 2)
    },
  },
  {
    rule: 'C6',
    fault: 'a call for an instant after an acknowledged delete',
    sow: (history, random) => {
      const name = jobNamed(history, 'delete', random)
      return moved(history, name, startOf(history, name, 'delete'), 5)
    },
  },
  {
    rule: 'C7',
    fault: 'a call under the old revision after an acknowledged edit',
    sow: (history, random) => {
      const name = random.pick(gridEdits(history)).job
      return oddlyMoved(history, name, random)
    },
  },
  {
    rule: 'C7',
    fault: 'a call under the new revision before its edit',
    sow: (history, random) => {
      const edit = random.pick(gridEdits(history))
      return early(history, edit.job, edit.invokedAt)
    },
  },
  {
    rule: 'C8',
    fault: 'a run left running',
    sow: (history, random) =>
      withRow(history, random.pick(calm(history)).executionId, (row) => ({ ...row, status: 'running' })),
  },
  {
    rule: 'C8',
    fault: 'a run that waits and is never taken',
    sow: (history, random) =>
      withRow(history, random.pick(calm(history)).executionId, (row) => ({ ...row, status: 'pending' })),
  },
  {
    rule: 'C8',
    fault: 'an active job without a next instant',
    sow: (history, random) => {
      const { jobKey } = random.pick(history.kept.due)
      return { ...history, kept: { ...history.kept, due: history.kept.due.filter((row) => row.jobKey !== jobKey) } }
    },
  },
]

const jobNamed = (history: History, kind: string, random: Random): string =>
  random.pick(history.calls.filter((call) => call.kind === kind)).job

const startOf = (history: History, job: string, kind: string): number =>
  history.calls.find((call) => call.job === job && call.kind === kind)?.invokedAt ?? 0

/** Answered edits from one grid of instants to another. */
const gridEdits = (history: History): readonly Call[] =>
  history.calls.filter((call) => call.kind === 'update' && call.result === 'ok' && call.spec?.timing.kind === 'every')

/** Copies the job's last call for an instant up to `before`, and its row, to a later instant of the same grid. */
const moved = (history: History, job: string, before: number, byPeriods: number): History => {
  const receipt = history.receipts.findLast((one) => one.jobId === `id-${job}` && one.scheduledFor <= before)
  const timing = history.calls.find((call) => call.job === job && call.kind === 'create')?.spec?.timing
  const row = history.kept.executions.find((one) => one.id === receipt?.executionId)
  assert.ok(receipt && row && timing?.kind === 'every')
  const shift = byPeriods * timing.everyMs
  const scheduledFor = receipt.scheduledFor + shift
  const copy = { ...receipt, executionId: 'stray', at: receipt.at + shift, scheduledFor }
  return {
    ...history,
    receipts: [...history.receipts, copy],
    kept: { ...history.kept, executions: [...history.kept.executions, { ...row, id: 'stray', scheduledFor }] },
  }
}

/** The first instant of the old grid after the edit that the new grid does not name as well. */
const oddlyMoved = (history: History, job: string, random: Random): History => {
  const [create, update] = history.calls.filter((call) => call.job === job && call.spec !== null)
  const from = create?.spec?.timing
  const to = update?.spec?.timing
  assert.ok(from?.kind === 'every' && to?.kind === 'every' && update)
  const last = history.receipts.findLast((one) => one.jobId === `id-${job}` && one.scheduledFor < update.invokedAt)
  assert.ok(last)
  for (let periods = 2 + random.index(3); ; periods++) {
    const at = last.scheduledFor + periods * from.everyMs
    if ((at - to.anchor) % to.everyMs !== 0) return moved(history, job, last.scheduledFor, periods)
  }
}

const early = (history: History, job: string, editedAt: number): History => {
  const spec = history.calls.find((call) => call.job === job && call.kind === 'update')?.spec
  const old = history.calls.find((call) => call.job === job && call.kind === 'create')?.spec
  const sample = history.receipts.find((one) => one.jobId === `id-${job}`)
  const row = history.kept.executions.find((one) => one.id === sample?.executionId)
  assert.ok(spec?.timing.kind === 'every' && old?.timing.kind === 'every' && sample && row)
  const { everyMs, anchor } = spec.timing
  let at = anchor + Math.floor((editedAt - 3000 - anchor) / everyMs) * everyMs
  while ((at - old.timing.anchor) % old.timing.everyMs === 0) at -= everyMs
  return {
    ...history,
    receipts: [...history.receipts, { ...sample, executionId: 'early', scheduledFor: at, at: at + 3 }],
    kept: { ...history.kept, executions: [...history.kept.executions, { ...row, id: 'early', scheduledFor: at }] },
  }
}
