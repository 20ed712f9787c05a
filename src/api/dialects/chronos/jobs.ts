/** `/jobs`: submitted, read, cancelled and rescheduled in the words of the chronos dialect. */
import type { Actor } from '../../../domain/actor.ts'
import { isFinished } from '../../../domain/execution.ts'
import type { ExecutionView, JobView, Services } from '../../../services/services.ts'
import { actorOf, onceMoreIfStale } from '../../routes/route.ts'
import { refusal } from './errors.ts'
import { recurrenceIn, runAtOf, targetOf } from './job-body.ts'
import { recurrenceOf, timetableOf } from './recurrence.ts'
import { type Status, statusOf } from './status.ts'
import { about, type ChronosRoutes, objectOf, textIn } from './surface.ts'

type WithId = { Params: { jobID: string } }

/** What is to run at once is due so soon: an instant that has come when the job is saved would be none. */
const AT_ONCE_MS = 1000
const SHOWN_EXECUTIONS = 20

export const jobRoutes: ChronosRoutes = (scope, { services, clock, timeZone: zone }) => {
  const soon = () => Math.ceil((clock.now() + AT_ONCE_MS) / 1000) * 1000

  scope.post('/jobs/submit', about('Submit a job'), async (request, reply) => {
    const actor = actorOf(request)
    const body = objectOf(request.body)
    const target = targetOf(body)
    const firstAt = runAtOf(body, { now: clock.now(), zone }) ?? soon()
    const timetable = timetableOf(firstAt, recurrenceIn(body) ?? null, zone)
    const job = await services.jobs.create(actor, {
      name: textIn(body, 'name') ?? `${target.kind} job`,
      target,
      timetable,
    })
    return reply.code(201).send({ message: 'Job submitted successfully', job: shown(job, []) })
  })

  scope.get<WithId>('/jobs/:jobID', about('Get a job with its executions'), async (request) => {
    const { job, executions } = await jobWithRuns(services, actorOf(request), request.params.jobID)
    return { job: { ...shown(job, executions), executions: executions.map(executionShown) } }
  })

  scope.delete<WithId>('/jobs/:jobID', about('Cancel a job; its record stays'), async (request) => {
    const actor = actorOf(request)
    const { jobID } = request.params
    const { job, executions } = await jobWithRuns(services, actor, jobID)
    refuseOver(statusOf(job, executions), 'cancelled')
    const cancelled = await services.jobs.pause(actor, jobID)
    // One that ended meanwhile needs no end.
    for (const { id, status } of executions)
      if (!isFinished(status)) await services.executions.cancel(actor, id).catch(ignoreConflict)
    return { message: 'Job cancelled successfully', job: shown(cancelled, []) }
  })

  scope.put<WithId>('/jobs/:jobID/reschedule', about('Reschedule a job'), async (request) => {
    const actor = actorOf(request)
    const { jobID } = request.params
    const body = objectOf(request.body)
    const [runAt, recurrence] = [runAtOf(body, { now: clock.now(), zone }), recurrenceIn(body)]
    const job = await onceMoreIfStale(async () => {
      const { job: present, executions } = await jobWithRuns(services, actor, jobID)
      refuseOver(statusOf(present, executions), 'rescheduled')
      if (runAt === undefined && recurrence === undefined) throw refusal(400, 'Give runAt, recurrence, or both.')
      const firstAt = runAt ?? present.nextRunAt ?? soon()
      const again = recurrence === undefined ? recurrenceOf(present.timetable) : recurrence
      return services.jobs.update(actor, jobID, { timetable: timetableOf(firstAt, again, zone) }, present.version)
    })
    return { message: 'Job rescheduled successfully', job: shown(job, []) }
  })
}

const ignoreConflict = (error: unknown): void => {
  if (!(error instanceof Error && 'code' in error && error.code === 'conflict')) throw error
}

const jobWithRuns = async ({ jobs, executions }: Services, actor: Actor, id: string) => {
  const job = await jobs.get(actor, id)
  const query = { jobId: id, descending: true, cursor: null, limit: SHOWN_EXECUTIONS }
  return { job, executions: (await executions.list(actor, query)).items }
}

const refuseOver = (status: Status, deed: string): void => {
  if (status === 'cancelled' || status === 'completed' || status === 'failed')
    throw refusal(409, `The job is ${status}; it cannot be ${deed} any more.`)
}

const isoOrNull = (ms: number | null | undefined): string | null =>
  ms === null || ms === undefined ? null : new Date(ms).toISOString()

const shown = (job: JobView, executions: readonly ExecutionView[]) => ({
  _id: job.id,
  jobID: job.id,
  name: job.name,
  type: job.target.kind,
  status: statusOf(job, executions),
  recurrence: recurrenceOf(job.timetable),
  lastRunAt: isoOrNull(executions.find(({ startedAt }) => startedAt !== null)?.startedAt),
  nextRunAt: isoOrNull(job.nextRunAt),
  createdAt: isoOrNull(job.createdAt),
})

const executionShown = ({ id, status, scheduledFor, startedAt, finishedAt, statusCode, error }: ExecutionView) => ({
  executionID: id,
  status,
  scheduledFor: isoOrNull(scheduledFor),
  startedAt: isoOrNull(startedAt),
  finishedAt: isoOrNull(finishedAt),
  statusCode,
  error,
})
