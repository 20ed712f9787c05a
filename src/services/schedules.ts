/** Trying a timetable before a job has it: what it means, when it would fire, what is wrong with it. */
import type { Actor } from '../domain/actor.ts'
import { type FieldError, invalid } from '../domain/errors.ts'
import type { Timetable } from '../domain/job.ts'
import { describeTimetable } from '../schedule/describe.ts'
import { type Preview, preview } from '../schedule/schedule.ts'
import { allow } from './authorise.ts'
import type { Deps } from './deps.ts'
import { refuseTimetable } from './job-draft.ts'
import { neverFiresError, normalTimetable, timetableErrors } from './timetable-rules.ts'

export type Schedules = {
  /** schedule.invalid; a timetable that never fires is shown with a warning. */
  readonly preview: (
    actor: Actor,
    question: {
      readonly timetable: Timetable
      /** 1 to 100. */
      readonly count: number
      /** Epoch ms; default now. */
      readonly after?: number | undefined
      /** The id of the job whose jitter and spread to show. */
      readonly seed?: string | undefined
    },
  ) => Promise<Preview & { readonly text: string }>
  /** Never throws for what is wrong with the timetable: that is the answer. */
  readonly validate: (
    actor: Actor,
    question: { readonly timetable: Timetable },
  ) => Promise<{ readonly valid: boolean; readonly errors: readonly FieldError[]; readonly text: string | null }>
}

const MOST_PREVIEWED = 100

export const createSchedules = ({ clock }: Deps): Schedules => ({
  preview: async (actor, { timetable, count, after = clock.now(), seed = '' }) => {
    allow(actor, 'schedule.preview', null)
    if (!Number.isInteger(count) || count < 1 || count > MOST_PREVIEWED) {
      throw invalid('count', count, `give a whole number from 1 to ${MOST_PREVIEWED}`)
    }
    refuseTimetable('schedule.invalid', timetableErrors(timetable))
    const normal = normalTimetable(timetable)
    const shown = Math.min(count, normal.maxRuns ?? count)
    return { ...preview(normal, seed, after, shown), text: describeTimetable(normal) }
  },

  validate: async (actor, { timetable }) => {
    allow(actor, 'schedule.preview', null)
    const errors = timetableErrors(timetable)
    if (errors.length > 0) return { valid: false, errors, text: null }
    const silent = neverFiresError(timetable, clock.now())
    return { valid: silent.length === 0, errors: silent, text: describeTimetable(normalTimetable(timetable)) }
  },
})
