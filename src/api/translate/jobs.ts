/** Jobs between the wire and the use cases. */
import { DEFAULT_POLICIES } from '../../domain/policies.ts'
import type { JobEdit, JobInput, JobView, OccurrenceView, Resumed } from '../../services/services.ts'
import type * as wire from '../contract/jobs.ts'
import { alertsEdit } from './alerts.ts'
import { policiesFrom, policiesToWire } from './policies.ts'
import { targetEdit, targetFrom, targetToWire } from './targets.ts'
import { type Ground, timetableEdit, timetableFrom, timetableToWire } from './timetables.ts'
import { instant, instantOrNull } from './values.ts'

export const jobInput = (input: wire.NewJob, ground: Ground): JobInput => ({
  externalId: input.external_id,
  name: input.name,
  description: input.description,
  timetable: timetableFrom(input, ground),
  target: targetFrom(input.target),
  policies: input.policies && policiesFrom(input.policies, DEFAULT_POLICIES),
  metadata: input.metadata,
  category: input.category,
  team: input.team,
  endsOn: input.ends_on,
  enabled: input.enabled,
  alerts: input.alerts && alertsEdit(input.alerts),
})

/** Joins an edit with the job as it was read, since the use cases replace timetable, target and policies whole. */
export const jobEdit = (present: JobView, edit: wire.JobUpdate, ground: Ground): JobEdit => ({
  name: edit.name,
  description: edit.description,
  timetable: timetableEdit(present.timetable, edit, ground),
  target: edit.target && targetEdit(present.target, edit.target),
  policies: edit.policies && policiesFrom(edit.policies, present.policies),
  metadata: edit.metadata,
  category: edit.category,
  team: edit.team,
  endsOn: edit.ends_on,
})

export const jobToWire = (job: JobView): wire.Job => ({
  id: job.id,
  external_id: job.externalId,
  name: job.name,
  description: job.description,
  owner_id: job.ownerId,
  state: job.state,
  pause_reason: job.pauseReason,
  paused_at: instantOrNull(job.pausedAt),
  schedule_text: job.scheduleText,
  next_run_at: instantOrNull(job.nextRunAt),
  last_run: job.lastRun && {
    execution_id: job.lastRun.executionId,
    scheduled_for: instant(job.lastRun.scheduledFor),
    status: job.lastRun.status,
    finished_at: instantOrNull(job.lastRun.finishedAt),
  },
  ...timetableToWire(job.timetable),
  runs: job.runs,
  target: targetToWire(job.target),
  policies: policiesToWire(job.policies),
  metadata: { ...job.metadata },
  category: job.category,
  team: job.team && {
    id: job.team.id,
    slug: job.team.slug,
    name: job.team.name,
    active: job.team.active,
    slack_handle: job.team.slackHandle,
  },
  ends_on: job.endsOn,
  version: job.version,
  created_at: instant(job.createdAt),
  updated_at: instant(job.updatedAt),
})

export const resumedToWire = ({ job, missed, wouldRun }: Resumed): wire.Resumed => ({
  job: jobToWire(job),
  missed,
  would_run: wouldRun,
})

export const occurrenceToWire = (occurrence: OccurrenceView): wire.Occurrence => ({
  scheduled_for: instant(occurrence.scheduledFor),
  last_for: instantOrNull(occurrence.lastFor),
  occurrences: occurrence.occurrences,
  status: occurrence.status,
  trigger: occurrence.trigger,
  reason: occurrence.reason,
  reason_text: occurrence.reasonText,
  execution_id: occurrence.executionId,
})
