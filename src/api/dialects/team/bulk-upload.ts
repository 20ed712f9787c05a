/** `POST /jobs/bulk-upload`: a sheet with a row for each job; those that are right are made, the others told. */
import type { DomainError } from '../../../domain/errors.ts'
import type { JobInput } from '../../../services/services.ts'
import { actorOf } from '../../routes/route.ts'
import { LARGEST_SHEET_BYTES, NoSheet, readSheet, type Sheet, type SheetRow } from '../../sheet.ts'
import { readUploads, type Upload } from '../../uploads.ts'
import { refusal, TeamRefusal } from './errors.ts'
import { inJobWords } from './job-errors.ts'
import { knownOf, rulesOf } from './jobs.ts'
import { namedInRow, sheetJobFrom } from './sheet-row.ts'
import { about, type TeamRoutes } from './surface.ts'

const LONGEST_MS = 120_000
const YES: readonly string[] = ['1', 'true', 'yes', 'y', 'on']

type Right = { readonly row: SheetRow; readonly input: JobInput }
type RowError = { readonly row: SheetRow; readonly refusal: TeamRefusal }

/** To be registered on a scope of their own: nothing but uploads is read there. */
export const bulkUploadRoutes: TeamRoutes = (scope, context) => {
  const { surface, services } = context
  readUploads(scope, LARGEST_SHEET_BYTES)

  const route = {
    ...about('jobs', 'Create jobs from a CSV file', 'writer'),
    bodyLimit: LARGEST_SHEET_BYTES,
    handlerTimeout: LONGEST_MS,
  }
  scope.post('/jobs/bulk-upload', route, async (request, reply) => {
    const actor = actorOf(request)
    const { file = null, fields = {} } = (request.body ?? {}) as Partial<Upload>
    if (file === null) throw refusal(400, 'Missing file', 'Send the CSV as the field "file" of a form.')
    const isDry = YES.includes(fields.dry_run?.trim().toLowerCase() ?? '')
    const rules = rulesOf(context)
    const defaultOwner = fields.default_github_owner?.trim() || rules.defaultOwner
    const sheet = sheetOf(file)

    const seen = new Set<string>()
    const right: Right[] = []
    const errors: RowError[] = []
    for (const row of sheet.rows) {
      try {
        right.push({
          row,
          input: sheetJobFrom(
            row,
            await knownOf(context, actor, namedInRow(row), null),
            { ...rules, defaultOwner },
            seen,
          ),
        })
      } catch (error) {
        if (!(error instanceof TeamRefusal)) throw error
        errors.push({ row, refusal: error })
      }
    }
    const { made, faults } = await services.importEach(
      actor,
      { count: right.length, rowAt: (at) => (right[at] as Right).input },
      { dryRun: isDry, mayBeOver: true },
    )
    for (const { row, error } of faults) errors.push({ row: (right[row] as Right).row, refusal: inWords(error) })

    const isFailed = made.length === 0 && errors.length > 0
    return reply.code(isFailed && surface.generation === 2 ? 400 : 200).send({
      message: isDry ? 'CSV validated successfully' : 'Bulk upload processed',
      ...(isFailed && surface.generation === 2 && { error: isDry ? 'CSV validation failed' : 'Bulk upload failed' }),
      dry_run: isDry,
      stats: statsOf(sheet),
      created_count: isDry ? 0 : made.length,
      error_count: errors.length,
      errors: errors.sort((a, b) => a.row.line - b.row.line).map(errorToTeam),
      jobs: made.map(({ row, id, name }) => jobToTeam(right[row] as Right, isDry ? null : id, name)),
    })
  })
}

/** `id` null: only checked. */
const jobToTeam = ({ row, input: { enabled, timetable, endsOn } }: Right, id: string | null, name: string) => {
  if (id !== null) return { id, name, is_active: enabled }
  const [schedule] = timetable.schedules
  const expression = schedule?.kind === 'cron' ? schedule.expression : null
  const { team } = namedInRow(row)
  return { name, is_active: enabled, cron_expression: expression, end_date: endsOn, pic_team: team }
}

const sheetOf = (file: Uint8Array): Sheet => {
  try {
    return readSheet(file)
  } catch (error) {
    if (!(error instanceof NoSheet)) throw error
    throw refusal(400, 'Invalid CSV', WORDS[error.reason] ?? error.message)
  }
}

const WORDS: Partial<Record<NoSheet['reason'], string>> = {
  empty: 'CSV is empty.',
  nameless: 'CSV header row has no usable column names.',
}

const inWords = (error: DomainError): TeamRefusal => {
  try {
    return inJobWords()(error)
  } catch (thrown) {
    if (thrown instanceof TeamRefusal) return thrown
    return refusal(400, 'Validation error', error.message)
  }
}

const statsOf = (sheet: Sheet) => ({
  original_column_count: sheet.columnCount,
  original_row_count: sheet.rowCount,
  removed_column_count: sheet.columnCount - sheet.columns.length,
  removed_empty_row_count: sheet.rowCount - sheet.rows.length,
})

const errorToTeam = ({ row, refusal: { title, message } }: RowError) => ({
  row: row.line,
  job_name: namedInRow(row).name,
  error: title,
  message,
})
