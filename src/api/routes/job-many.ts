/** Many jobs in one request: an action for all of them, and jobs that come from a file. */
import { BulkRequest, BulkResult, ImportRequest, ImportResult } from '../contract/job-many.ts'
import { bulkRequest, bulkToWire, importedJob } from '../translate/job-many.ts'
import { type Api, actorOf, BODY, type RouteContext, refusals, SCHEDULE, SIGNED_IN } from './route.ts'

const tags = ['jobs']
const LARGEST_IMPORT_BYTES = 16 * 1024 * 1024
/** A job has a few dozen names. */
const MOST_MEMBERS = 1_000_000
const LONGEST_MS = 120_000

export const jobManyRoutes = (api: Api, { services, clock, timeZone }: RouteContext): void => {
  api.post(
    '/jobs/bulk',
    {
      config: { resumable: true },
      handlerTimeout: LONGEST_MS,
      schema: {
        tags,
        operationId: 'bulkJobs',
        summary: 'Do one thing to many jobs',
        description:
          'Each job on its own: what is wrong with one keeps the others from nothing, and stands beside its id.',
        body: BulkRequest,
        response: {
          200: BulkResult.describe('What became of each job.'),
          ...refusals(...SIGNED_IN, ...BODY, 'conflict'),
        },
      },
    },
    async (request) => {
      const idFor = request.errand?.idFor
      const asked = bulkRequest(request.body, idFor && ((jobId) => idFor(`run ${jobId}`)))
      return bulkToWire(request.body, await services.bulk(actorOf(request), asked), request.id)
    },
  )

  api.post(
    '/jobs/import',
    {
      config: { resumable: true, mostMembers: MOST_MEMBERS },
      bodyLimit: LARGEST_IMPORT_BYTES,
      handlerTimeout: LONGEST_MS,
      schema: {
        tags,
        operationId: 'importJobs',
        summary: 'Create many jobs',
        description:
          'Every row is checked before the first job is made; one that is wrong is named with its number, and none is made. They are made in batches of 500, each of which is whole or not there: after an outage in between, the same request with the same `Idempotency-Key` makes the rest.',
        body: ImportRequest,
        response: {
          201: ImportResult.describe('The jobs, in the order given.'),
          200: ImportResult.describe('With `dry_run`: what would be made.'),
          ...refusals(...SIGNED_IN, ...BODY, ...SCHEDULE, 'egress.denied'),
        },
      },
    },
    async (request, reply) => {
      const { jobs, secrets = {}, dry_run = false } = request.body
      const ground = { now: clock.now(), zone: timeZone }
      const rows = { count: jobs.length, rowAt: (row: number) => importedJob(jobs[row], secrets, ground) }
      const idFor = request.errand?.idFor
      const items = await services.importJobs(actorOf(request), rows, {
        dryRun: dry_run,
        idFor: idFor && ((row) => idFor(`job ${row}`)),
      })
      return reply.code(dry_run ? 200 : 201).send({ dry_run, count: items.length, items: [...items] })
    },
  )
}
