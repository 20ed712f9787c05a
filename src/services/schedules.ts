/** Trying a timetable before a job has it: what it means, when it would fire, what is wrong with it. */
import type { Actor } from '../domain/actor.ts'
import type { FieldError } from '../domain/errors.ts'
import type { Timetable } from '../domain/job.ts'
import type { Preview } from '../schedule/schedule.ts'

export type Schedules = {
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
  readonly validate: (
    actor: Actor,
    question: { readonly timetable: Timetable },
  ) => Promise<{ readonly valid: boolean; readonly errors: readonly FieldError[]; readonly text: string | null }>
}
