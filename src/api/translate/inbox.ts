/** The inbox and the preferences of a user between the wire and the use cases. */
import type { Notice } from '../../domain/notice.ts'
import type { ColumnSwitches, NoticeSwitches } from '../../domain/preferences.ts'
import type { InboxRange } from '../../services/services.ts'
import type * as wire from '../contract/inbox.ts'
import { epochMsIf, instant, instantOrNull } from './values.ts'

export const noticeToWire = (notice: Notice): wire.Notification => ({
  id: notice.id,
  type: notice.type,
  title: notice.title,
  message: notice.message,
  job_id: notice.jobId,
  execution_id: notice.executionId,
  read: notice.isRead,
  read_at: instantOrNull(notice.readAt),
  created_at: instant(notice.createdAt),
})

export const rangeFrom = ({ from, until }: wire.NotificationRange = {}): InboxRange => ({
  from: epochMsIf(from),
  to: epochMsIf(until),
})

export const noticePreferencesToWire = (switches: NoticeSwitches): wire.NotificationPreferences => ({
  email_on_success: switches.emailOnSuccess,
  email_on_failure: switches.emailOnFailure,
  email_on_disabled: switches.emailOnDisabled,
  browser_notifications: switches.browserNotifications,
  daily_digest: switches.dailyDigest,
  weekly_report: switches.weeklyReport,
})

export const noticePreferencesFrom = (edit: wire.NotificationPreferencesUpdate): Partial<NoticeSwitches> =>
  given({
    emailOnSuccess: edit.email_on_success,
    emailOnFailure: edit.email_on_failure,
    emailOnDisabled: edit.email_on_disabled,
    browserNotifications: edit.browser_notifications,
    dailyDigest: edit.daily_digest,
    weeklyReport: edit.weekly_report,
  })

export const columnsToWire = (columns: ColumnSwitches): wire.ColumnPreferences => ({
  team: columns.team,
  ends_on: columns.endsOn,
  cron_expression: columns.cronExpression,
  target_url: columns.targetUrl,
  last_execution_at: columns.lastExecutionAt,
})

/** Joined with what is chosen at present, since the use case takes them whole. */
export const columnsFrom = (present: ColumnSwitches, edit: wire.ColumnPreferencesUpdate): ColumnSwitches => ({
  team: edit.team ?? present.team,
  endsOn: edit.ends_on ?? present.endsOn,
  cronExpression: edit.cron_expression ?? present.cronExpression,
  targetUrl: edit.target_url ?? present.targetUrl,
  lastExecutionAt: edit.last_execution_at ?? present.lastExecutionAt,
})

const given = <Switches>(switches: { readonly [K in keyof Switches]: Switches[K] | undefined }): Partial<Switches> =>
  Object.fromEntries(Object.entries(switches).filter(([, value]) => value !== undefined)) as Partial<Switches>
