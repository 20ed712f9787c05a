/** `/jobs`: made, read, changed and deleted in the shapes of the document. */
import type { Actor } from '../../../domain/actor.ts'
import { LARGEST_PAGE } from '../../../domain/page.ts'
import type { AlertsView, JobView, Services } from '../../../services/services.ts'
import { actorOf, onceMoreIfStale } from '../../routes/route.ts'
import { fieldsOf } from './body.ts'
import { jobEditFrom, type Known, type Named, namedIn, newJobFrom } from './job-body.ts'
import { inJobWords } from './job-errors.ts'
import type { JobRules } from './job-rules.ts'
import { jobToTeam, jobWithRuns } from './job-shape.ts'
import { about, type Surface, type TeamContext, type TeamRoutes } from './surface.ts'

const NEWEST_FIRST = { sort: 'created_at', descending: true } as const

type WithId = { Params: { id: string } }

/** Names are unique here, and a schedule without a coming instant is taken, as the document has it. */
const SAVING = { uniqueName: true, mayBeOver: true } as const

export const jobRoutes: TeamRoutes = (scope, context) => {
  const { surface, services, timeZone } = context
  const at = () => ({ today: services.endDates.today(), timeZone })

  scope.post('/jobs', about('jobs', 'Create a job', 'writer'), async (request, reply) => {
    const actor = actorOf(request)
    const fields = fieldsOf(request)
    const input = newJobFrom(fields, await knownOf(context, actor, namedIn(fields), null), rulesOf(context))
    const job = await services.jobs.create(actor, input, SAVING).catch(inJobWords())
    const alerts = await services.alerts.get(actor, job.id)
    return reply.code(201).send({ message: 'Job created successfully', job: jobToTeam(job, alerts, at().today) })
  })

  scope.get('/jobs', about('jobs', 'List all jobs'), async (request) => {
    const actor = actorOf(request)
    const jobs: ReturnType<typeof jobWithRuns>[] = []
    let cursor: string | null = null
    // The list of the dialect has no pages.
    do {
      const page = await services.jobs.list(actor, { ...NEWEST_FIRST, cursor, limit: LARGEST_PAGE })
      const alerts = await services.alerts.of(
        actor,
        page.items.map(({ id }) => id),
      )
      jobs.push(...page.items.map((job) => jobWithRuns(job, alertsIn(alerts, job), at())))
      cursor = page.nextCursor
    } while (cursor !== null)
    return { count: jobs.length, jobs }
  })

  scope.get<WithId>('/jobs/:id', about('jobs', 'Get a job'), async (request) => {
    const actor = actorOf(request)
    const { id } = request.params
    const job = await services.jobs.get(actor, id).catch(inJobWords({ id, deed: null, actor }))
    return { job: jobWithRuns(job, await services.alerts.get(actor, id), at()) }
  })

  scope.put<WithId>('/jobs/:id', aboutOwn(surface, 'Update a job'), async (request) => {
    const actor = actorOf(request)
    const { id } = request.params
    const words = inJobWords({ id, deed: 'update', actor })
    await jobToChange(services, actor, id, 'job.change').catch(words)
    const fields = fieldsOf(request)
    const job = await onceMoreIfStale(async () => {
      const present = { job: await services.jobs.get(actor, id), alerts: await services.alerts.get(actor, id) }
      const edit = jobEditFrom(fields, present, await knownOf(context, actor, namedIn(fields), id), rulesOf(context))
      return services.jobs.update(actor, id, edit, present.job.version, { ...SAVING, evenIfSame: true })
    }).catch(words)
    const alerts = await services.alerts.get(actor, id)
    return { message: 'Job updated successfully', job: jobToTeam(job, alerts, at().today) }
  })

  scope.delete<WithId>('/jobs/:id', aboutOwn(surface, 'Delete a job'), async (request) => {
    const actor = actorOf(request)
    const { id } = request.params
    const words = inJobWords({ id, deed: 'delete', actor })
    const { name } = await jobToChange(services, actor, id, 'job.change').catch(words)
    await services.jobs.delete(actor, id, null).catch(words)
    return { message: 'Job deleted successfully', deleted_job: { id, name } }
  })
}

/** One that is not there is told before a role that does not suffice. */
export const jobToChange = async (
  { jobs }: Services,
  actor: Actor,
  id: string,
  forWhat: 'job.change' | 'job.run',
): Promise<JobView> => {
  await jobs.get(actor, id)
  return jobs.get(actor, id, forWhat)
}

/** The second generation looks at the role before it looks for the job, the first one after it. */
export const aboutOwn = (surface: Surface, summary: string) =>
  surface.generation === 1 ? about('jobs', summary) : about('jobs', summary, 'writer')

export const rulesOf = ({ surface, services, timeZone }: TeamContext): JobRules => ({
  surface,
  timeZone,
  today: services.endDates.today(),
  defaultOwner: services.defaultGithubOwner,
  needsEndDate: services.endDates.required ?? surface.generation === 2,
  defaultEndDate: services.endDates.byDefault(),
})

/** `exceptId`: the job itself, whose name is its own. */
export const knownOf = async (
  { services }: TeamContext,
  actor: Actor,
  { name, category, team }: Named,
  exceptId: string | null,
): Promise<Known> => ({
  nameTaken: name !== null && (await services.jobs.isNamed(actor, name, exceptId)),
  category: category === null ? null : await services.catalog.categories.find(actor, category),
  team: team === null ? null : await services.catalog.teams.find(actor, team),
})

const alertsIn = (alerts: ReadonlyMap<string, AlertsView>, { id }: JobView): Pick<AlertsView, 'mail'> =>
  alerts.get(id) ?? { mail: null }
