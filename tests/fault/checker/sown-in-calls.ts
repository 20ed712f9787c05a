/** Faults of calls and runs that the checker must catch: lost, late, invented, repeated, out of order. */
import assert from 'node:assert/strict'
import type { Random } from '../support/random.ts'
import type { ExecutionRow, Fault, History, Receipt } from './history.ts'
import { calm, type Sown, withReceipts, withRow } from './sow.ts'

export const FAULTS_OF_CALLS: readonly Sown[] = [
  {
    rule: 'C1',
    fault: 'an occurrence without a row and without a call',
    sow: (history, random) => {
      const { executionId } = random.pick(calm(history))
      const without = withReceipts(history, (one) => (one.executionId === executionId ? [] : one))
      return withRow(without, executionId, () => null)
    },
  },
  {
    rule: 'C1',
    fault: 'a call that came three seconds late with nothing wrong',
    sow: (history, random) => {
      const chosen = random.pick(calm(history))
      return withReceipts(history, (one) =>
        one.executionId === chosen.executionId ? { ...one, at: one.at + 3000, answeredAt: one.at + 3005 } : one,
      )
    },
  },
  {
    rule: 'C1',
    fault: 'an occurrence written off as missed while the server was well',
    sow: (history, random) => {
      const { executionId } = random.pick(calm(history))
      const without = withReceipts(history, (one) => (one.executionId === executionId ? [] : one))
      return withRow(without, executionId, (row) => ({ ...row, status: 'missed', reason: 'misfire' }))
    },
  },
  {
    rule: 'C1',
    fault: 'an occurrence skipped for an overlap that was none',
    sow: (history, random) => {
      const chosen = random.pick(calm(history).filter((one) => one.path === '/fast'))
      const without = withReceipts(history, (one) => (one.executionId === chosen.executionId ? [] : one))
      return withRow(without, chosen.executionId, (row) => ({ ...row, status: 'skipped', reason: 'overlap' }))
    },
  },
  {
    rule: 'C1',
    fault: 'a range of missed occurrences that counts one too few',
    sow: (history) => {
      const missed = history.kept.executions.filter((row) => row.status === 'missed')
      const first = missed.find((row) => missed.some((other) => isNext(row, other)))
      const second = missed.find((row) => first !== undefined && isNext(first, row))
      assert.ok(first && second)
      const without = withRow(history, second.id, () => null)
      return withRow(without, first.id, (row) => ({ ...row, lastFor: second.scheduledFor, occurrences: 1 }))
    },
  },
  {
    rule: 'C2',
    fault: 'a call for an instant that the schedule does not name',
    sow: (history, random) => {
      const chosen = random.pick(calm(history))
      return withReceipts(history, (one) =>
        one === chosen ? { ...one, at: one.at + 100, scheduledFor: one.scheduledFor + 37 } : one,
      )
    },
  },
  {
    rule: 'C2',
    fault: 'a call that came before its time',
    sow: (history, random) => {
      const chosen = random.pick(calm(history))
      return withReceipts(history, (one) => (one === chosen ? { ...one, at: one.scheduledFor - 0.25 } : one))
    },
  },
  {
    rule: 'C2',
    fault: 'a call whose run the database does not know',
    sow: (history, random) => withRow(history, random.pick(calm(history)).executionId, () => null),
  },
  {
    rule: 'C2',
    fault: 'a success that nobody was called for',
    sow: (history, random) => {
      const { executionId } = random.pick(calm(history))
      return withReceipts(history, (one) => (one.executionId === executionId ? [] : one))
    },
  },
  {
    rule: 'C2',
    fault: 'one occurrence with two rows',
    sow: (history, random) => {
      const { executionId } = random.pick(calm(history))
      const row = history.kept.executions.find((one) => one.id === executionId)
      assert.ok(row)
      const twin = { ...row, id: 'twin', status: 'missed' as const }
      return { ...history, kept: { ...history.kept, executions: [...history.kept.executions, twin] } }
    },
  },
  {
    rule: 'C3',
    fault: 'a repeat with no kill between the calls',
    sow: (history, random) => {
      const chosen = random.pick(calm(history).filter((one) => one.path === '/fast'))
      const grown = withRow(history, chosen.executionId, (row) => ({ ...row, attempt: 2 }))
      return withReceipts(grown, (one) => (one === chosen ? [one, { ...one, at: one.at + 60, attempt: 2 }] : one))
    },
  },
  {
    rule: 'C3',
    fault: 'a repeat of a call that was answered long before the kill',
    sow: (history, random) => {
      const { first } = repeat(history, random)
      const [, kill] = history.faults as [Fault, Fault]
      return withReceipts(history, (one) =>
        one === first ? { ...one, at: kill.from - 1500, answeredAt: kill.from - 1000 } : one,
      )
    },
  },
  {
    rule: 'C3',
    fault: 'a repeat under at_most_once',
    sow: (history, random) => {
      const lost = random.pick(history.kept.executions.filter((row) => row.status === 'uncertain'))
      const grown = withRow(history, lost.id, (row) => ({ ...row, status: 'success', attempt: 2 }))
      return withReceipts(grown, (one) =>
        one.executionId === lost.id ? [one, { ...one, attempt: 2, at: (lost.finishedAt ?? 0) + 50 }] : one,
      )
    },
  },
  {
    rule: 'C4',
    fault: 'a repeat that carries the number of the first attempt',
    sow: (history, random) => {
      const { again } = repeat(history, random)
      return withReceipts(history, (one) => (one === again ? { ...one, attempt: 1 } : one))
    },
  },
  {
    rule: 'C4',
    fault: 'a number left out with nothing killed',
    sow: (history, random) => {
      const chosen = random.pick(calm(history).filter((one) => one.path === '/fast'))
      const grown = withRow(history, chosen.executionId, (row) => ({ ...row, attempt: 2 }))
      return withReceipts(grown, (one) => (one === chosen ? { ...one, attempt: 2 } : one))
    },
  },
  {
    rule: 'C4',
    fault: 'a finished run that became another one',
    sow: (history, random) =>
      withRow(history, random.pick(history.finished).id, (row) => ({ ...row, status: 'failed' })),
  },
  {
    rule: 'C4',
    fault: 'an outcome of a higher attempt than the run has',
    sow: (history, random) => {
      const stale = random.pick(history.kept.attempts)
      return withRow(history, stale.executionId, (row) => ({ ...row, attempt: 0 }))
    },
  },
]

/** A call that the second kill cut and that came again. */
const repeat = (history: History, random: Random): { first: Receipt; again: Receipt } => {
  const [, kill] = history.faults as [Fault, Fault]
  const again = history.receipts.filter((one) => one.attempt === 2 && one.at > kill.until && one.path === '/slow')
  const chosen = random.pick(again)
  const first = history.receipts.find((one) => one.executionId === chosen.executionId && one.attempt === 1)
  assert.ok(first)
  return { first, again: chosen }
}

const isNext = (a: ExecutionRow, b: ExecutionRow): boolean =>
  a.jobKey === b.jobKey && b.scheduledFor === a.scheduledFor + 1000
