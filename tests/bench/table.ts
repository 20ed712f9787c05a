/** Prints rows as one table for a terminal, and numbers as people read them. */
import { type Row, verdictOf } from './row.ts'

const HEADS = ['goal', 'what', 'ours', 'limit or peer', 'held', 'must', 'aim', 'verdict', 'foreign'] as const

export const tableOf = (rows: readonly Row[]): string => {
  const lines = [[...HEADS], ...rows.map(cellsOf)]
  const widths = HEADS.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? '').length)))
  const written = lines.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  return [written[0], rule, ...written.slice(1)].join('\n')
}

const cellsOf = (row: Row): string[] => {
  const sign = row.bound === 'most' ? '<= ' : '>= '
  const goal = (value: number | null) => (value === null ? '' : `${sign}${figure(value)}`)
  return [
    row.goal,
    row.what,
    row.ours,
    row.limit,
    row.ratio === null ? '' : figure(row.ratio),
    goal(row.must),
    goal(row.aim),
    verdictOf(row),
    row.foreign === undefined ? '' : row.foreign.toFixed(2),
  ]
}

/** Three digits that count: 0.0123, 1.23, 12.3, 123, 12345. */
export const figure = (value: number): string => {
  if (!Number.isFinite(value)) return '-'
  if (Math.abs(value) >= 100) return value.toFixed(0)
  return String(Number(value.toPrecision(3)))
}
