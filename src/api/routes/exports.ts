/** Whole lists as files, written while they are read: a page at a time, as fast as the client takes them. */
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { ExecutionExportQuery, JobExport, JobExportQuery } from '../contract/exports.ts'
import { executionsAsCsv, executionsAsLines, jobsAsCsv, jobsAsJson } from '../translate/exports.ts'
import { epochMsIf } from '../translate/values.ts'
import { type Api, actorOf, asQueryFault, type RouteContext, refusals, SIGNED_IN } from './route.ts'

const CSV = 'text/csv'
const LINES = 'application/x-ndjson'
/** A client that takes longer is cut off: it sees that its file is not whole. */
const LONGEST_MS = 3600 * 1000

export const exportRoutes = (api: Api, { services }: RouteContext): void => {
  api.get(
    '/jobs/export',
    {
      handlerTimeout: LONGEST_MS,
      schema: {
        tags: ['jobs'],
        operationId: 'exportJobs',
        summary: 'Export jobs',
        description:
          'All that the filter means. In JSON secrets are fingerprints; a text in CSV that a spreadsheet would take for a formula begins with an apostrophe.',
        querystring: JobExportQuery,
        response: {
          ...files({ 'application/json': JobExport, [CSV]: z.string() }),
          ...refusals(...SIGNED_IN, 'malformed'),
        },
      },
    },
    async (request, reply) => {
      const { format, ...filter } = request.query
      const pages = await asQueryFault(services.exports.jobs(actorOf(request), filter))
      return format === 'csv'
        ? file(reply, { name: 'jobs.csv', type: `${CSV}; charset=utf-8` }, jobsAsCsv(pages))
        : file(reply, { name: 'jobs.json', type: 'application/json; charset=utf-8' }, jobsAsJson(pages))
    },
  )

  api.get(
    '/executions/export',
    {
      handlerTimeout: LONGEST_MS,
      schema: {
        tags: ['executions'],
        operationId: 'exportExecutions',
        summary: 'Export executions',
        description: 'All that the filter means, oldest first; what targets answered is left out.',
        querystring: ExecutionExportQuery,
        response: {
          ...files({ [CSV]: z.string(), [LINES]: z.string() }),
          ...refusals(...SIGNED_IN, 'malformed', 'not_found'),
        },
      },
    },
    async (request, reply) => {
      const { format, job_id, status, trigger, from, until } = request.query
      const pages = await asQueryFault(
        services.exports.executions(actorOf(request), {
          jobId: job_id,
          statuses: status,
          trigger,
          from: epochMsIf(from),
          until: epochMsIf(until),
        }),
      )
      return format === 'csv'
        ? file(reply, { name: 'executions.csv', type: `${CSV}; charset=utf-8` }, executionsAsCsv(pages))
        : file(reply, { name: 'executions.ndjson', type: LINES }, executionsAsLines(pages))
    },
  )
}

const files = (schemas: Readonly<Record<string, z.ZodType>>): Record<never, never> => ({
  200: {
    description: 'The file, streamed.',
    content: Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }])),
  },
})

const file = (
  reply: FastifyReply,
  { name, type }: { readonly name: string; readonly type: string },
  parts: AsyncIterable<string>,
): FastifyReply =>
  reply.type(type).header('content-disposition', `attachment; filename="carillon-${name}"`).send(Readable.from(parts))
