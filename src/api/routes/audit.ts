/** /api/v3/audit: who did what, for administrators, and the proof that it is whole. */
import { AuditPage, AuditQuery, ChainCheck, ChainCheckQuery } from '../contract/audit.ts'
import { auditEntryToWire, chainCheckToWire, linkFrom } from '../translate/history.ts'
import { epochMsIf } from '../translate/values.ts'
import { type Api, actorOf, asQueryFault, type RouteContext, refusals, SIGNED_IN } from './route.ts'

const tags = ['audit']

export const auditRoutes = (api: Api, { services }: RouteContext): void => {
  api.get(
    '/audit',
    {
      schema: {
        tags,
        operationId: 'listAudit',
        summary: 'List the audit log, newest first',
        querystring: AuditQuery,
        response: { 200: AuditPage.describe('A page of entries.'), ...refusals(...SIGNED_IN, 'malformed') },
      },
    },
    async (request) => {
      const { actor, action, subject, from, until, cursor = null, limit } = request.query
      const page = await asQueryFault(
        services.auditLog.list(actorOf(request), {
          actorId: actor,
          deed: action,
          subjectId: subject,
          from: epochMsIf(from),
          until: epochMsIf(until),
          cursor,
          limit,
        }),
      )
      return { items: page.items.map(auditEntryToWire), next_cursor: page.nextCursor }
    },
  )

  api.get(
    '/audit/check',
    {
      schema: {
        tags,
        operationId: 'checkAudit',
        summary: 'Follow the chain of the audit log, and tell where it breaks',
        description: 'One request looks at 10,000 entries; go on with `after` until `done`.',
        querystring: ChainCheckQuery,
        response: { 200: ChainCheck.describe('How far the chain holds.'), ...refusals(...SIGNED_IN, 'malformed') },
      },
    },
    async (request) => {
      const { after, head } = request.query
      const link = { after: linkFrom(after), remembered: linkFrom(head) }
      return chainCheckToWire(await services.auditLog.check(actorOf(request), link))
    },
  )
}
