/** `/scheduler/jobs`: list, read, add, update, remove, pause, resume, run. */
import type { FastifyRequest } from 'fastify'
import type { Actor } from '../../../domain/actor.ts'
import { DomainError } from '../../../domain/errors.ts'
import type { JobInput, JobView } from '../../../services/services.ts'
import { actorOf } from '../../routes/route.ts'
import { fieldsIn, jobEditOf, newJobOf } from './body.ts'
import { noJob, refusal } from './errors.ts'
import { idOf, isGone, listed, shown } from './job-shape.ts'
import { type ApschedulerContext, type ApschedulerRoutes, about } from './surface.ts'

const PAGE = 100
/** Lists of the dialect come whole; whoever has more jobs reads our own pages. */
const MOST_LISTED = 10_000
/** The original runs a job inside the request: so long is its end waited for. */
const RUN_WAITED_MS = 20_000

const READ = { sort: 'created_at', descending: false } as const

export const jobRoutes: ApschedulerRoutes = (scope, context) => {
  const { services, clock, timeZone } = context
  const ground = () => ({ now: clock.now(), zone: timeZone })
  const held = async () => (await services.system.describe(null)).held
  const whole = async (job: JobView) => shown(job, await held(), timeZone)

  scope.get('/jobs', about('List all jobs'), async (request) => {
    const jobs: JobView[] = []
    const actor = actorOf(request)
    for (let cursor: string | null = null; jobs.length < MOST_LISTED; ) {
      const page = await services.jobs.list(actor, { ...READ, cursor, limit: PAGE })
      jobs.push(...page.items.filter((job) => !isGone(job)))
      cursor = page.nextCursor
      if (cursor === null) break
    }
    const now = await held()
    return jobs.map((job) => listed(job, now))
  })

  scope.get('/jobs/:id', about('Read a job'), async (request) => whole(await jobOf(context, request)))

  scope.post('/jobs', about('Add a job'), async (request) => {
    const { id, replaces, input } = newJobOf(fieldsIn(request.body), ground())
    const job = await add(context, actorOf(request), { id, replaces, input })
    return { ...(await whole(job)), id, status: 'added' }
  })

  for (const method of ['PUT', 'PATCH'] as const)
    scope.route({
      ...about(method === 'PUT' ? 'Update a job' : 'Update a job, as its library does'),
      method,
      url: '/jobs/:id',
      handler: async (request) => {
        const present = await jobOf(context, request)
        const edit = jobEditOf(fieldsIn(request.body), present, ground())
        const job = await services.jobs.update(actorOf(request), present.id, edit, null, { mayBeOver: true })
        return { ...(await whole(job)), status: 'updated' }
      },
    })

  scope.delete('/jobs/:id', about('Remove a job'), async (request) => {
    const job = await jobOf(context, request)
    await services.jobs.delete(actorOf(request), job.id, null)
    return { id: idOf(job), status: 'removed' }
  })

  scope.post('/jobs/:id/pause', about('Pause a job'), async (request) => {
    const { id } = await jobOf(context, request)
    const job = await services.jobs.pause(actorOf(request), id)
    return { ...(await whole(job)), status: 'paused' }
  })

  scope.post('/jobs/:id/resume', about('Resume a job'), async (request) => {
    const { id } = await jobOf(context, request)
    const { job } = await services.jobs.resume(actorOf(request), id, {})
    return { ...(await whole(job)), status: 'resumed' }
  })

  scope.post('/jobs/:id/run', about('Run a job now, and wait for its end'), async (request) => {
    const { id } = await jobOf(context, request)
    if ((await held()) !== null)
      throw refusal(409, 'SCHEDULER_PAUSED', 'Scheduling is held: nothing is run before it goes on.')
    const actor = actorOf(request)
    const begun = await services.jobs.run(actor, id)
    const execution = await services.executions.ended(actor, begun.id, RUN_WAITED_MS)
    const { status, error } = execution
    if (execution.finishedAt !== null && status !== 'success')
      throw refusal(500, 'JOB_FAILED', `The run ${begun.id} ended as ${status}${error === null ? '.' : `: ${error}`}`)
    return {
      ...(await whole(await services.jobs.get(actor, id))),
      execution_id: begun.id,
      execution_status: execution.status,
    }
  })
}

/** By the id of its client, or by ours. */
const jobOf = async ({ services }: ApschedulerContext, request: FastifyRequest): Promise<JobView> => {
  const { id } = request.params as { id: string }
  const job = await find(services, actorOf(request), id)
  if (job === null || isGone(job)) throw noJob(id)
  return job
}

const find = async (services: ApschedulerContext['services'], actor: Actor, id: string): Promise<JobView | null> => {
  const [job] = (await services.jobs.list(actor, { ...READ, externalId: id, cursor: null, limit: 1 })).items
  return job ?? (await services.jobs.get(actor, id).catch(nothing))
}

const nothing = (error: unknown): null => {
  if (error instanceof DomainError && error.code === 'not_found') return null
  throw error
}

type Wish = { readonly id: string; readonly replaces: boolean; readonly input: JobInput }

/** One that has run out gives its id away. */
const add = async (
  { services, ownerId }: ApschedulerContext,
  actor: Actor,
  { id, replaces, input }: Wish,
): Promise<JobView> => {
  const present = await find(services, actor, id)
  if (present !== null && (replaces || isGone(present))) {
    const { externalId: _, ...edit } = input
    return services.jobs.update(actor, present.id, { ...edit, enabled: true }, null, { mayBeOver: true })
  }
  if (present !== null) throw refusal(409, 'JOB_EXISTS', `A job with the id ${JSON.stringify(id)} exists already.`)
  const owned = actor.kind === 'system' ? { ...input, ownerId: await ownerId() } : input
  return services.jobs.create(actor, owned, { mayBeOver: true })
}
