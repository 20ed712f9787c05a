/** What each field of a job may be, in the words of the document; the order in which they are asked is that of `job-body.ts`. Pure. */
import { isDate } from '../../../domain/end-date.ts'
import { parseDispatchUrl, type Workflow } from '../../../domain/github.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { checkHttpTarget } from '../../../domain/target-rules.ts'
import { type CatalogView, timetableErrors } from '../../../services/services.ts'
import { type Fields, isFields, textOf } from './body.ts'
import { fiveFields } from './cron.ts'
import { refusal, type TeamRefusal } from './errors.ts'
import type { Surface } from './surface.ts'

export type JobRules = {
  readonly surface: Surface
  /** IANA name: cron expressions and end dates are read in it. */
  readonly timeZone: string
  /** The present date in that zone, such as 2026-12-31. */
  readonly today: string
  /** Of repositories that are named without one; null: they have to name one. */
  readonly defaultOwner: string | null
  /** Whether a job has to say when it ends. */
  readonly needsEndDate: boolean
  /** The end date of a job that does not say. */
  readonly defaultEndDate: string
}

/** An entry of the catalogue, as it was found by what a job names. */
export type Place = Pick<CatalogView, 'id' | 'slug' | 'active'>

/** Absent: the field is not there, null, or an empty text. */
export const isAbsent = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '')

export const nameFrom = (value: unknown): string => {
  if (typeof value !== 'string') throw refusal(400, 'Invalid name', '"name" must be a string.')
  if (value.trim() === '') throw refusal(400, 'Job name cannot be empty')
  return value.trim()
}

export const duplicateName = (name: string): TeamRefusal =>
  refusal(400, 'Duplicate job name', `A job with the name "${name}" already exists. Please use a unique name.`, {
    code: 'DUPLICATE_NAME',
  })

/** Five fields, with single blanks between them. */
export const cronFrom = (value: unknown, { timeZone }: Pick<JobRules, 'timeZone'>): string => {
  const expression = fiveFields(value)
  const faults = timetableErrors({ schedules: [{ kind: 'cron', expression, zone: timeZone }], zone: timeZone })
  if (faults.length === 0) return expression
  throw refusal(400, 'Invalid cron expression', faults.map(({ message }) => message).join('; '))
}

/** `given`: what the request names; `found`: what was found by that name. */
export const categoryFrom = (given: string, found: Place | null): string => {
  if (found === null) throw refusal(400, 'Invalid category', `No category found with slug or name: ${given}`)
  if (!found.active) throw refusal(400, 'Invalid category', `Category "${found.slug}" is disabled.`)
  return found.id
}

export const teamFrom = (given: string, found: Place | null): string => {
  if (found === null) throw refusal(400, 'Invalid PIC team', `No PIC team found with slug or name: ${given}`)
  if (!found.active) throw refusal(400, 'Invalid PIC team', `PIC team "${found.slug}" is disabled.`)
  return found.id
}

export const teamMissing = (): TeamRefusal => refusal(400, 'Invalid PIC team', '"pic_team" is required.')

/** Null and nothing are the empty object. */
export const metadataFrom = (value: unknown): JsonObject => {
  if (value === undefined || value === null) return {}
  if (!isFields(value)) throw refusal(400, 'Invalid metadata', '"metadata" must be a JSON object.')
  return value as JsonObject
}

export const booleanFrom = (name: string, value: unknown): boolean => {
  if (typeof value === 'boolean') return value
  throw refusal(400, `Invalid ${name}`, `"${name}" must be true or false.`)
}

/** A date that is not over. */
export const endDateFrom = (value: unknown, { today }: Pick<JobRules, 'today'>): string => {
  const text = textOf(value)
  if (text === null || !isDate(text)) throw refusal(400, 'Invalid end_date', 'Invalid end_date. Use YYYY-MM-DD.')
  if (text < today) throw refusal(400, 'Invalid end_date', 'end_date must be today or in the future (JST).')
  return text
}

/** What a job calls: a workflow where all three of its names are there, else the address. */
export type Called = { readonly url: string | null } & { readonly [K in keyof Workflow]: string | null }

export const NOTHING_CALLED: Called = { url: null, owner: null, repo: null, workflow: null }

const NAMES = {
  url: 'target_url',
  owner: 'github_owner',
  repo: 'github_repo',
  workflow: 'github_workflow_name',
} as const satisfies Record<keyof Called, string>

export const namesCalled = (fields: Fields): boolean =>
  [...Object.values(NAMES), 'dispatch_url'].some((name) => fields[name] !== undefined)

/**
 * What is called, after what the request says of it; what it leaves out stays. A workflow may stand in `target_url` or
 * `dispatch_url` as well, in any form that `parseDispatchUrl` reads.
 */
export const calledFrom = (fields: Fields, present: Called, defaultOwner: string | null): Called => {
  const after: Called = {
    url: partFrom(fields, 'url', present),
    owner: partFrom(fields, 'owner', present),
    repo: partFrom(fields, 'repo', present),
    workflow: partFrom(fields, 'workflow', present),
  }
  const given = textOf(fields.dispatch_url)
  const dispatched = given === null ? null : parseDispatchUrl(given)
  if (given !== null && dispatched === null)
    throw refusal(400, 'Invalid dispatch_url', 'Use owner/repo/workflow, or the address of the workflow at GitHub.')
  const asked = fields.target_url === undefined ? null : after.url
  const meant = dispatched ?? (asked === null ? null : parseDispatchUrl(asked))
  if (meant !== null) return { ...meant, url: dispatched === null ? null : after.url }
  if (asked !== null) refuseAddress(asked)
  const isOwnerless = after.owner === null && after.repo !== null && after.workflow !== null
  return isOwnerless ? { ...after, owner: defaultOwner } : after
}

const partFrom = (fields: Fields, part: keyof Called, present: Called): string | null => {
  const name = NAMES[part]
  const value = fields[name]
  if (value === undefined) return present[part]
  if (value !== null && typeof value !== 'string') throw refusal(400, `Invalid ${name}`, `"${name}" must be a string.`)
  return textOf(value)
}

const refuseAddress = (url: string): void => {
  const [fault] = checkHttpTarget({ kind: 'http', url, method: 'GET' })
  if (fault !== undefined)
    throw refusal(
      400,
      'Invalid target_url',
      `target_url must be a valid URL with http:// or https://: ${fault.message}.`,
    )
}

export const NEITHER_CALLED = 'Provide either target_url or github_owner, github_repo and github_workflow_name.'

/** The workflow, if all of it is there. */
export const workflowOf = ({ owner, repo, workflow }: Called): Workflow | null =>
  owner === null || repo === null || workflow === null ? null : { owner, repo, workflow }

/** All three of a workflow or none, and something to call. */
export const refuseHalf = (called: Called, message: string): void => {
  if (workflowOf(called) !== null) return
  const { url, owner, repo, workflow } = called
  const isHalf = owner !== null || repo !== null || workflow !== null
  if (isHalf)
    throw refusal(
      400,
      'Missing target configuration',
      'Give github_owner, github_repo and github_workflow_name all together, or none of them.',
    )
  if (url === null) throw refusal(400, 'Missing target configuration', message)
}
