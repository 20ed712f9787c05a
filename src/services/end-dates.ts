/** What holds of the end dates of jobs: judged by the day in the zone of the scheduler. */
import { dateAt, daysLater, endsOnOf } from '../domain/end-date.ts'
import { DomainError } from '../domain/errors.ts'
import type { Timetable } from '../domain/job.ts'
import type { Deps } from './deps.ts'

export type EndDates = {
  /** Whether a job needs one, by the operator's setting; null: as each surface has it. */
  readonly required: boolean | null
  /** The date in the zone of the scheduler. */
  readonly today: () => string
  /** Of a job that is given none on a surface where each has one. */
  readonly byDefault: () => string
}

type Parts = Pick<Deps, 'clock'> & {
  readonly settings: Pick<Deps['settings'], 'timeZone' | 'jobLifetimeDays' | 'requireEndDate'>
}

export const createEndDates = ({ clock, settings }: Parts): EndDates => {
  const today = () => dateAt(clock.now(), settings.timeZone)
  return {
    required: settings.requireEndDate,
    today,
    byDefault: () => daysLater(today(), settings.jobLifetimeDays),
  }
}

/** Throws `job.expired` for what must not be active, or run, any more. */
export const refuseExpired = (timetable: Timetable, today: string): void => {
  const endsOn = endsOnOf(timetable)
  if (endsOn === null || endsOn >= today) return
  throw new DomainError('job.expired', `The end date of the job, ${endsOn}, has passed. Give it a later one first.`)
}
