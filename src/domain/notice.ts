/** What people find in their inbox, and what is sent out: facts of one event, in no particular words yet. */

export const NOTICE_TYPES = ['success', 'error', 'warning', 'info'] as const
export type NoticeType = (typeof NOTICE_TYPES)[number]

/** As one user sees it. */
export type Notice = {
  readonly id: string
  readonly title: string
  readonly message: string
  readonly type: NoticeType
  readonly jobId: string | null
  readonly executionId: string | null
  readonly isRead: boolean
  readonly readAt: number | null
  readonly createdAt: number
}

/** One row, however many users see it. `userId` beside `admins`: that user too. */
export type Audience =
  | { readonly kind: 'all' }
  | { readonly kind: 'admins'; readonly userId: string | null }
  | { readonly kind: 'user'; readonly userId: string }

export const DELIVERY_STATES = ['waiting', 'sent', 'failed'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** Tries of a message end after so long. */
export const GIVE_UP_AFTER_MS = 86_400_000

export const CHANNEL_KINDS = ['email', 'slack', 'webhook'] as const
export type ChannelKind = (typeof CHANNEL_KINDS)[number]
