/** The inbox of a user, and what the user wants to see and hear of, on the wire. */
import { z } from 'zod'
import { NOTICE_TYPES } from '../../domain/notice.ts'
import { NextCursor, PAGE_QUERY, type QueryOf } from './paging.ts'
import { Id, Instant, InstantInput, strict } from './values.ts'

export const Notification = strict({
  id: Id,
  type: z.enum(NOTICE_TYPES),
  title: z.string(),
  message: z.string(),
  job_id: Id.nullable().describe('Null where it is about no job, or about one that is gone.'),
  execution_id: Id.nullable(),
  read: z.boolean(),
  read_at: Instant.nullable(),
  created_at: Instant,
}).meta({ id: 'Notification' })
export type Notification = z.infer<typeof Notification>

export const NotificationPage = strict({ items: z.array(Notification), next_cursor: NextCursor }).meta({
  id: 'NotificationPage',
})
export type NotificationPage = z.infer<typeof NotificationPage>

const RANGE = {
  from: InstantInput.optional().describe('Only what came at or after.'),
  until: InstantInput.optional().describe('Only what came before.'),
}

export const NotificationQuery = strict({
  ...PAGE_QUERY,
  ...RANGE,
  unread: z.stringbool().default(false).describe('Only those not read yet.'),
})
export type NotificationQuery = QueryOf<typeof NotificationQuery>

export const NotificationRange = strict(RANGE)
export type NotificationRange = z.output<typeof NotificationRange>

export const UnreadCount = strict({ unread: z.int() }).meta({ id: 'UnreadCount' })
export type UnreadCount = z.infer<typeof UnreadCount>

export const Counted = strict({ count: z.int().describe('How many it did this to.') }).meta({ id: 'Counted' })
export type Counted = z.infer<typeof Counted>

const NOTIFICATION_SWITCHES = {
  email_on_success: z.boolean(),
  email_on_failure: z.boolean(),
  email_on_disabled: z.boolean(),
  browser_notifications: z.boolean(),
  daily_digest: z.boolean(),
  weekly_report: z.boolean(),
}

export const NotificationPreferences = strict(NOTIFICATION_SWITCHES).meta({ id: 'NotificationPreferences' })
export type NotificationPreferences = z.infer<typeof NotificationPreferences>

export const NotificationPreferencesUpdate = NotificationPreferences.partial().meta({
  id: 'NotificationPreferencesUpdate',
})
export type NotificationPreferencesUpdate = z.output<typeof NotificationPreferencesUpdate>

export const ColumnPreferences = strict({
  team: z.boolean(),
  ends_on: z.boolean(),
  cron_expression: z.boolean(),
  target_url: z.boolean(),
  last_execution_at: z.boolean(),
}).meta({ id: 'ColumnPreferences' })
export type ColumnPreferences = z.infer<typeof ColumnPreferences>

export const ColumnPreferencesUpdate = ColumnPreferences.partial().meta({ id: 'ColumnPreferencesUpdate' })
export type ColumnPreferencesUpdate = z.output<typeof ColumnPreferencesUpdate>
