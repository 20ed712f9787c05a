/** What each person finds in the own inbox, and nobody else's. */
import type { Actor } from '../domain/actor.ts'
import { DomainError, invalid, notFound } from '../domain/errors.ts'
import { isId } from '../domain/ids.ts'
import type { Notice } from '../domain/notice.ts'
import type { Page } from '../domain/page.ts'
import type { NoticeRange, Reader } from '../store/store.ts'
import { allow, userIdOf } from './authorise.ts'
import type { Deps } from './deps.ts'
import { type PageRequest, pageOf } from './paging.ts'

/** `from` inclusive, `to` exclusive, epoch ms. */
export type InboxRange = { readonly from?: number | undefined; readonly to?: number | undefined }

export type Inbox = {
  /** Newest first. */
  readonly list: (
    actor: Actor,
    query: InboxRange & {
      readonly unreadOnly?: boolean | undefined
      readonly offset: number
      readonly limit: number
    },
  ) => Promise<{ readonly items: readonly Notice[]; readonly total: number }>
  /** The same by cursor. */
  readonly page: (
    actor: Actor,
    query: InboxRange & PageRequest & { readonly unreadOnly?: boolean | undefined },
  ) => Promise<Page<Notice>>
  readonly get: (actor: Actor, id: string) => Promise<Notice>
  readonly unreadCount: (actor: Actor, range: InboxRange) => Promise<number>
  /** Once more changes nothing: the first time counts. `forbidden` for one that is for others of the workspace. */
  readonly markRead: (actor: Actor, id: string) => Promise<Notice>
  readonly markAllRead: (actor: Actor, range: InboxRange) => Promise<number>
  readonly delete: (actor: Actor, id: string) => Promise<void>
  readonly deleteRead: (actor: Actor, range: InboxRange) => Promise<number>
}

const LARGEST_PAGE = 200

export const createInbox = ({ store, clock, auth }: Deps): Inbox => {
  const { inbox } = store

  const readerOf = (actor: Actor): Reader => {
    const userId = userIdOf(actor)
    allow(actor, 'notice.view', userId)
    if (userId === null) throw new DomainError('forbidden', 'The server itself has no inbox.')
    return { workspaceKey: actor.workspaceKey, userId }
  }

  const mine = async (reader: Reader, id: string): Promise<Notice> => {
    const notice = isId(id) ? await inbox.byId(reader, id) : null
    if (notice === null) throw notFound('notification', id)
    if (notice === 'foreign') throw new DomainError('forbidden', 'This notification is for others.')
    return notice
  }

  return {
    list: (actor, { unreadOnly = false, offset, limit, ...range }) => {
      const reader = readerOf(actor)
      return inbox.list(reader, {
        ...rangeOf(range),
        unreadOnly,
        offset: Math.max(0, offset),
        limit: Math.min(Math.max(1, limit), LARGEST_PAGE),
      })
    },
    page: async (actor, { unreadOnly = false, cursor, limit, ...given }) => {
      const reader = readerOf(actor)
      const filter = { ...rangeOf(given), unreadOnly }
      const scope = { workspaceKey: reader.workspaceKey, list: 'inbox', filter: { ...filter, of: reader.userId } }
      return pageOf(
        auth.cursors,
        { cursor, limit, scope },
        (inner) => inbox.page(reader, { ...filter, ...inner }),
        (rows) => rows,
      )
    },
    get: async (actor, id) => mine(readerOf(actor), id),
    unreadCount: async (actor, range) => inbox.unread(readerOf(actor), rangeOf(range)),
    markRead: async (actor, id) => {
      const reader = readerOf(actor)
      await mine(reader, id)
      await inbox.markRead(reader, id, clock.now())
      return mine(reader, id)
    },
    markAllRead: async (actor, range) => inbox.markAllRead(readerOf(actor), rangeOf(range), clock.now()),
    delete: async (actor, id) => {
      const reader = readerOf(actor)
      await mine(reader, id)
      await inbox.remove(reader, id)
    },
    deleteRead: async (actor, range) => inbox.removeRead(readerOf(actor), rangeOf(range)),
  }
}

const rangeOf = ({
  from = null,
  to = null,
}: {
  from?: number | null | undefined
  to?: number | null | undefined
}): NoticeRange => {
  if (from !== null && to !== null && from >= to)
    throw invalid('from', from, 'it must be earlier than the end of the range')
  return { from, to }
}
