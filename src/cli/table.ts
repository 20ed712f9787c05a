/** Rows for people: aligned, and cut to the width of the terminal where the text is longest. */
import { safe } from './safe-text.ts'
import type { Paint } from './terminal.ts'
import { cutTo, padTo, widthOf } from './text-width.ts'

export type Column<Row> = {
  readonly title: string
  readonly of: (row: Row) => string | null
  readonly align?: 'left' | 'right'
  /** Ids and times are of no use when cut. */
  readonly whole?: true
  readonly paint?: (row: Row) => Paint | undefined
}

const GAP = '  '
const NARROWEST = 8
const NOTHING = '-'

export type TableStyle = { readonly width: number; readonly paint: (style: Paint, text: string) => string }

export const table = <Row>(rows: readonly Row[], columns: readonly Column<Row>[], style: TableStyle): string => {
  const cells = rows.map((row) => columns.map((column) => safe(column.of(row) ?? NOTHING)))
  const natural = columns.map((column, at) =>
    Math.max(widthOf(column.title), ...cells.map((line) => widthOf(line[at] ?? ''))),
  )
  const widths = fitted(
    natural,
    columns.map(({ whole }) => whole === true),
    style.width,
  )
  const line = (texts: readonly string[], paint: (text: string, at: number) => string): string =>
    texts
      .map((text, at) => {
        const cut = cutTo(widths[at] ?? 0, text)
        const isLast = at === texts.length - 1 && columns[at]?.align !== 'right'
        return paint(isLast ? cut : padTo(widths[at] ?? 0, cut, columns[at]?.align), at)
      })
      .join(GAP)

  const title = line(
    columns.map((column) => column.title.toUpperCase()),
    (text) => style.paint('dim', text),
  )
  const body = rows.map((row, index) =>
    line(cells[index] ?? [], (text, at) => {
      const colour = columns[at]?.paint?.(row)
      return colour === undefined ? text : style.paint(colour, text)
    }),
  )
  return [title, ...body].join('\n')
}

/** Takes what is too much from the widest column that may be cut, until all fit or none can give. */
const fitted = (natural: readonly number[], whole: readonly boolean[], width: number): readonly number[] => {
  const widths = [...natural]
  let excess = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1) - width
  while (excess > 0) {
    const givers = widths.map((each, at) => (whole[at] || each <= NARROWEST ? 0 : each))
    const widest = Math.max(...givers)
    if (widest === 0) return widths
    const at = givers.indexOf(widest)
    const next = Math.max(NARROWEST, ...givers.filter((each) => each < widest))
    const given = Math.max(1, Math.min(excess, widest - next))
    widths[at] = widest - given
    excess -= given
  }
  return widths
}

/** One thing, a line for each of its fields. */
export const facts = (pairs: readonly (readonly [string, string | null | undefined])[], style: TableStyle): string => {
  const shown = pairs.filter(([, value]) => value !== undefined)
  const width = Math.max(...shown.map(([name]) => widthOf(name)))
  return shown.map(([name, value]) => `${style.paint('dim', padTo(width, name))}  ${safe(value ?? NOTHING)}`).join('\n')
}
