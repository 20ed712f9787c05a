/** `/v1/cron-jobs`, and `/v1/jobs` as another name for it: jobs in the shapes of the cron2 dialect. */
import type { Actor } from '../../../domain/actor.ts'
import { DomainError } from '../../../domain/errors.ts'
import { LARGEST_PAGE } from '../../../domain/page.ts'
import type { JobView, Services } from '../../../services/services.ts'
import { actorOf } from '../../routes/route.ts'
import { refusal } from './errors.ts'
import { cronJobOf, nameFor } from './job-body.ts'
import { jobToCron2, nextExecution } from './job-shape.ts'
import { pageIn } from './query.ts'
import { about, type Cron2Routes } from './surface.ts'

type WithId = { Params: { id: string } }

/** The older name of the path says `cron`, the newer one `job`. */
const PATHS = [
  {
    path: '/cron-jobs',
    noun: 'cron',
    created: 'cron Job created successfully',
    updated: 'cron Job updated sucessfully',
  },
  { path: '/jobs', noun: 'job', created: 'Job created successfully', updated: 'Job updated sucessfully' },
] as const

/** In a row; then it is paused, visibly, until it is put again. */
const FAILURES = 3
const NEWEST_FIRST = { sort: 'created_at', descending: true } as const

export const jobRoutes: Cron2Routes = (scope, { services, clock }) => {
  for (const { path, noun, created, updated } of PATHS) {
    scope.post(path, about('Create a cron job'), async (request, reply) => {
      const actor = actorOf(request)
      const { notifyOnError, ...input } = cronJobOf(request.body, clock.now())
      const job = await services.jobs.create(actor, {
        ...input,
        policies: { pauseAfterFailures: FAILURES },
        alerts: { mail: notifyOnError ? await mailFor(services, actor) : null },
      })
      return reply.code(201).send({ _id: job.id, message: created, next_execution: nextExecution(job) })
    })

    scope.get(path, about('List cron jobs'), async (request) => {
      const actor = actorOf(request)
      const jobs = await someJobs(services, actor, pageIn(request))
      const alerts = await services.alerts.of(
        actor,
        jobs.map(({ id }) => id),
      )
      return jobs.map((job) => jobToCron2(job, alerts.get(job.id) ?? { mail: null }))
    })

    scope.get<WithId>(`${path}/:id`, about('Get a cron job'), async (request) => {
      const actor = actorOf(request)
      const { id } = request.params
      const job = await services.jobs.get(actor, id).catch(inJobWords(noun))
      return jobToCron2(job, await services.alerts.get(actor, id))
    })

    scope.put<WithId>(`${path}/:id`, about('Replace a cron job, and enable it'), async (request) => {
      const actor = actorOf(request)
      const { id } = request.params
      const present = await services.jobs.get(actor, id, 'job.change').catch(inJobWords(noun))
      const { notifyOnError, name, ...input } = cronJobOf(request.body, clock.now())
      const { mail } = await services.alerts.get(actor, id)
      const to = mail ?? (await mailFor(services, actor))
      const edit = {
        ...input,
        ...(isNamedByUs(present) ? { name } : {}),
        enabled: true,
        alerts: { mail: notifyOnError ? { ...to, onFailure: true } : null },
      }
      const job = await services.jobs.update(actor, id, edit, null, { evenIfSame: true }).catch(inJobWords(noun))
      const shape = jobToCron2(job, await services.alerts.get(actor, id))
      return { ...shape, message: updated, next_execution: nextExecution(job) }
    })

    scope.delete<WithId>(`${path}/:id`, about('Delete a cron job'), async (request, reply) => {
      await services.jobs.delete(actorOf(request), request.params.id, null).catch(inJobWords(noun))
      return reply.code(204).send()
    })
  }
}

export const inJobWords =
  (noun: 'cron' | 'job') =>
  (error: unknown): never => {
    // The document's own spelling.
    if (error instanceof DomainError && error.code === 'not_found') throw refusal(404, `${noun} dosent exists`)
    throw error
  }

const mailFor = async ({ users }: Services, actor: Actor) => ({
  to: [(await users.me(actor)).user.email],
  onFailure: true,
  onSuccess: false,
})

const isNamedByUs = ({ name, target }: JobView): boolean =>
  target.kind === 'http' && name === nameFor(target.method, target.url)

const someJobs = async (
  { jobs }: Services,
  actor: Actor,
  { skip, limit }: { readonly skip: number; readonly limit: number },
): Promise<JobView[]> => {
  const found: JobView[] = []
  let cursor: string | null = null
  do {
    const page = await jobs.list(actor, { ...NEWEST_FIRST, cursor, limit: LARGEST_PAGE })
    found.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null && found.length < skip + limit)
  return found.slice(skip, skip + limit)
}
