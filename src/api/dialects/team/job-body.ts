/** The body of a request about a job as input of the use cases, or the first thing that is wrong with it, in the order of the document. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { JobAlerts } from '../../../domain/alerts.ts'
import type { Timetable } from '../../../domain/job.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { mailAddress } from '../../../domain/mail-address.ts'
import type { JobEdit, JobInput, JobView, TargetInput } from '../../../services/services.ts'
import { githubEdit } from '../../translate/github-targets.ts'
import { targetEdit } from '../../translate/targets.ts'
import { type Fields, textOf } from './body.ts'
import { refusal } from './errors.ts'
import { EXPIRED } from './job-errors.ts'
import {
  booleanFrom,
  type Called,
  calledFrom,
  categoryFrom,
  cronFrom,
  duplicateName,
  endDateFrom,
  isAbsent,
  type JobRules,
  metadataFrom,
  NEITHER_CALLED,
  NOTHING_CALLED,
  nameFrom,
  namesCalled,
  type Place,
  refuseHalf,
  teamFrom,
  teamMissing,
  workflowOf,
} from './job-rules.ts'

/** What has to be looked up before a body can be judged. */
export type Named = { readonly name: string | null; readonly category: string | null; readonly team: string | null }

/** What was found: null where nothing has such a name. */
export type Known = {
  /** Another job has the name. */
  readonly nameTaken: boolean
  readonly category: Place | null
  readonly team: Place | null
}

export const namedIn = (fields: Fields): Named => ({
  name: textOf(fields.name),
  category: textOf(fields.category),
  team: textOf(teamIn(fields)),
})

const teamIn = ({ pic_team, pic_team_slug }: Fields): unknown => pic_team ?? pic_team_slug

/** The dialect knows one deadline for every call. */
const TIMEOUT_MS = 10_000

/** Throws a TeamRefusal. */
export const newJobFrom = (fields: Fields, known: Known, rules: JobRules): JobInput => {
  refuseMissing(fields, rules)
  const name = nameFrom(fields.name)
  if (known.nameTaken) throw duplicateName(name)
  const expression = cronFrom(fields.cron_expression, rules)
  const called = calledFrom(fields, NOTHING_CALLED, rules.defaultOwner)
  const { category, team } = namedIn(fields)
  const categoryId = category === null ? undefined : categoryFrom(category, known.category)
  const metadata = metadataFrom(fields.metadata)
  const mail = mailFrom(fields, null)
  const enabled = fields.is_active == null ? true : booleanFrom('is_active', fields.is_active)
  const endsOn = isAbsent(fields.end_date) ? rules.defaultEndDate : endDateFrom(fields.end_date, rules)
  if (team === null && rules.surface.generation === 2) throw teamMissing()
  const teamId = team === null ? undefined : teamFrom(team, known.team)
  refuseHalf(called, NEITHER_CALLED)
  return newJobOf(
    { name, expression, called, metadata, category: categoryId, team: teamId, endsOn, enabled, mail },
    rules,
  )
}

export type NewJobParts = Pick<JobInput, 'name' | 'category' | 'team' | 'endsOn' | 'enabled'> & {
  /** Five fields. */
  readonly expression: string
  /** All of a workflow, or an address. */
  readonly called: Called
  readonly metadata: JsonObject
  readonly mail: Mail
}

/** What every new job of the dialect is like. */
export const newJobOf = ({ expression, called, mail, ...parts }: NewJobParts, rules: JobRules): JobInput => ({
  ...parts,
  timetable: timetableOf(expression, rules),
  target: newTarget(called, parts.metadata),
  policies: { timeoutMs: TIMEOUT_MS },
  alerts: { announce: 'all', mail },
})

const refuseMissing = (fields: Fields, { needsEndDate }: JobRules): void => {
  const isThere = (name: string) => fields[name] !== undefined && fields[name] !== null
  const missing = [
    ...['name', 'cron_expression'].filter((name) => !isThere(name)),
    ...(needsEndDate && isAbsent(fields.end_date) ? ['end_date'] : []),
  ]
  if (missing.length === 0) return
  const message = `Missing: ${missing.join(', ')}.`
  throw refusal(400, 'Missing required fields', message, { missing_fields: missing })
}

export type Present = { readonly job: JobView; readonly alerts: Pick<JobAlerts, 'mail'> }

/** Only what the request changes. Throws a TeamRefusal. */
export const jobEditFrom = (fields: Fields, { job, alerts }: Present, known: Known, rules: JobRules): JobEdit => {
  const name = fields.name === undefined ? undefined : nameFrom(fields.name)
  if (name !== undefined && name !== job.name && known.nameTaken) throw duplicateName(name)
  const expression = fields.cron_expression === undefined ? undefined : cronFrom(fields.cron_expression, rules)
  const before = calledBy(job)
  const called = calledFrom(fields, before, rules.defaultOwner)
  const { category, team } = namedIn(fields)
  const categoryId = category === null ? null : categoryFrom(category, known.category)
  const metadata = fields.metadata === undefined ? undefined : metadataFrom(fields.metadata)
  const mail = saysOfMail(fields) ? mailFrom(fields, alerts.mail) : undefined
  const enabled = fields.is_active === undefined ? undefined : booleanFrom('is_active', fields.is_active)
  const endsOn = fields.end_date === undefined ? undefined : endDateFrom(fields.end_date, rules)
  const saysTeam = teamIn(fields) !== undefined || fields.pic_team === null
  if (saysTeam && team === null && rules.surface.generation === 2) throw teamMissing()
  const teamId = team === null ? null : teamFrom(team, known.team)
  // Functions and e-mail are targets too, of which the dialect has no words.
  const isWordless = job.target.kind === 'function' || job.target.kind === 'email'
  if (namesCalled(fields) && !(isWordless && isDeepStrictEqual(called, NOTHING_CALLED)))
    refuseHalf(called, 'Job must have either target_url or complete GitHub Actions configuration')
  refuseExpired(job, { enabled, endsOn }, rules)
  return {
    name,
    timetable: expression === undefined ? undefined : timetableWith(job.timetable, expression, rules),
    endsOn,
    target: targetWith(job, { before, called, metadata }),
    metadata,
    category: fields.category === undefined ? undefined : categoryId,
    team: saysTeam ? teamId : undefined,
    enabled,
    alerts: mail === undefined ? undefined : { mail },
  }
}

const refuseExpired = (job: JobView, edit: Pick<JobEdit, 'enabled' | 'endsOn'>, { today }: JobRules): void => {
  const isActive = edit.enabled ?? job.state !== 'paused'
  const endsOn = edit.endsOn === undefined ? job.endsOn : edit.endsOn
  if (isActive && endsOn !== null && endsOn < today) throw refusal(400, 'Job expired', EXPIRED, { code: 'JOB_EXPIRED' })
}

const timetableOf = (expression: string, { timeZone }: JobRules): Timetable => ({
  schedules: [{ kind: 'cron', expression, zone: timeZone }],
  zone: timeZone,
})

/** The expression takes the place of all schedules, and is read in the zone of the one it replaces; all else of the timetable stays. */
const timetableWith = (present: Timetable, expression: string, { timeZone }: JobRules): Timetable => {
  const [only, ...others] = present.schedules
  const isCron = only?.kind === 'cron' && others.length === 0
  if (isCron && only.expression === expression) return present
  return { ...present, schedules: [isCron ? { ...only, expression } : { kind: 'cron', expression, zone: timeZone }] }
}

type Mail = JobAlerts['mail']

const saysOfMail = (fields: Fields): boolean =>
  ['enable_email_notifications', 'notification_emails', 'notify_on_success'].some((name) => fields[name] !== undefined)

/** Null while notifications are off: then nobody is kept to be written to. */
const mailFrom = (fields: Fields, present: Mail): Mail => {
  const { enable_email_notifications: enable, notification_emails: emails, notify_on_success: success } = fields
  const isOn = enable == null ? present !== null : booleanFrom('enable_email_notifications', enable)
  if (!isOn) return null
  return {
    to: emails === undefined ? (present?.to ?? []) : addressesFrom(emails),
    onFailure: present?.onFailure ?? true,
    onSuccess: success == null ? (present?.onSuccess ?? false) : booleanFrom('notify_on_success', success),
  }
}

const addressesFrom = (value: unknown): readonly string[] => {
  if (value === null) return []
  if (!Array.isArray(value))
    throw refusal(400, 'Invalid notification_emails', '"notification_emails" must be a list of e-mail addresses.')
  const addresses = value.map((item) => {
    const address = typeof item === 'string' ? mailAddress(item.trim()) : null
    if (address === null)
      throw refusal(400, 'Invalid notification_emails', `Not an e-mail address: ${JSON.stringify(item)?.slice(0, 100)}`)
    return address
  })
  return [...new Set(addresses)]
}

/** What the job calls now, in the words of the dialect. */
export const calledBy = ({ target }: Pick<JobView, 'target'>): Called => {
  if (target.kind === 'http') return { ...NOTHING_CALLED, url: target.url }
  if (target.kind === 'function' || target.kind === 'email') return NOTHING_CALLED
  const { owner, repo, workflow, webhookUrl = null } = target
  return { url: webhookUrl, owner, repo, workflow }
}

/** Nothing to send is asked for; something is sent along as JSON. */
export const sending = (metadata: JsonObject) =>
  Object.keys(metadata).length === 0
    ? ({ method: 'GET', body: null } as const)
    : ({ method: 'POST', body: { type: 'json', content: metadata } } as const)

const newTarget = (called: Called, metadata: JsonObject): TargetInput => {
  const github = workflowOf(called)
  if (github !== null) return { kind: 'github', ...github, webhookUrl: called.url }
  const { method, body } = sending(metadata)
  return { kind: 'http', url: called.url ?? '', method, ...(body === null ? {} : { body }) }
}

type Change = { readonly before: Called; readonly called: Called; readonly metadata: JsonObject | undefined }

/** Undefined: it stays. What only our own API can say of a target stays too: headers, credentials, what counts as success. */
const targetWith = (job: JobView, { before, called, metadata }: Change): TargetInput | undefined => {
  const { target } = job
  const isSame = isDeepStrictEqual(before, called)
  const github = workflowOf(called)
  if (github !== null) {
    if (isSame) return undefined
    return { ...githubEdit(target.kind === 'github' ? target : null, github), webhookUrl: called.url }
  }
  if (called.url === null) return undefined
  const isOther = target.kind !== 'http'
  const resends = isOther || (metadata !== undefined && isSentAsOurs(target, job.metadata))
  if (isSame && !resends) return undefined
  const sent = resends ? sending(metadata ?? job.metadata) : {}
  return targetEdit(target, { kind: 'http', url: called.url, ...sent })
}

/** The method and body are those that the dialect gives: nobody chose others by our own API. */
export const isSentAsOurs = (
  { method, body }: Extract<JobView['target'], { kind: 'http' }>,
  metadata: JsonObject,
): boolean =>
  method === 'GET'
    ? body === undefined
    : method === 'POST' && body?.type === 'json' && isDeepStrictEqual(body.content, metadata)
