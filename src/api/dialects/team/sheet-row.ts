/** A row of an uploaded sheet as a new job, or the first thing that is wrong with it, in the order of the document. Pure. */
import type { JsonObject } from '../../../domain/json.ts'
import type { JobInput } from '../../../services/services.ts'
import { parseJson } from '../../json-body.ts'
import type { SheetRow } from '../../sheet.ts'
import { isFields } from './body.ts'
import { refusal } from './errors.ts'
import { type Known, newJobOf } from './job-body.ts'
import {
  calledFrom,
  categoryFrom,
  cronFrom,
  duplicateName,
  endDateFrom,
  type JobRules,
  NOTHING_CALLED,
  refuseHalf,
  teamFrom,
  teamMissing,
} from './job-rules.ts'

/** Every name that a column may have. */
const COLUMNS = {
  name: ['job name', 'name'],
  cron: ['cron schedule (jst)', 'cron expression', 'cron schedule', 'cron', 'cron_expression'],
  active: ['status', 'is_active', 'active'],
  url: ['target url', 'target_url', 'url'],
  owner: ['github owner', 'owner', 'github_owner'],
  repo: ['repo', 'github repo', 'github_repo'],
  workflow: ['workflow name', 'github workflow name', 'github_workflow_name'],
  dispatch: ['dispatch url', 'dispatch_url'],
  category: ['category', 'job category', 'job_category'],
  endDate: ['end date', 'end_date'],
  team: ['pic team', 'pic_team', 'pic team slug', 'pic_team_slug'],
  branch: ['branch', 'ref'],
  body: ['request body', 'request_body', 'metadata'],
} as const

const INACTIVE: readonly string[] = ['disable', 'disabled', 'inactive', 'false', '0', 'no', 'n', 'off']

/** Trimmed; null where it is blank in all columns of these names. */
const cellOf = ({ cells }: SheetRow, what: keyof typeof COLUMNS): string | null => {
  for (const name of COLUMNS[what]) {
    const cell = cells.get(name)
    if (cell !== undefined) return cell.trim()
  }
  return null
}

export const namedInRow = (row: SheetRow) => ({
  name: cellOf(row, 'name'),
  category: cellOf(row, 'category'),
  team: cellOf(row, 'team'),
})

/** `seen`: names of the rows above; this one's is added once its category, date and team are right. Throws a TeamRefusal. */
export const sheetJobFrom = (row: SheetRow, known: Known, rules: JobRules, seen: Set<string>): JobInput => {
  if (row.surplus > 0)
    throw refusal(400, 'Invalid row', 'It has more cells than columns: put cells that hold a comma into double quotes.')
  const dispatch = cellOf(row, 'dispatch')
  // Asked first, and once more with all that is called: only the order is wanted here.
  if (dispatch !== null) calledFrom({ dispatch_url: dispatch }, NOTHING_CALLED, null)
  const { name, category, team } = namedInRow(row)
  const categoryId = category === null ? undefined : categoryFrom(category, known.category)
  const endsOn = endDateIn(cellOf(row, 'endDate'), rules)
  if (team === null && rules.surface.generation === 2) throw teamMissing()
  const teamId = team === null ? undefined : teamFrom(team, known.team)
  const cron = cellOf(row, 'cron')
  if (name === null || cron === null)
    throw missing([...(name === null ? ['name'] : []), ...(cron === null ? ['cron_expression'] : [])])
  if (seen.has(name))
    throw refusal(400, 'Duplicate job name in CSV', `The name "${name}" comes more than once in this file.`)
  seen.add(name)
  if (known.nameTaken) throw duplicateName(name)
  const expression = cronFrom(cron, rules)
  const metadata = metadataIn(row)
  const called = calledFrom(calledIn(row, dispatch), NOTHING_CALLED, rules.defaultOwner)
  if (called.owner === null && called.repo !== null && called.workflow !== null)
    throw refusal(
      400,
      'Missing GitHub owner',
      'Give the owner in its column, as owner/repo, or as default_github_owner.',
    )
  refuseHalf(called, 'Give a Target URL, or Repo and Workflow Name.')
  const active = cellOf(row, 'active')
  return newJobOf(
    {
      name,
      expression,
      called,
      metadata,
      category: categoryId,
      team: teamId,
      endsOn,
      enabled: active === null || !INACTIVE.includes(active.toLowerCase()),
      mail: null,
    },
    rules,
  )
}

const missing = (fields: readonly string[]) =>
  refusal(400, 'Missing required fields', `Missing: ${fields.join(', ')}.`, { missing_fields: fields })

const endDateIn = (text: string | null, rules: JobRules): string => {
  if (text !== null) return endDateFrom(text, rules)
  if (rules.needsEndDate) throw missing(['end_date'])
  return rules.defaultEndDate
}

/** `owner/repo` in the column of the repository names both. */
const calledIn = (row: SheetRow, dispatch: string | null): Record<string, string | null | undefined> => {
  const [first = null, second] = cellOf(row, 'repo')?.split('/') ?? []
  const owner = cellOf(row, 'owner')
  return {
    target_url: cellOf(row, 'url') ?? undefined,
    github_owner: second === undefined ? owner : (owner ?? first),
    github_repo: second ?? first,
    github_workflow_name: cellOf(row, 'workflow'),
    dispatch_url: dispatch ?? undefined,
  }
}

/** The branch joins the body, unless the body names one. */
const metadataIn = (row: SheetRow): JsonObject => {
  const text = cellOf(row, 'body')
  const branch = cellOf(row, 'branch')
  const body = text === null ? {} : jsonIn(text)
  if (!isFields(body)) throw refusal(400, 'Invalid Request Body', 'Request Body must be a JSON object.')
  return (branch === null || 'branchDetails' in body ? body : { ...body, branchDetails: branch }) as JsonObject
}

const jsonIn = (text: string): unknown => {
  try {
    return parseJson(Buffer.from(text))
  } catch {
    throw refusal(400, 'Invalid JSON in Request Body', `Not JSON: ${text.slice(0, 100)}`)
  }
}
