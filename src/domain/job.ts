/** A named thing to run: when, what, and how it behaves. */
import type { Timetable } from '../schedule/schedule.ts'
import type { JsonObject } from './json.ts'
import type { PolicyChoices } from './policies.ts'
import type { Target } from './target.ts'

export type { Timetable } from '../schedule/schedule.ts'

/** `ended`: the schedule has no coming instant (end date, number of runs, one-off done). */
export const JOB_STATES = ['active', 'paused', 'ended'] as const
export type JobState = (typeof JOB_STATES)[number]

/** `quarantined`: its function brought its thread, or the whole node, down three times in a row. `end_date`: that has passed. */
export const PAUSE_REASONS = ['by_user', 'failures', 'quarantined', 'end_date'] as const
export type PauseReason = (typeof PAUSE_REASONS)[number]

export type Job = {
  /** Internal number; never leaves the server. */
  readonly key: number
  readonly id: string
  readonly workspaceKey: number
  readonly ownerId: string
  readonly name: string
  readonly description: string | null
  readonly timetable: Timetable
  /** Its end date, such as 2026-12-31: the last day of its timetable. */
  readonly endsOn: string | null
  readonly target: Target
  readonly policies: PolicyChoices
  /** Values of JSON; templates take the texts among them, GitHub workflows all as inputs. */
  readonly metadata: JsonObject
  /** Keys of the category and of the team in charge: see `catalog.ts`. */
  readonly categoryKey: number | null
  readonly teamKey: number | null
  /** What a client of another system calls it: unique in the workspace, and free again once the job is deleted. */
  readonly externalId: string | null
  readonly state: JobState
  readonly pauseReason: PauseReason | null
  readonly pausedAt: number | null
  /** While paused: the instants after this one have no row yet, up to the resume or edit that accounts for them. */
  readonly missedAfter: number | null
  /** Rises when the instants change (edit, resume): part of an occurrence's key. */
  readonly scheduleVersion: number
  /** Rises with every change: `If-Match`. */
  readonly version: number
  /** Scheduled runs so far; kept only for jobs with a maximum. */
  readonly runs: number
  readonly createdAt: number
  readonly updatedAt: number
}
