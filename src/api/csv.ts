/** Comma-separated values (RFC 4180) that a spreadsheet opens without running anything that stands in them. */

export type Cell = string | number | boolean | null

/** One line. Texts are always quoted, numbers never: a number stays a number. */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(',')}\r\n`

const csvCell = (cell: Cell): string => {
  if (cell === null) return ''
  if (typeof cell !== 'string') return String(cell)
  return `"${harmless(cell).replaceAll('"', '""')}"`
}

// A spreadsheet takes these for the beginning of a formula, also behind what it strips or splits at: quotes, blanks and
// separators. The full-width forms count as the plain ones in some languages. OWASP: CSV injection.
const FORMULA = /^["'`\s,;|]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

/** The apostrophe says "text" to a spreadsheet; who reads by program takes one away in front of what looks like a formula. */
const harmless = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)

/** The text of a cell as it was before `csvLine` made it harmless. */
export const plainText = (cell: string): string =>
  cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell
