/** `/cronjobs`, and the history of an API. */
import type { FastifyInstance } from 'fastify'
import { invalid } from '../../../domain/errors.ts'
import type { JobView } from '../../../services/services.ts'
import { actorOf } from '../../routes/route.ts'
import type { ApplicationsContext } from './context.ts'
import { cronJobToFields, executionToFields } from './shapes.ts'

type Query = Readonly<Record<string, string | undefined>>
type OfApi = { readonly Params: { readonly appId: string; readonly apiName: string }; readonly Querystring: Query }
type OfJob = { readonly Params: { readonly jobId: string } }

const MOST_JOBS = 1000
const MOST_RUNS = 200
const READ_AT_ONCE = 100
const hidden = { schema: { hide: true } }

export const cronjobRoutes = (scope: FastifyInstance, { services, timeZone }: ApplicationsContext): void => {
  scope.get<{ readonly Querystring: Query }>('/cronjobs', hidden, async (request) => {
    const actor = actorOf(request)
    const { appId } = request.query
    const isActive = truthIn(request.query, 'isActive')
    const limit = wholeIn(request.query, 'limit', { byDefault: MOST_JOBS, most: MOST_JOBS })
    const jobs: JobView[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof services.jobs.list>> = await services.jobs.list(actor, {
        ...{ sort: 'created_at', descending: false, cursor, limit: READ_AT_ONCE },
        ...(appId === undefined ? {} : { application: appId }),
        ...(isActive === true ? { state: 'active' } : {}),
      })
      jobs.push(...page.items.filter(({ state }) => isActive !== false || state !== 'active'))
      cursor = page.nextCursor
    } while (cursor !== null && jobs.length < limit)
    const shown = jobs.slice(0, limit)
    const apis = await services.apis.ofJobs(actor, shown)
    return shown.map((job) => cronJobToFields(job, apis.get(job.id), timeZone))
  })

  scope.post<OfJob>('/cronjobs/:jobId/trigger', hidden, async (request, reply) => {
    const { jobId } = request.params
    const { id: executionId } = await services.jobs.run(actorOf(request), jobId)
    return reply.code(202).send({ message: 'Cron job triggered successfully', jobId, executionId })
  })

  scope.get<OfApi>('/applications/:appId/apis/:apiName/history', hidden, async (request) => {
    const actor = actorOf(request)
    const { query, params } = request
    const limit = wholeIn(query, 'limit', { byDefault: 50, most: MOST_RUNS })
    const page = wholeIn(query, 'page', { byDefault: 1, most: 1_000_000 })
    const range = { from: instantIn(query, 'from'), until: instantIn(query, 'to') }
    const { job } = await services.apis.get(actor, params.appId, params.apiName)
    const { items } = await services.ran.page(actor, { ...range, jobId: job.id, offset: (page - 1) * limit, limit })
    return items.map(executionToFields)
  })
}

const wholeIn = (query: Query, name: string, { byDefault, most }: { byDefault: number; most: number }): number => {
  const text = query[name]
  if (text === undefined || text === '') return byDefault
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > most) throw invalid(name, text, `give a whole number from 1 to ${most}`)
  return number
}

const truthIn = (query: Query, name: string): boolean | undefined => {
  const text = query[name]
  if (text === undefined || text === '') return undefined
  if (text !== 'true' && text !== 'false') throw invalid(name, text, 'give true or false')
  return text === 'true'
}

const DAY = /^\d{4}-\d\d-\d\d$/
const DAY_MS = 86_400_000

/** A day named as the end belongs to the range as a whole; days are those of UTC. */
const instantIn = (query: Query, name: 'from' | 'to'): number | undefined => {
  const text = query[name]
  if (text === undefined || text === '') return undefined
  try {
    const at = Temporal.Instant.from(DAY.test(text) ? `${text}T00:00:00Z` : text).epochMilliseconds
    return name === 'to' && DAY.test(text) ? at + DAY_MS : at
  } catch {
    throw invalid(name, text, 'give a date, or an instant with its offset such as 2026-03-29T01:30:00Z')
  }
}
