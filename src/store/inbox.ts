/** What the store keeps of alerts and inboxes. */
import type { JobAlerts } from '../domain/alerts.ts'
import type { Notice } from '../domain/notice.ts'
import type { Page } from '../domain/page.ts'

export type AlertsRow = { readonly alerts: JobAlerts; readonly version: number }

export type AlertStore = {
  /** By key of the job; those that never said anything are not among them. */
  readonly of: (jobKeys: readonly number[]) => Promise<ReadonlyMap<number, AlertsRow>>
  /** `version` 0: none were kept before. False when it is not the present one. Answered, every outcome is told by them. */
  readonly set: (
    job: { readonly key: number; readonly workspaceKey: number },
    alerts: JobAlerts,
    version: number,
  ) => Promise<boolean>
}

export type Reader = { readonly workspaceKey: number; readonly userId: string }

/** `from` inclusive, `to` exclusive, epoch ms; null: without end. */
export type NoticeRange = { readonly from: number | null; readonly to: number | null }

export type InboxStore = {
  /** Newest first. */
  readonly list: (
    reader: Reader,
    filter: NoticeRange & { readonly unreadOnly: boolean; readonly offset: number; readonly limit: number },
  ) => Promise<{ readonly items: readonly Notice[]; readonly total: number }>
  /** The same by cursor, as the last page gave it: what arrives meanwhile moves nothing. */
  readonly page: (
    reader: Reader,
    filter: NoticeRange & { readonly unreadOnly: boolean; readonly cursor: string | null; readonly limit: number },
  ) => Promise<Page<Notice>>
  readonly unread: (reader: Reader, range: NoticeRange) => Promise<number>
  /** `foreign`: it is of this workspace, and not for this user. */
  readonly byId: (reader: Reader, id: string) => Promise<Notice | 'foreign' | null>
  /** The first time counts. */
  readonly markRead: (reader: Reader, id: string, now: number) => Promise<void>
  readonly markAllRead: (reader: Reader, range: NoticeRange, now: number) => Promise<number>
  readonly remove: (reader: Reader, id: string) => Promise<void>
  readonly removeRead: (reader: Reader, range: NoticeRange) => Promise<number>
  /** Forgets at most `limit` notices that are older than `before`, or beyond the newest `most` of their workspace. */
  readonly forget: (before: number, most: number, limit: number) => Promise<number>
}
