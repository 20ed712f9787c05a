/** `/scheduler`: whether scheduling goes on, and holding it, for an admin of the first workspace. */
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../../routes/route.ts'
import { invalidRequest, refusal } from './errors.ts'
import { type ApschedulerRoutes, about } from './surface.ts'

export const schedulerRoutes: ApschedulerRoutes = (scope, { services }) => {
  const isStopped = async () => (await services.system.describe(null)).held?.stopped === true

  scope.get('/', about('Say whether scheduling goes on'), async (request) => {
    const { schedulerRunning, held } = await services.system.describe(actorOf(request))
    // Paused counts as running: only a shutdown does not.
    return {
      current_host: request.hostname,
      allowed_hosts: ['*'],
      running: schedulerRunning && held?.stopped !== true,
    }
  })

  scope.post('/pause', about('Pause scheduling'), async (request, reply) => {
    await refuseStopped()
    await services.scheduling.pause(actorOf(request), 'paused over /scheduler')
    return reply.code(204).send()
  })

  scope.post('/resume', about('Resume scheduling'), async (request, reply) => {
    await refuseStopped()
    await services.scheduling.resume(actorOf(request))
    return reply.code(204).send()
  })

  scope.post('/start', about('Start scheduling after a shutdown'), async (request, reply) => {
    if (!(await isStopped())) throw refusal(400, 'SCHEDULER_RUNNING', 'Scheduler is already running')
    await services.scheduling.resume(actorOf(request))
    return reply.code(204).send()
  })

  scope.post('/shutdown', about('Shut scheduling down'), async (request, reply) => {
    refuseWait(request)
    if (await isStopped()) throw refusal(400, 'SCHEDULER_STOPPED', 'Scheduler is not running')
    await services.scheduling.pause(actorOf(request), 'shut down over /scheduler', 'stopped')
    return reply.code(204).send()
  })

  async function refuseStopped(): Promise<void> {
    if (await isStopped()) throw refusal(409, 'SCHEDULER_STOPPED', 'Scheduler is not running')
  }
}

/** What runs goes on either way, so `wait` is read and changes nothing. */
const refuseWait = ({ body }: FastifyRequest): void => {
  if (body === undefined || body === null) return
  const { wait } = body as { wait?: unknown }
  if (wait !== undefined && typeof wait !== 'boolean') throw invalidRequest('wait', wait, 'give true or false')
}
