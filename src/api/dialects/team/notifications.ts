/** `/notifications`: the own inbox. */
import type { Actor } from '../../../domain/actor.ts'
import { DomainError } from '../../../domain/errors.ts'
import type { Notice } from '../../../domain/notice.ts'
import { actorOf } from '../../routes/route.ts'
import { queryOf } from './body.ts'
import { refusal } from './errors.ts'
import { rangeOf, rangeToTeam, wholeOf } from './range.ts'
import { about, type TeamRoutes } from './surface.ts'
import { zonedInstant } from './times.ts'

type WithId = { Params: { id: string } }

const PER_PAGE = { name: 'per_page', byDefault: 20, least: 1, most: 100 }
const PAGE = { name: 'page', byDefault: 1, least: 1, most: 1_000_000 }

export const notificationRoutes: TeamRoutes = (scope, { surface, services: { inbox } }) => {
  scope.get('/notifications', about('notifications', 'List the own notifications'), async (request) => {
    const actor = actorOf(request)
    const query = queryOf(request)
    const range = rangeOf(query)
    const page = wholeOf(surface, query, PAGE)
    const limit = wholeOf(surface, query, PER_PAGE)
    const unreadOnly = /^(true|1|yes|on)$/i.test(query.unread_only ?? '')
    const { items, total } = await inbox.list(actor, { ...range, unreadOnly, offset: (page - 1) * limit, limit })
    return {
      notifications: items.map((notice) => noticeToTeam(actor, notice)),
      total,
      page,
      per_page: limit,
      total_pages: Math.ceil(total / limit),
      range: rangeToTeam(range),
    }
  })

  scope.get('/notifications/unread-count', about('notifications', 'Count what is unread'), async (request) => {
    const range = rangeOf(queryOf(request))
    return { unread_count: await inbox.unreadCount(actorOf(request), range), range: rangeToTeam(range) }
  })

  scope.put('/notifications/read-all', about('notifications', 'Mark all as read'), async (request) => {
    const count = await inbox.markAllRead(actorOf(request), rangeOf(queryOf(request)))
    return { message: 'All notifications marked as read', updated_count: count }
  })

  scope.delete('/notifications/delete-read', about('notifications', 'Delete what was read'), async (request) => ({
    message: 'Read notifications deleted successfully',
    deleted_count: await inbox.deleteRead(actorOf(request), rangeOf(queryOf(request))),
  }))

  scope.put<WithId>('/notifications/:id/read', about('notifications', 'Mark one as read'), async (request) => {
    const actor = actorOf(request)
    const notice = await inbox
      .markRead(actor, request.params.id)
      .catch(notOwn('Forbidden: Cannot access other users notifications'))
    return { message: 'Notification marked as read', notification: noticeToTeam(actor, notice) }
  })

  scope.delete<WithId>('/notifications/:id', about('notifications', 'Delete one'), async (request) => {
    await inbox
      .delete(actorOf(request), request.params.id)
      .catch(notOwn('Forbidden: Cannot delete other users notifications'))
    return { message: 'Notification deleted successfully' }
  })
}

const notOwn =
  (forbidden: string) =>
  (error: unknown): never => {
    if (error instanceof DomainError && error.code === 'forbidden') throw refusal(403, forbidden)
    if (error instanceof DomainError && error.code === 'not_found') throw refusal(404, 'Notification not found')
    throw error
  }

const noticeToTeam = (actor: Actor, notice: Notice) => ({
  id: notice.id,
  user_id: actor.kind === 'system' ? null : actor.userId,
  title: notice.title,
  message: notice.message,
  type: notice.type,
  related_job_id: notice.jobId,
  related_execution_id: notice.executionId,
  is_read: notice.isRead,
  read_at: notice.readAt === null ? null : zonedInstant(notice.readAt),
  created_at: zonedInstant(notice.createdAt),
})
