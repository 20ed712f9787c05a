/** `/executions`, `/jobs/{id}/executions`: what ran, and what came of it. */
import type { Actor } from '../../../domain/actor.ts'
import { DomainError } from '../../../domain/errors.ts'
import type { Services } from '../../../services/services.ts'
import { actorOf } from '../../routes/route.ts'
import { queryOf } from './body.ts'
import { refusal, shapeRefusal } from './errors.ts'
import { countOf, executionToTeam, filtersOf, withJobName, withRepo } from './execution-shape.ts'
import { type Query, rangeOf, rangeToTeam, wholeOf } from './range.ts'
import { about, type Surface, type TeamRoutes } from './surface.ts'

type WithId = { Params: { id: string } }
type WithIds = { Params: { id: string; execution: string } }

const LIMIT = { name: 'limit', least: 1, most: 200 }
const PAGE = { name: 'page', byDefault: 1, least: 1, most: 1_000_000 }

export const executionRoutes: TeamRoutes = (scope, { surface, services }) => {
  const { ran } = services

  scope.get<WithId>('/jobs/:id/executions', about('executions', 'List the executions of a job'), async (request) => {
    const actor = actorOf(request)
    const query = queryOf(request)
    const limit = boundedOf(surface, query, { ...LIMIT, byDefault: 50 })
    const job = await jobOf(services, actor, request.params.id)
    const { items } = await ran.page(actor, { ...askedOf(query), jobId: job.id, offset: 0, limit })
    return {
      job_id: job.id,
      job_name: job.name,
      // Of those that are here, as the document has it.
      total_executions: items.length,
      executions: items.map(executionToTeam(surface)),
    }
  })

  scope.get<WithId>('/jobs/:id/executions/stats', about('executions', 'Sum up a job'), async (request) => {
    const actor = actorOf(request)
    const job = await jobOf(services, actor, request.params.id)
    const [latest, tally] = await Promise.all([
      ran.page(actor, { jobId: job.id, offset: 0, limit: 1 }),
      ran.tally(actor, { jobId: job.id }),
    ])
    const sums = sumsOf(tally.counts)
    const mean = tally.meanDurationMs.success
    return {
      job_id: job.id,
      job_name: job.name,
      latest_execution: latest.items.map(executionToTeam(surface))[0] ?? null,
      statistics: {
        total_executions: sums.total,
        success_count: sums.success,
        failed_count: sums.failed,
        running_count: sums.running,
        success_rate: Math.round(sums.rate * 100) / 100,
        average_duration_seconds: mean === null ? null : mean / 1000,
      },
    }
  })

  scope.get<WithIds>(
    '/jobs/:id/executions/:execution',
    about('executions', 'Get an execution of a job'),
    async (request) => {
      const actor = actorOf(request)
      const { id, execution: executionId } = request.params
      const job = await jobOf(services, actor, id)
      const execution = await ran.get(actor, executionId).catch(noExecution(executionId))
      if (execution.jobId !== job.id) throw executionNotFound(executionId)
      return { job: { id: job.id, name: job.name }, execution: withJobName(surface)(execution) }
    },
  )

  scope.get('/executions', about('executions', 'List the executions of all jobs'), async (request) => {
    const query = queryOf(request)
    const page = boundedOf(surface, query, PAGE)
    const limit = boundedOf(surface, query, { ...LIMIT, byDefault: 20 })
    const asked = { ...askedOf(query), offset: (page - 1) * limit, limit, ...jobIdOf(query) }
    const { items, total } = await ran.page(actorOf(request), asked).catch(unknownJob({ items: [], total: 0 }))
    return { executions: items.map(withRepo(surface)), total, page, limit, total_pages: Math.ceil(total / limit) }
  })

  scope.get('/executions/statistics', about('executions', 'Sum up all jobs'), async (request) => {
    const query = queryOf(request)
    const range = rangeOf(query)
    const tally = await ran
      .tally(actorOf(request), { from: range.from, until: range.to, ...jobIdOf(query) })
      .catch(unknownJob({ counts: {}, meanDurationMs: { success: null, all: null } }))
    const sums = sumsOf(tally.counts)
    return {
      total_executions: sums.total,
      successful_executions: sums.success,
      failed_executions: sums.failed,
      running_executions: sums.running,
      success_rate: sums.rate,
      average_duration_seconds: (tally.meanDurationMs.all ?? 0) / 1000,
      range: rangeToTeam(range),
    }
  })

  scope.get<WithId>('/executions/:id', about('executions', 'Get an execution'), async (request) => {
    const { id } = request.params
    return { execution: withRepo(surface)(await ran.get(actorOf(request), id).catch(noExecution(id))) }
  })
}

const askedOf = (query: Query) => {
  const { from, to } = rangeOf(query)
  return { ...filtersOf(query), from, until: to }
}

const jobIdOf = ({ job_id }: Query): { readonly jobId?: string } =>
  job_id === undefined || job_id === '' ? {} : { jobId: job_id }

/** Among three words; the rate in percent, 0 where nothing ran. */
const sumsOf = (counts: Parameters<typeof countOf>[0]) => {
  const [success, failed, running] = [countOf(counts, 'success'), countOf(counts, 'failed'), countOf(counts, 'running')]
  const total = success + failed + running
  return { success, failed, running, total, rate: total === 0 ? 0 : (100 * success) / total }
}

type Bounded = { readonly name: string; readonly byDefault: number; readonly least: number; readonly most: number }

/** The first generation brings a number between its bounds, the second refuses it. */
const boundedOf = (surface: Surface, query: Query, { name, byDefault, least, most }: Bounded): number => {
  const anyWhole = { least: Number.MIN_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER }
  const given = wholeOf(surface, query, { name, byDefault, ...anyWhole })
  if (surface.generation === 1) return Math.min(Math.max(given, least), most)
  const [type, msg] =
    given < least
      ? ['greater_than_equal', `Input should be greater than or equal to ${least}`]
      : ['less_than_equal', `Input should be less than or equal to ${most}`]
  if (given < least || given > most)
    throw shapeRefusal(surface, `Invalid ${name}`, [{ type, loc: ['query', name], msg, input: String(given) }])
  return given
}

const jobOf = async (services: Services, actor: Actor, id: string) => {
  try {
    return await services.jobs.get(actor, id)
  } catch (error) {
    if (isNotFound(error)) throw refusal(404, 'Job not found', `No job found with ID: ${id}`)
    throw error
  }
}

const isNotFound = (error: unknown): boolean => error instanceof DomainError && error.code === 'not_found'

const executionNotFound = (id: string) => refusal(404, 'Execution not found', `No execution found with ID: ${id}`)

const noExecution =
  (id: string) =>
  (error: unknown): never => {
    throw isNotFound(error) ? executionNotFound(id) : error
  }

/** The id of a job is one more filter here: one that is none's fits nothing. */
const unknownJob =
  <Nothing>(nothing: Nothing) =>
  (error: unknown): Nothing => {
    if (isNotFound(error)) return nothing
    throw error
  }
