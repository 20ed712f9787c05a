/** `/v1/response`: what came of the runs, as one status each. */
import { DomainError } from '../../../domain/errors.ts'
import { isFinished } from '../../../domain/execution.ts'
import type { RanView } from '../../../services/services.ts'
import { actorOf } from '../../routes/route.ts'
import { refusal } from './errors.ts'
import { utc } from './job-shape.ts'
import { inJobWords } from './jobs.ts'
import { pageIn } from './query.ts'
import { statusOf } from './status.ts'
import { about, type Cron2Routes } from './surface.ts'

type WithId = { Params: { id: string } }

const ENDED = ['success', 'failed', 'cancelled', 'uncertain'] as const

export const responseRoutes: Cron2Routes = (scope, { services }) => {
  scope.get<WithId>('/response/history/:id', about('List the responses of a cron job'), async (request) => {
    const { skip, limit } = pageIn(request)
    const query = { jobId: request.params.id, statuses: ENDED, offset: skip, limit: Math.max(1, limit) }
    const { items } = await services.ran.page(actorOf(request), query).catch(inJobWords('cron'))
    return items.slice(0, limit).map(shortResponse)
  })

  scope.delete<WithId>('/response/history/:id', about('Delete the responses of a cron job'), async (request, reply) => {
    await services.executions.forgetOf(actorOf(request), request.params.id).catch(inJobWords('cron'))
    return reply.code(204).send()
  })

  scope.get<WithId>('/response/:id', about('Get a response'), async (request) => {
    const execution = await services.ran.get(actorOf(request), request.params.id).catch(inResponseWords)
    if (!isFinished(execution.status)) throw noResponse()
    return {
      ...shortResponse(execution),
      cron_id: execution.jobId,
      job_id: execution.jobId,
      url: execution.called.name,
    }
  })

  scope.delete<WithId>('/response/:id', about('Delete a response'), async (request, reply) => {
    await services.executions.forget(actorOf(request), request.params.id).catch(inResponseWords)
    return reply.code(204).send()
  })
}

const noResponse = () => refusal(404, "response doesn't exists")

const inResponseWords = (error: unknown): never => {
  // One that is still under way has no response yet.
  if (error instanceof DomainError && (error.code === 'not_found' || error.code === 'conflict')) throw noResponse()
  throw error
}

const shortResponse = (execution: RanView) => ({
  _id: execution.id,
  status: statusOf(execution),
  timestamp: utc(execution.finishedAt ?? execution.startedAt ?? execution.scheduledFor),
})
