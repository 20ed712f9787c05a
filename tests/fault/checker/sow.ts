/** Ways to spoil a healthy history a little, for those who test the checker. */
import type { Random } from '../support/random.ts'
import type { Rule } from './checker.ts'
import type { ExecutionRow, History, Receipt } from './history.ts'

export type Sown = {
  readonly rule: Rule
  readonly fault: string
  readonly sow: (history: History, random: Random) => History
}

/** Away from kills, first tries only: there every call has to be as it should. */
export const calm = ({ receipts, faults, stoppedAt }: History): Receipt[] =>
  receipts.filter(
    ({ at, attempt }) =>
      attempt === 1 &&
      at < stoppedAt - 8000 &&
      faults.every(({ from, until }) => at < from - 5000 || at > until + 6000),
  )

export const withRow = (history: History, id: string, change: (row: ExecutionRow) => ExecutionRow | null): History => ({
  ...history,
  kept: {
    ...history.kept,
    executions: history.kept.executions.flatMap((row) => (row.id === id ? (change(row) ?? []) : [row])),
  },
})

export const withReceipts = (
  history: History,
  change: (receipt: Receipt) => Receipt | readonly Receipt[],
): History => ({
  ...history,
  receipts: history.receipts.flatMap((receipt) => change(receipt)),
})
