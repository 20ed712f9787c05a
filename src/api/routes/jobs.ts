/** /api/v3/jobs: make, find, change and forget jobs. */
import { z } from 'zod'
import { Job, JobCreate, JobPage, JobQuery, JobUpdate } from '../contract/jobs.ts'
import { Id, strict } from '../contract/values.ts'
import { jobEdit, jobInput, jobToWire } from '../translate/jobs.ts'
import {
  type Api,
  actorOf,
  asQueryFault,
  BODY,
  etag,
  IF_MATCH,
  idForErrand,
  ifVersion,
  onceMoreIfStale,
  type RouteContext,
  refusals,
  SCHEDULE,
  SIGNED_IN,
} from './route.ts'

const tags = ['jobs']
const params = strict({ id: Id })
const SAVING = [...BODY, ...SCHEDULE, 'egress.denied'] as const

export const jobRoutes = (api: Api, { services, clock, timeZone }: RouteContext): void => {
  const ground = () => ({ now: clock.now(), zone: timeZone })

  api.post(
    '/jobs',
    {
      schema: {
        tags,
        operationId: 'createJob',
        summary: 'Create a job',
        body: JobCreate,
        response: { 201: Job.describe('The job.'), ...refusals(...SIGNED_IN, 'conflict', ...SAVING) },
      },
    },
    async (request, reply) => {
      const input = { ...jobInput(request.body, ground()), id: idForErrand(request, 'job') }
      const job = await services.jobs.create(actorOf(request), input)
      return reply
        .code(201)
        .header('location', `/api/v3/jobs/${job.id}`)
        .header('etag', etag(job.version))
        .send(jobToWire(job))
    },
  )

  api.get(
    '/jobs',
    {
      schema: {
        tags,
        operationId: 'listJobs',
        summary: 'List jobs',
        querystring: JobQuery,
        response: { 200: JobPage.describe('A page of jobs.'), ...refusals(...SIGNED_IN, 'malformed') },
      },
    },
    async (request) => {
      const { order, cursor = null, ends_before: endsBefore, external_id: externalId, ...query } = request.query
      const page = await asQueryFault(
        services.jobs.list(actorOf(request), {
          ...query,
          endsBefore,
          externalId,
          cursor,
          descending: order === 'desc',
        }),
      )
      return { items: page.items.map(jobToWire), next_cursor: page.nextCursor }
    },
  )

  api.get(
    '/jobs/:id',
    {
      schema: {
        tags,
        operationId: 'getJob',
        summary: 'Read a job',
        params,
        response: { 200: Job.describe('The job; `ETag` is its version.'), ...refusals(...SIGNED_IN, 'not_found') },
      },
    },
    async (request, reply) => {
      const job = await services.jobs.get(actorOf(request), request.params.id)
      return reply.header('etag', etag(job.version)).send(jobToWire(job))
    },
  )

  api.patch(
    '/jobs/:id',
    {
      schema: {
        tags,
        operationId: 'updateJob',
        summary: 'Change a job',
        description:
          'Fields left out stay, also inside `target` and `policies`; null takes away. Lists, headers, query and metadata are replaced whole. With `If-Match` nobody else’s change is overwritten.',
        params,
        headers: IF_MATCH,
        body: JobUpdate,
        response: {
          200: Job.describe('The job as it is now.'),
          ...refusals(...SIGNED_IN, 'not_found', 'conflict', 'stale', 'job.expired', ...SAVING),
        },
      },
    },
    async (request, reply) => {
      const actor = actorOf(request)
      const { id } = request.params
      const version = ifVersion(request)
      const change = async () => {
        const present = await services.jobs.get(actor, id)
        return services.jobs.update(actor, id, jobEdit(present, request.body, ground()), version ?? present.version)
      }
      const job = version === null ? await onceMoreIfStale(change) : await change()
      return reply.header('etag', etag(job.version)).send(jobToWire(job))
    },
  )

  api.delete(
    '/jobs/:id',
    {
      schema: {
        tags,
        operationId: 'deleteJob',
        summary: 'Delete a job',
        description: 'Its pending executions are cancelled; its history stays until it is forgotten by age.',
        params,
        headers: IF_MATCH,
        response: {
          204: z.undefined().describe('It is gone.'),
          ...refusals(...SIGNED_IN, 'not_found', 'stale'),
        },
      },
    },
    async (request, reply) => {
      await services.jobs.delete(actorOf(request), request.params.id, ifVersion(request))
      return reply.code(204).send()
    },
  )
}
