/** The past of jobs: versions and the way back to them, why an instant went as it did, and whether anything is missing. */
import { ExplainQuery, Explanation, JobHistory, LedgerCheck, LedgerQuery, UndoRequest } from '../contract/history.ts'
import { Job } from '../contract/jobs.ts'
import { Id, strict } from '../contract/values.ts'
import { explainedToWire, ledgerCheckToWire, versionToWire } from '../translate/history.ts'
import { jobToWire } from '../translate/jobs.ts'
import { epochMs } from '../translate/values.ts'
import {
  type Api,
  actorOf,
  asQueryFault,
  BODY,
  etag,
  IF_MATCH,
  ifVersion,
  type RouteContext,
  refusals,
  SIGNED_IN,
} from './route.ts'

const tags = ['jobs']
const params = strict({ id: Id })
const DAY_MS = 24 * 3600 * 1000

export const jobHistoryRoutes = (api: Api, { services, clock }: RouteContext): void => {
  api.get(
    '/jobs/:id/history',
    {
      schema: {
        tags,
        operationId: 'listJobVersions',
        summary: 'List the versions of a job',
        description: 'Also of a deleted one. The newest 200 are kept.',
        params,
        response: {
          200: JobHistory.describe('Who changed what, and when.'),
          ...refusals(...SIGNED_IN, 'not_found'),
        },
      },
    },
    async (request) => {
      const versions = await services.jobs.history(actorOf(request), request.params.id)
      return { items: versions.map(versionToWire) }
    },
  )

  api.post(
    '/jobs/:id/undo',
    {
      schema: {
        tags,
        operationId: 'undoJob',
        summary: 'Give a job back a former version, or bring a deleted one back',
        description:
          'A change like any other: it can be undone too. What a deleted job missed did not exist, and is not made up for.',
        params,
        headers: IF_MATCH,
        body: UndoRequest.optional(),
        response: {
          200: Job.describe('The job as it is now.'),
          ...refusals(...SIGNED_IN, 'not_found', 'conflict', 'stale', 'job.expired', ...BODY, 'egress.denied'),
        },
      },
    },
    async (request, reply) => {
      const toVersion = request.body?.to_version
      const job = await services.jobs.undo(actorOf(request), request.params.id, { toVersion }, ifVersion(request))
      return reply.header('etag', etag(job.version)).send(jobToWire(job))
    },
  )

  api.get(
    '/jobs/:id/explain',
    {
      schema: {
        tags,
        operationId: 'explainJob',
        summary: 'Explain what became of a job at an instant, or what will',
        params,
        querystring: ExplainQuery,
        response: {
          200: Explanation.describe('The answer, and why.'),
          ...refusals(...SIGNED_IN, 'not_found', 'malformed'),
        },
      },
    },
    async (request) =>
      explainedToWire(await services.explain(actorOf(request), request.params.id, epochMs(request.query.at))),
  )

  api.get(
    '/ledger/check',
    {
      schema: {
        tags: ['executions'],
        operationId: 'checkLedger',
        summary: 'Recompute the expected occurrences, and tell which have no row',
        description:
          'One request looks at some hundred jobs; go on with `cursor`, and the same `until`, to the last page.',
        querystring: LedgerQuery,
        response: {
          200: LedgerCheck.describe('What was expected, and what is missing.'),
          ...refusals(...SIGNED_IN, 'malformed', 'not_found'),
        },
      },
    },
    async (request) => {
      const { job_id: jobId, cursor = null, ...given } = request.query
      const until = given.until === undefined ? clock.now() : epochMs(given.until)
      const range = { from: given.from === undefined ? until - DAY_MS : epochMs(given.from), until }
      const check = await asQueryFault(services.ledger.check(actorOf(request), { ...range, jobId, cursor }))
      return ledgerCheckToWire(check, range)
    },
  )
}
