/** Alerts and Slack settings between the wire and the use cases. */
import type { JobAlerts } from '../../domain/alerts.ts'
import type { AlertsEdit, AlertsView, SlackEdit, SlackView } from '../../services/services.ts'
import type * as wire from '../contract/alerts.ts'
import { epochMs, instantOrNull, toMs, toSecondsOrNull } from './values.ts'

export const alertsToWire = ({ version, ...alerts }: AlertsView): wire.JobAlerts => ({
  ...alertsToExport(alerts),
  version,
})

/** As a new job takes them. */
export const alertsToExport = ({
  announce,
  mail,
  rules,
  snoozedUntil,
}: JobAlerts): Omit<wire.JobAlerts, 'version'> => ({
  announce,
  mail: mail && { to: [...mail.to], on_failure: mail.onFailure, on_success: mail.onSuccess },
  rules: rules.map(({ on, count, afterMs, via }) => ({
    on,
    count,
    after_seconds: toSecondsOrNull(afterMs),
    via: { mail: [...via.mail], slack: via.slack, webhooks: [...via.webhooks], inbox: [...via.inbox] },
  })),
  snoozed_until: instantOrNull(snoozedUntil),
})

export const alertsEdit = ({ announce, mail, rules, snoozed_until }: wire.JobAlertsSet): AlertsEdit => ({
  announce,
  mail: mail && { to: mail.to, onFailure: mail.on_failure, onSuccess: mail.on_success },
  rules: rules?.map(({ on, count, after_seconds, via }) => ({
    on,
    count,
    afterMs: after_seconds === null ? null : toMs(after_seconds),
    via,
  })),
  snoozedUntil: typeof snoozed_until === 'string' ? epochMs(snoozed_until) : snoozed_until,
})

export const slackToWire = ({ isEnabled, webhookUrl, channel, version }: SlackView): wire.SlackSettings => ({
  enabled: isEnabled,
  webhook_url: webhookUrl,
  channel,
  version,
})

export const slackEdit = ({ enabled, webhook_url, channel }: wire.SlackSettingsUpdate): SlackEdit => ({
  isEnabled: enabled,
  webhookUrl: webhook_url,
  channel,
})
