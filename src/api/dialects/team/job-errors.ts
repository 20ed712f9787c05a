/** What the use cases refuse of a job, in the words of the document: 400 with a title for each field. */
import type { Actor } from '../../../domain/actor.ts'
import { DomainError, type ErrorCode } from '../../../domain/errors.ts'
import { refusal } from './errors.ts'
import { duplicateName } from './job-rules.ts'

export const jobNotFound = (id: string) => refusal(404, 'Job not found', `No job found with ID: ${id}`)

type Deed = 'update' | 'delete' | 'execute'

/** Null where no job is named. */
type About = { readonly id: string; readonly deed: Deed | null; readonly actor: Actor } | null

export const inJobWords =
  (about: About = null) =>
  (error: unknown): never => {
    if (!(error instanceof DomainError)) throw error
    const [first] = error.errors
    switch (error.code) {
      case 'not_found':
        throw about === null ? error : jobNotFound(about.id)
      case 'forbidden':
        // A key may lack the scope, which is told as it is.
        if (about === null || about.deed === null || about.actor.kind === 'key') throw error
        throw refusal(403, 'Insufficient permissions', `You can only ${about.deed} your own jobs`)
      case 'job.expired':
        throw about?.deed === 'execute'
          ? refusal(400, 'Job expired', 'This job has passed its end_date and was auto-paused.', {
              code: 'JOB_EXPIRED',
            })
          : refusal(400, 'Job expired', EXPIRED, { code: 'JOB_EXPIRED' })
      case 'conflict':
        throw first?.field === 'name' ? duplicateName(String(first.value)) : error
      default:
        if (first === undefined || !OF_A_FIELD.includes(error.code)) throw error
        throw refusal(400, titleOf(first.field), first.message)
    }
  }

export const EXPIRED = 'Job cannot be enabled after end_date has passed. Update end_date first.'

const OF_A_FIELD: readonly ErrorCode[] = ['invalid', 'schedule.invalid', 'egress.denied']

/** The longest that fits wins. */
const TITLES: readonly (readonly [field: string, title: string])[] = [
  ['schedules', 'Invalid cron expression'],
  ['timetable', 'Invalid cron expression'],
  ['target.url', 'Invalid target_url'],
  ['target.owner', 'Invalid github_owner'],
  ['target.repo', 'Invalid github_repo'],
  ['target.workflow', 'Invalid github_workflow_name'],
  ['target.dispatchUrl', 'Invalid payload'],
  ['target.token', 'Invalid payload'],
  ['target.inputs', 'Invalid metadata'],
  ['target.body', 'Invalid metadata'],
  ['metadata', 'Invalid metadata'],
  ['category', 'Invalid category'],
  ['team', 'Invalid PIC team'],
  ['alerts.mail', 'Invalid notification_emails'],
  ['endsOn', 'Invalid end_date'],
]

const titleOf = (field: string): string =>
  TITLES.find(
    ([prefix]) => field === prefix || (/^[.[]/.test(field.slice(prefix.length)) && field.startsWith(prefix)),
  )?.[1] ?? `Invalid ${field}`
