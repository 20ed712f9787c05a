/** Reads a sheet (comma-separated values, RFC 4180) as people export it: with a BOM, blank rows and columns, and cells of several lines. */
import { CsvError, type Info, parse } from 'csv-parse/sync'
import { DomainError } from '../domain/errors.ts'
import { plainText } from './csv.ts'

export type SheetRow = {
  /** The line of the file on which it begins, from 1. */
  readonly line: number
  /** Cells by the name of their column; what is blank is left out. */
  readonly cells: ReadonlyMap<string, string>
  /** Cells beyond the last column, which are not blank: mostly a comma that stands in no quotes. */
  readonly surplus: number
}

export type Sheet = {
  /** In lower case, with single blanks; those without a name are left out. */
  readonly columns: readonly string[]
  /** Without blank ones. */
  readonly rows: readonly SheetRow[]
  /** As they stand in the file. */
  readonly columnCount: number
  readonly rowCount: number
}

/** What one request may bring. */
export const LARGEST_SHEET_BYTES = 8 * 1024 * 1024
const MOST_ROWS = 10_000
const MOST_COLUMNS = 200
const LONGEST_CELL = 70_000

/** `invalid`, with the field `file`: nothing of it can be read. */
export class NoSheet extends DomainError {
  readonly reason: 'empty' | 'nameless' | 'wrong'

  constructor(reason: NoSheet['reason'], value: unknown, message: string) {
    const shown = value === undefined ? '' : ` ${JSON.stringify(value)}:`
    super('invalid', `file:${shown} ${message}`, { errors: [{ field: 'file', value, message }] })
    this.name = 'NoSheet'
    this.reason = reason
  }
}

/** Throws NoSheet. */
export const readSheet = (bytes: Uint8Array): Sheet => {
  const records = recordsOf(textOf(bytes))
  const header = records.shift()
  if (header === undefined)
    throw new NoSheet('empty', undefined, 'the sheet is empty: a line with the names of its columns is needed')
  const names = header.record.map(columnName)
  const columns = names.filter((name) => name !== '')
  if (columns.length === 0) throw new NoSheet('nameless', header.record[0], 'no column of the first line has a name')
  if (names.length > MOST_COLUMNS) throw new NoSheet('wrong', names.length, `at most ${MOST_COLUMNS} columns`)
  const twice = columns.find((name, index) => columns.indexOf(name) !== index)
  if (twice !== undefined) throw new NoSheet('wrong', twice, 'this column comes twice; leave one of them')
  if (records.length > MOST_ROWS) throw new NoSheet('wrong', records.length, `at most ${MOST_ROWS} rows at once`)
  const rows: SheetRow[] = []
  for (const { record, line } of records) {
    if (record.every(isBlank)) continue
    const cells = new Map<string, string>()
    names.forEach((name, index) => {
      const cell = record[index] ?? ''
      if (name === '' || isBlank(cell)) return
      if (cell.length > LONGEST_CELL)
        throw new NoSheet('wrong', `line ${line}, ${name}`, `a cell has at most ${LONGEST_CELL} characters`)
      cells.set(name, plainText(cell))
    })
    rows.push({ line, cells, surplus: record.slice(names.length).filter((cell) => !isBlank(cell)).length })
  }
  return { columns, rows, columnCount: names.length, rowCount: records.length }
}

const isBlank = (cell: string): boolean => cell.trim() === ''

const columnName = (cell: string): string => cell.trim().replace(/\s+/g, ' ').toLowerCase()

const textOf = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new NoSheet('wrong', undefined, 'it is not UTF-8; save it as "CSV UTF-8"')
  }
}

type Line = { readonly line: number; readonly record: readonly string[] }

/** Lines are counted here: csv-parse takes a CRLF inside quotes for two. */
const recordsOf = (text: string): Line[] => {
  const bytes = Buffer.from(text)
  let line = 1
  let from = 0
  return parsed(text).map(({ record, info }) => {
    const one = { line, record }
    line += breaksIn(bytes.subarray(from, info.bytes))
    from = info.bytes
    return one
  })
}

const breaksIn = (bytes: Buffer): number => bytes.toString('latin1').match(/\r\n|\n|\r/g)?.length ?? 0

type Parsed = { readonly record: string[]; readonly info: Info }

const parsed = (text: string): readonly Parsed[] => {
  try {
    return parse(text, {
      delimiter: delimiterOf(text),
      record_delimiter: ['\r\n', '\n', '\r'],
      info: true,
      // A body such as {"a":1} without quotes around it, as hand-made sheets have it.
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: false,
    }) as unknown as readonly Parsed[]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new NoSheet('wrong', `line ${Number(error.lines)}`, 'a quote is not closed; inside a cell write it twice')
  }
}

/** Spreadsheets of some languages write semicolons or tabs; the names of the columns show which. */
const delimiterOf = (text: string): string => {
  const [first = ''] = text.split(/[\r\n]/, 1)
  const count = (sign: string) => first.split(sign).length
  return [';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best), ',')
}
