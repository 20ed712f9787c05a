/** The rows of a sheet as jobs: what each column means, and what is told of rows that are wrong. Pure. */
import { DomainError, invalid } from '../../domain/errors.ts'
import type { Imported, JobInput, RowFault } from '../../services/services.ts'
import type * as wire from '../contract/job-sheet.ts'
import { parseJson } from '../json-body.ts'
import { problemOf } from '../problems.ts'
import type { Sheet, SheetRow } from '../sheet.ts'
import { importedJob } from './job-many.ts'
import type { Ground } from './timetables.ts'

const GITHUB = ['github_owner', 'github_repo', 'github_workflow'] as const
const READ = [
  'name',
  'description',
  'cron',
  'time_zone',
  'state',
  'url',
  'method',
  'body',
  ...GITHUB,
  'branch',
  'category',
  'team',
  'ends_on',
  'metadata',
] as const
type Column = (typeof READ)[number]

/** Columns of an export that the server sets: they may stand there, and mean nothing. */
const SET_BY_SERVER: readonly string[] = [
  'id',
  'owner_id',
  'schedule',
  'next_run_at',
  'last_run_at',
  'last_status',
  'target_kind',
  'version',
  'created_at',
  'updated_at',
]

/** Throws `invalid` for a column that nothing is known of: it would be lost in silence. */
export const checkColumns = ({ columns }: Sheet): void => {
  const known: readonly string[] = [...READ, ...SET_BY_SERVER]
  const unknown = columns.find((name) => !known.includes(name))
  if (unknown !== undefined) throw invalid('file', unknown, `no such column; there are ${READ.join(', ')}`)
  for (const needed of ['name', 'cron'])
    if (!columns.includes(needed)) throw invalid('file', columns.join(','), `a column \`${needed}\` is needed`)
}

/** Throws a DomainError for a row that is wrong. */
export const sheetJob = ({ cells, surplus }: SheetRow, ground: Ground): JobInput => {
  if (surplus > 0)
    throw invalid('row', surplus, 'cells behind the last column: put cells that hold a comma into double quotes')
  const cell = (name: Column): string | undefined => cells.get(name)?.trim()
  const zone = cell('time_zone')
  return importedJob(
    given({
      name: cell('name'),
      description: cell('description'),
      schedules: [given({ kind: 'cron', expression: cell('cron') })],
      time_zone: zone,
      target: targetOf(cell, cells.get('body')),
      category: cell('category'),
      team: cell('team'),
      ends_on: cell('ends_on'),
      metadata: jsonIn('metadata', cell('metadata')),
      enabled: enabledIn(cell('state')),
    }),
    {},
    ground,
  )
}

const targetOf = (cell: (name: Column) => string | undefined, body: string | undefined) => {
  const named = GITHUB.filter((name) => cell(name) !== undefined)
  const url = cell('url')
  if (named.length === 0) return given({ kind: 'http', url, method: cell('method')?.toUpperCase(), body: bodyOf(body) })
  const missing = GITHUB.find((name) => cell(name) === undefined)
  if (missing !== undefined) throw invalid(missing, undefined, `give it too, since the row has ${named.join(' and ')}`)
  for (const other of ['url', 'method', 'body'] as const)
    if (cell(other) !== undefined) throw invalid(other, cell(other), 'a workflow of GitHub has none; leave it blank')
  const [owner, repo, workflow] = GITHUB.map(cell)
  return given({ kind: 'github', owner, repo, workflow, ref: cell('branch') })
}

/** JSON where it is JSON, else text. */
const bodyOf = (text: string | undefined) => {
  if (text === undefined) return undefined
  if (!/^\s*[[{]/.test(text)) return { type: 'text', content: text }
  return { type: 'json', content: jsonIn('body', text) }
}

const jsonIn = (column: Column, text: string | undefined): unknown => {
  if (text === undefined) return undefined
  try {
    return parseJson(Buffer.from(text))
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    throw invalid(column, text, error.message.replace('The body is', 'the cell is'))
  }
}

const enabledIn = (state: string | undefined): boolean | undefined => {
  if (state === undefined) return undefined
  const word = state.toLowerCase()
  if (word === 'active') return true
  if (word === 'paused' || word === 'ended') return false
  throw invalid('state', state, 'write active or paused')
}

const given = (members: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

export const sheetToWire = (
  sheet: Sheet,
  { made, faults }: { readonly made: readonly Imported[]; readonly faults: readonly RowFault[] },
  { dryRun, requestId }: { readonly dryRun: boolean; readonly requestId: string },
): wire.JobSheetResult => {
  const lineAt = (row: number): number => sheet.rows[row]?.line ?? 0
  return {
    dry_run: dryRun,
    made: made.length,
    refused: faults.length,
    blank_rows: sheet.rowCount - sheet.rows.length,
    items: made.map(({ row, id, name }) => ({ line: lineAt(row), id: dryRun ? null : id, name })),
    errors: faults.flatMap(({ row, error }) => {
      const at = { line: lineAt(row), name: sheet.rows[row]?.cells.get('name') ?? null }
      if (error.errors.length === 0)
        return [{ ...at, field: null, message: problemOf(error, { requestId, exposeDetails: false }).detail }]
      return error.errors.map(({ field, message }) => ({ ...at, field: field || null, message }))
    }),
  }
}
