/** What one may do with a job beside keeping it: run, pause, resume, copy, look at its occurrences. */
import { Execution } from '../contract/executions.ts'
import {
  CloneRequest,
  Job,
  OccurrenceList,
  OccurrenceQuery,
  Resumed,
  ResumeRequest,
  RunRequest,
} from '../contract/jobs.ts'
import { Id, NoFields, strict } from '../contract/values.ts'
import { executionToWire } from '../translate/executions.ts'
import { jobToWire, occurrenceToWire, resumedToWire } from '../translate/jobs.ts'
import { overridesFrom } from '../translate/targets.ts'
import {
  type Api,
  actorOf,
  BODY,
  etag,
  IF_MATCH,
  idForErrand,
  ifVersion,
  type RouteContext,
  refusals,
  SIGNED_IN,
} from './route.ts'

const tags = ['jobs']
const params = strict({ id: Id })
const refused = refusals(...SIGNED_IN, 'not_found', 'conflict', 'stale', 'job.expired', ...BODY)

export const jobActionRoutes = (api: Api, { services }: RouteContext): void => {
  api.post(
    '/jobs/:id/run',
    {
      schema: {
        tags,
        operationId: 'runJob',
        summary: 'Run a job now',
        description: 'Whatever its state or schedule. What `target` overrides is for this run only.',
        params,
        headers: IF_MATCH,
        body: RunRequest.optional(),
        response: {
          202: Execution.describe('The execution that will run.'),
          ...refusals(...SIGNED_IN, 'not_found', 'conflict', 'stale', 'job.expired', ...BODY, 'egress.denied'),
        },
      },
    },
    async (request, reply) => {
      const execution = await services.jobs.run(
        actorOf(request),
        request.params.id,
        overridesFrom(request.body ?? {}),
        { ifVersion: ifVersion(request), executionId: idForErrand(request, 'execution') },
      )
      return reply.code(202).header('location', `/api/v3/executions/${execution.id}`).send(executionToWire(execution))
    },
  )

  api.post(
    '/jobs/:id/pause',
    {
      schema: {
        tags,
        operationId: 'pauseJob',
        summary: 'Pause a job',
        description: 'What runs goes on; nothing new is due. A paused job stays paused.',
        params,
        headers: IF_MATCH,
        body: NoFields,
        response: { 200: Job.describe('The paused job.'), ...refused },
      },
    },
    async (request, reply) => {
      const job = await services.jobs.pause(actorOf(request), request.params.id, ifVersion(request))
      return reply.header('etag', etag(job.version)).send(jobToWire(job))
    },
  )

  api.post(
    '/jobs/:id/resume',
    {
      schema: {
        tags,
        operationId: 'resumeJob',
        summary: 'Resume a job',
        params,
        headers: IF_MATCH,
        body: ResumeRequest.optional(),
        response: { 200: Resumed.describe('The job, and what passed while it was paused.'), ...refused },
      },
    },
    async (request, reply) => {
      const { catch_up, dry_run } = request.body ?? {}
      const choice = { catchUp: catch_up, dryRun: dry_run }
      const resumed = await services.jobs.resume(actorOf(request), request.params.id, choice, ifVersion(request))
      return reply.header('etag', etag(resumed.job.version)).send(resumedToWire(resumed))
    },
  )

  api.post(
    '/jobs/:id/clone',
    {
      schema: {
        tags,
        operationId: 'cloneJob',
        summary: 'Copy a job',
        description:
          'With its timetable, target, policies and metadata. Its secrets are copied inside the server, for whoever may change the original.',
        params,
        headers: IF_MATCH,
        body: CloneRequest.optional(),
        response: {
          201: Job.describe('The copy.'),
          ...refusals(...SIGNED_IN, 'not_found', 'stale', ...BODY, 'egress.denied'),
        },
      },
    },
    async (request, reply) => {
      const copy = await services.jobs.clone(actorOf(request), request.params.id, {
        ...request.body,
        ifVersion: ifVersion(request),
        copyId: idForErrand(request, 'job'),
      })
      return reply
        .code(201)
        .header('location', `/api/v3/jobs/${copy.id}`)
        .header('etag', etag(copy.version))
        .send(jobToWire(copy))
    },
  )

  api.get(
    '/jobs/:id/occurrences',
    {
      schema: {
        tags,
        operationId: 'listOccurrences',
        summary: 'List the occurrences of a job, past and coming',
        params,
        querystring: OccurrenceQuery,
        response: {
          200: OccurrenceList.describe('Past occurrences and what became of them, then those to come.'),
          ...refusals(...SIGNED_IN, 'not_found', 'malformed'),
        },
      },
    },
    async (request) => {
      const items = await services.jobs.occurrences(actorOf(request), request.params.id, request.query)
      return { items: items.map(occurrenceToWire) }
    },
  )
}
