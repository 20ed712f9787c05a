/** What somebody wants a job to be, checked as a whole: all wrong fields are told together, or none is left wrong. */

import type { Secrets } from '../auth/secrets.ts'
import { DEFAULT_ALERTS, type JobAlerts } from '../domain/alerts.ts'
import { isDate, withEndDate, withoutEndDate } from '../domain/end-date.ts'
import { DomainError, type FieldError } from '../domain/errors.ts'
import type { Job, Timetable } from '../domain/job.ts'
import type { JsonObject } from '../domain/json.ts'
import { choicesOf, type PolicyChoices, withDefaults } from '../domain/policies.ts'
import type { Target } from '../domain/target.ts'
import { type AlertsEdit, mergedAlerts } from './alert-rules.ts'
import { refuse } from './fields.ts'
import { checkDescription, checkExternalId, checkMetadata, checkName, checkPolicies } from './job-rules.ts'
import type { TargetOwner } from './job-target.ts'
import { keptTarget, refuseAddress, type TargetInput } from './targets.ts'
import { neverFiresError, normalTimetable, timetableErrors } from './timetable-rules.ts'

export type JobInput = {
  /** For a request that may be repeated: a job that has this id already is the answer. */
  readonly id?: string | undefined
  /** What a client of another system calls it; given once, at birth. */
  readonly externalId?: string | undefined
  readonly name: string
  readonly description?: string | null | undefined
  readonly timetable: Timetable
  readonly target: TargetInput
  readonly policies?: PolicyChoices | undefined
  readonly metadata?: JsonObject | undefined
  /** Id, slug or name; null: none. */
  readonly category?: string | null | undefined
  readonly team?: string | null | undefined
  /** YYYY-MM-DD: the last day on which it runs, in the zone of the scheduler; today or later. Null: none. */
  readonly endsOn?: string | null | undefined
  /** Default true; false is a job paused at birth. */
  readonly enabled?: boolean | undefined
  /** Default: the actor. Another one only by an admin. */
  readonly ownerId?: string | undefined
  /** Default: DEFAULT_ALERTS; of a job that is there, what it has. */
  readonly alerts?: AlertsEdit | undefined
}

/** Absent and undefined fields stay; timetable, target, policies and metadata are replaced whole. */
export type JobEdit = { readonly [K in Exclude<keyof JobInput, 'externalId'>]?: JobInput[K] | undefined }

/** The fields that were given, in the form in which they are kept. */
export type Draft = Partial<
  Pick<Job, 'name' | 'description' | 'timetable' | 'policies' | 'metadata' | 'categoryKey' | 'teamKey'>
> & {
  readonly target?: Target
  readonly alerts?: JobAlerts
}

export type DraftContext = {
  readonly secrets: Secrets
  readonly owner: TargetOwner
  /** Null for a new job. */
  readonly stored: Target | null
  readonly storedTimetable: Timetable | null
  /** The zone of the scheduler, and the date there. */
  readonly zone: string
  readonly today: string
  readonly now: number
  /** False: no server of ours would call this address, whatever it resolves to. */
  readonly mayCall: (url: URL) => boolean
  /** A timetable without a coming instant is all right. Default false. */
  readonly mayBeOver?: boolean
  /** Of a new job. */
  readonly externalId?: string | undefined
  /** An end date that has passed is all right. Default false. */
  readonly mayHaveEnded?: boolean
  /** What an edit of the alerts begins with. Default: DEFAULT_ALERTS. */
  readonly alerts?: JobAlerts
}

/** Throws `schedule.invalid` or `schedule.never_fires` when only the timetable is at fault, else `invalid`. */
export const draftOf = (edit: JobEdit, context: DraftContext): Draft => {
  const { name, description, policies, metadata } = edit
  const ofEndDate = endDateErrors(edit.endsOn, context)
  const timetable = timetableOf(edit, ofEndDate.length === 0 ? edit.endsOn : undefined, context)
  const target = edit.target === undefined ? null : keptTarget(context.secrets, context.owner, edit.target, context)
  const title = name?.trim()
  const { ofTimetable, ofLastDay } = errorsOf(timetable)
  const asksAhead = timetable !== undefined && ofTimetable.length === 0 && context.mayBeOver !== true
  // An end date may come before the next instant: then the job has had its last run, which is no mistake.
  const isSilent = asksAhead ? neverFiresError(withoutEndDate(timetable), context.now) : []
  const others: FieldError[] = [
    ...(context.externalId === undefined ? [] : checkExternalId(context.externalId)),
    ...(title === undefined ? [] : checkName(title)),
    ...checkDescription(description ?? null),
    ...ofEndDate,
    ...ofLastDay,
    ...(target?.errors ?? []),
    ...(policies === undefined ? [] : checkPolicies(withDefaults(policies))),
    ...(metadata === undefined ? [] : checkMetadata(metadata)),
  ]
  if (others.length > 0) refuse([...others, ...ofTimetable, ...isSilent])
  refuseTimetable('schedule.invalid', ofTimetable)
  refuseTimetable('schedule.never_fires', isSilent)
  if (target !== null) refuseAddress(target.target, context.mayCall)
  return {
    ...(title === undefined ? {} : { name: title }),
    ...(description === undefined ? {} : { description: description || null }),
    ...(timetable === undefined ? {} : { timetable: normalTimetable(timetable) }),
    ...(target === null ? {} : { target: target.target }),
    ...(policies === undefined ? {} : { policies: choicesOf(withDefaults(policies)) }),
    ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
    ...(edit.alerts === undefined ? {} : { alerts: mergedAlerts(context.alerts ?? DEFAULT_ALERTS, edit.alerts) }),
  }
}

const endDateErrors = (
  endsOn: string | null | undefined,
  { storedTimetable, zone, today, mayHaveEnded = false }: DraftContext,
): FieldError[] => {
  if (endsOn === undefined || endsOn === null) return []
  if (!isDate(endsOn)) return [{ field: 'endsOn', value: endsOn, message: 'give a date such as 2026-12-31' }]
  if (endsOn >= today || mayHaveEnded || endsOn === storedTimetable?.lastDay?.date) return []
  return [{ field: 'endsOn', value: endsOn, message: `give ${today}, which is today in ${zone}, or a later date` }]
}

/** Undefined: nothing of it is to change. */
const timetableOf = (
  { timetable }: JobEdit,
  endsOn: string | null | undefined,
  { storedTimetable, zone }: DraftContext,
): Timetable | undefined => {
  const base = timetable ?? (endsOn === undefined ? undefined : (storedTimetable ?? undefined))
  return base === undefined ? undefined : withEndDate(base, endsOn, { present: storedTimetable, zone })
}

const errorsOf = (timetable: Timetable | undefined) => {
  const errors = timetable === undefined ? [] : timetableErrors(timetable)
  const isOfLastDay = ({ field }: FieldError) => field.startsWith('lastDay')
  return {
    ofTimetable: errors.filter((error) => !isOfLastDay(error)),
    ofLastDay: errors.filter(isOfLastDay).map((error) => ({ ...error, field: 'endsOn' })),
  }
}

export const refuseTimetable = (
  code: 'schedule.invalid' | 'schedule.never_fires',
  errors: readonly FieldError[],
): void => {
  const [first] = errors
  if (first === undefined) return
  const value = first.value === undefined ? '' : ` ${JSON.stringify(first.value)?.slice(0, 120)}:`
  throw new DomainError(code, `${first.field}:${value} ${first.message}`, { errors })
}
