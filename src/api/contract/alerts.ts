/** Who hears of a job, and the Slack settings of the workspace, on the wire. */
import { z } from 'zod'
import { ALERT_KINDS, ANNOUNCEMENTS } from '../../domain/alerts.ts'
import { Id, Instant, InstantInput, strict, Version } from './values.ts'

const addresses = z.array(z.string().max(254)).max(50).describe('One e-mail address each.')

const on = z
  .enum(ALERT_KINDS)
  .describe(
    '`recovery`: the first success after failures, with how long it was down; `failures`: so many in a row; `late`: not started so long after its instant; `long`: still running so long after its start.',
  )
const count = z.int().min(2).max(1000).nullable().describe('Of `failures`.')
const after = z.number().min(1).max(2_592_000).nullable().describe('Of `late` and `long`.')
const webhooks = z.array(Id).max(20).describe('Ids of webhook channels.')
const inbox = z.array(Id).max(50).describe('Ids of users.')

const AlertRule = strict({
  on,
  count,
  after_seconds: after,
  via: strict({ mail: addresses, slack: z.boolean(), webhooks, inbox }),
}).meta({ id: 'AlertRule' })

const NewAlertRule = strict({
  on,
  count: count.default(null),
  after_seconds: after.default(null),
  via: strict({
    mail: addresses.default([]),
    slack: z.boolean().default(false),
    webhooks: webhooks.default([]),
    inbox: inbox.default([]),
  }).describe('On which ways; at least one.'),
})

const Mail = strict({ to: addresses, on_failure: z.boolean(), on_success: z.boolean() })
const NewMail = strict({
  to: addresses,
  on_failure: z.boolean().default(true),
  on_success: z.boolean().default(false),
})

export const JobAlerts = strict({
  announce: z
    .enum(ANNOUNCEMENTS)
    .describe('`all`: everybody’s inbox, of each run and change; `problems`: that of its owner and the admins.'),
  mail: Mail.nullable(),
  rules: z.array(AlertRule),
  snoozed_until: Instant.nullable().describe('Nothing of its runs is told until then.'),
  version: Version,
}).meta({ id: 'JobAlerts' })
export type JobAlerts = z.output<typeof JobAlerts>

export const JobAlertsSet = strict({
  announce: z.enum(ANNOUNCEMENTS).optional(),
  mail: NewMail.nullable().optional(),
  rules: z.array(NewAlertRule).max(20).optional(),
  snoozed_until: InstantInput.nullable().optional(),
}).meta({
  id: 'JobAlertsSet',
  examples: [
    {
      mail: { to: ['ada@example.com'] },
      rules: [
        { on: 'failures', count: 3, via: { slack: true } },
        { on: 'recovery', via: { slack: true } },
      ],
    },
  ],
})
export type JobAlertsSet = z.output<typeof JobAlertsSet>

const channel = z.string().max(80).nullable().describe('Null: the one that the hook was made for.')

export const SlackSettings = strict({
  enabled: z.boolean(),
  webhook_url: z.string().nullable().describe('Masked.'),
  channel,
  version: Version,
}).meta({ id: 'SlackSettings' })
export type SlackSettings = z.infer<typeof SlackSettings>

export const SlackSettingsUpdate = strict({
  enabled: z.boolean().optional(),
  webhook_url: z
    .string()
    .max(2048)
    .nullable()
    .optional()
    .describe('An incoming webhook of Slack; kept encrypted. The masked text sent back keeps the present one.'),
  channel: channel.optional(),
}).meta({ id: 'SlackSettingsUpdate' })
export type SlackSettingsUpdate = z.input<typeof SlackSettingsUpdate>
