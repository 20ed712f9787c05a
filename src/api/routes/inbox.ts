/** /api/v3/notifications: what you find in your inbox. */
import { z } from 'zod'
import {
  Counted,
  Notification,
  NotificationPage,
  NotificationQuery,
  NotificationRange,
  UnreadCount,
} from '../contract/inbox.ts'
import { Id, NoFields, strict } from '../contract/values.ts'
import { noticeToWire, rangeFrom } from '../translate/inbox.ts'
import { type Api, actorOf, asQueryFault, BODY, type RouteContext, refusals, SIGNED_IN } from './route.ts'

const tags = ['notifications']
const params = strict({ id: Id })

export const inboxRoutes = (api: Api, { services }: RouteContext): void => {
  api.get(
    '/notifications',
    {
      schema: {
        tags,
        operationId: 'listNotifications',
        summary: 'List what is in your inbox',
        querystring: NotificationQuery,
        response: {
          200: NotificationPage.describe('A page of notifications, newest first.'),
          ...refusals(...SIGNED_IN, 'malformed'),
        },
      },
    },
    async (request) => {
      const { cursor = null, limit, unread, ...range } = request.query
      const query = { ...rangeFrom(range), unreadOnly: unread, cursor, limit }
      const page = await asQueryFault(services.inbox.page(actorOf(request), query))
      return { items: page.items.map(noticeToWire), next_cursor: page.nextCursor }
    },
  )

  api.get(
    '/notifications/unread-count',
    {
      schema: {
        tags,
        operationId: 'countUnreadNotifications',
        summary: 'Count what you have not read',
        querystring: NotificationRange,
        response: { 200: UnreadCount.describe('How many.'), ...refusals(...SIGNED_IN, 'malformed') },
      },
    },
    async (request) => ({
      unread: await asQueryFault(services.inbox.unreadCount(actorOf(request), rangeFrom(request.query))),
    }),
  )

  api.get(
    '/notifications/:id',
    {
      schema: {
        tags,
        operationId: 'getNotification',
        summary: 'Show a notification',
        params,
        response: { 200: Notification.describe('The notification.'), ...refusals(...SIGNED_IN, 'not_found') },
      },
    },
    async (request) => noticeToWire(await services.inbox.get(actorOf(request), request.params.id)),
  )

  api.post(
    '/notifications/:id/read',
    {
      schema: {
        tags,
        operationId: 'readNotification',
        summary: 'Mark a notification as read',
        description: 'The first time counts.',
        params,
        body: NoFields,
        response: {
          200: Notification.describe('The notification.'),
          ...refusals(...SIGNED_IN, ...BODY, 'not_found'),
        },
      },
    },
    async (request) => noticeToWire(await services.inbox.markRead(actorOf(request), request.params.id)),
  )

  api.post(
    '/notifications/read-all',
    {
      schema: {
        tags,
        operationId: 'readAllNotifications',
        summary: 'Mark all notifications as read',
        body: NotificationRange.optional(),
        response: { 200: Counted.describe('How many were unread.'), ...refusals(...SIGNED_IN, ...BODY) },
      },
    },
    async (request) => ({ count: await services.inbox.markAllRead(actorOf(request), rangeFrom(request.body)) }),
  )

  api.post(
    '/notifications/delete-read',
    {
      schema: {
        tags,
        operationId: 'deleteReadNotifications',
        summary: 'Delete the notifications that you have read',
        description: 'From your inbox; others keep theirs.',
        body: NotificationRange.optional(),
        response: { 200: Counted.describe('How many were deleted.'), ...refusals(...SIGNED_IN, ...BODY) },
      },
    },
    async (request) => ({ count: await services.inbox.deleteRead(actorOf(request), rangeFrom(request.body)) }),
  )

  api.delete(
    '/notifications/:id',
    {
      schema: {
        tags,
        operationId: 'deleteNotification',
        summary: 'Delete a notification',
        description: 'From your inbox; others keep theirs.',
        params,
        response: { 204: z.undefined().describe('It is gone.'), ...refusals(...SIGNED_IN, 'not_found') },
      },
    },
    async (request, reply) => {
      await services.inbox.delete(actorOf(request), request.params.id)
      return reply.code(204).send()
    },
  )
}
