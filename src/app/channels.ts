/** The channels that the settings turn on, each with its way out of this server. */
import type { Config } from '../config/config.ts'
import { systemClock } from '../domain/clock.ts'
import { createPost, type EgressPolicy, namesHost, type PostOptions } from '../execute/execute.ts'
import type { Channel } from '../notify/channel.ts'
import { createEmailChannel } from '../notify/email.ts'
import { jobLink } from '../notify/render.ts'
import { createSlackChannel } from '../notify/slack.ts'
import { createWebhookChannel } from '../notify/webhook.ts'
import { mailServerOf } from './mail.ts'

export type Channels = {
  readonly channels: readonly Channel[]
  readonly close: () => void
}

/** E-mail is among them only where MAIL_ENABLED is on. */
export const openChannels = (
  config: Config,
  ways: Pick<PostOptions, 'egress' | 'revocation' | 'version'>,
): Channels => {
  const clock = systemClock
  const post = createPost({ clock, ...ways })
  const server = mailServerOf(config)
  const email = server === null ? null : createEmailChannel({ clock, server })
  const channels = [
    createSlackChannel({ post, isSlack: (url) => isSlack(url, ways.egress) }),
    createWebhookChannel({ clock, post }),
  ]
  return { channels: email === null ? channels : [email, ...channels], close: () => email?.close() }
}

const SLACK = ['hooks.slack.com', 'hooks.slack-gov.com']

/** S60: what is sent to Slack goes to Slack; in development, or by EGRESS_ALLOW, to what stands in for it. */
export const isSlack = (url: URL, { allow, allowPrivate }: Pick<EgressPolicy, 'allow' | 'allowPrivate'>): boolean =>
  allowPrivate ||
  (SLACK.includes(url.hostname) && url.port === '') ||
  allow.some((rule) => namesHost(rule, url.hostname, Number(url.port) || 443))

/** The page of a job; null where no dashboard is named: a link that leads nowhere is worse than none. */
export const jobPage = ({ frontendBaseUrl }: Pick<Config, 'frontendBaseUrl'>, jobId: string): string | null =>
  frontendBaseUrl === null ? null : jobLink(frontendBaseUrl, jobId)
