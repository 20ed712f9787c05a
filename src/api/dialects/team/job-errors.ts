/** What the use cases refuse of a job, in the words of the document: 400 with a title for each field. */
import { DomainError, type ErrorCode } from '../../../domain/errors.ts'
import { refusal } from './errors.ts'
import { duplicateName } from './job-rules.ts'

export const jobNotFound = (id: string) => refusal(404, 'Job not found', `No job found with ID: ${id}`)

type Deed = 'update' | 'delete' | 'execute'

/** `deed`: what was to be done to the job of this id; null where none is named. */
export const inJobWords =
  (id: string | null, deed: Deed | null = null) =>
  (error: unknown): never => {
    if (!(error instanceof DomainError)) throw error
    const [first] = error.errors
    switch (error.code) {
      case 'not_found':
        throw id === null ? error : jobNotFound(id)
      case 'forbidden':
        throw deed === null ? error : refusal(403, 'Insufficient permissions', `You can only ${deed} your own jobs`)
      case 'job.expired':
        throw deed === 'execute'
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
