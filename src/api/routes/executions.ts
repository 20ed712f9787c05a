/** /api/v3/executions: what ran, what did not and why; cancel one, try one again, or delete its record. */
import { z } from 'zod'
import { Execution, ExecutionDetail, ExecutionPage, ExecutionQuery } from '../contract/executions.ts'
import { Id, NoFields, strict } from '../contract/values.ts'
import { executionDetailToWire, executionToWire } from '../translate/executions.ts'
import { epochMsIf } from '../translate/values.ts'
import {
  type Api,
  actorOf,
  asQueryFault,
  BODY,
  IF_MATCH,
  ifStanding,
  type RouteContext,
  refusals,
  SIGNED_IN,
  standingTag,
} from './route.ts'

const tags = ['executions']
const params = strict({ id: Id })

export const executionRoutes = (api: Api, { services }: RouteContext): void => {
  api.get(
    '/executions',
    {
      schema: {
        tags,
        operationId: 'listExecutions',
        summary: 'List executions',
        querystring: ExecutionQuery,
        response: {
          200: ExecutionPage.describe('A page of executions.'),
          ...refusals(...SIGNED_IN, 'malformed', 'not_found'),
        },
      },
    },
    async (request) => {
      const { job_id, status, trigger, from, until, order, cursor = null, limit } = request.query
      const page = await asQueryFault(
        services.executions.list(actorOf(request), {
          jobId: job_id,
          statuses: status,
          trigger,
          from: epochMsIf(from),
          until: epochMsIf(until),
          descending: order === 'desc',
          cursor,
          limit,
        }),
      )
      return { items: page.items.map(executionToWire), next_cursor: page.nextCursor }
    },
  )

  api.get(
    '/executions/:id',
    {
      schema: {
        tags,
        operationId: 'getExecution',
        summary: 'Read an execution with its attempts',
        params,
        response: {
          200: ExecutionDetail.describe('The execution; `ETag` is its status and attempt.'),
          ...refusals(...SIGNED_IN, 'not_found'),
        },
      },
    },
    async (request, reply) => {
      const execution = await services.executions.get(actorOf(request), request.params.id)
      return reply.header('etag', standingTag(execution)).send(executionDetailToWire(execution))
    },
  )

  api.post(
    '/executions/:id/cancel',
    {
      schema: {
        tags,
        operationId: 'cancelExecution',
        summary: 'Cancel an execution that waits or runs',
        params,
        headers: IF_MATCH,
        body: NoFields,
        response: {
          200: Execution.describe('The cancelled execution.'),
          ...refusals(...SIGNED_IN, 'not_found', 'conflict', 'stale', ...BODY),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const execution = await services.executions.cancel(actorOf(request), id, ifStanding(request))
      return reply.header('etag', standingTag(execution)).send(executionToWire(execution))
    },
  )

  api.post(
    '/executions/:id/retry',
    {
      schema: {
        tags,
        operationId: 'retryExecution',
        summary: 'Try a failed, cancelled or uncertain execution again',
        params,
        headers: IF_MATCH,
        body: NoFields,
        response: {
          202: Execution.describe('The execution, waiting for its next attempt.'),
          ...refusals(...SIGNED_IN, 'not_found', 'conflict', 'stale', ...BODY),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const execution = await services.executions.retry(actorOf(request), id, ifStanding(request))
      return reply.code(202).header('etag', standingTag(execution)).send(executionToWire(execution))
    },
  )

  api.delete(
    '/executions/:id',
    {
      schema: {
        tags,
        operationId: 'deleteExecution',
        summary: 'Delete the record of an execution that has ended',
        params,
        response: {
          204: z.undefined().describe('It is gone.'),
          ...refusals(...SIGNED_IN, 'not_found', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      await services.executions.forget(actorOf(request), request.params.id)
      return reply.code(204).send()
    },
  )

  api.delete(
    '/jobs/:id/executions',
    {
      schema: {
        tags,
        operationId: 'deleteJobExecutions',
        summary: 'Delete the records of all that a job ran and that has ended',
        params,
        response: {
          204: z.undefined().describe('They are gone; what is under way stays.'),
          ...refusals(...SIGNED_IN, 'not_found'),
        },
      },
    },
    async (request, reply) => {
      await services.executions.forgetOf(actorOf(request), request.params.id)
      return reply.code(204).send()
    },
  )
}
