/** `/settings/slack`: where the workspace's messages go in Slack. */
import { DomainError } from '../../../domain/errors.ts'
import type { Services } from '../../../services/services.ts'
import { actorOf } from '../../routes/route.ts'
import { type Fields, fieldsOf } from './body.ts'
import { refusal } from './errors.ts'
import { about, type TeamRoutes } from './surface.ts'
import { bareInstant } from './times.ts'

type Slack = Services['noticeSettings']
type SlackView = Awaited<ReturnType<Slack['slack']>>
type SlackEdit = Parameters<Slack['setSlack']>[1]

export const slackRoutes: TeamRoutes = (scope, { services: { noticeSettings } }) => {
  scope.get('/settings/slack', about('settings', 'Read the Slack settings', 'admin'), async (request) => ({
    slack_settings: slackToTeam(await noticeSettings.slack(actorOf(request))),
  }))

  scope.put('/settings/slack', about('settings', 'Change the Slack settings', 'admin'), async (request) => {
    const edit = editOf(fieldsOf(request))
    const slack = await noticeSettings.setSlack(actorOf(request), edit).catch(inWords)
    return { message: 'Slack settings updated', slack_settings: slackToTeam(slack) }
  })
}

const editOf = ({ is_enabled, webhook_url, channel }: Fields): SlackEdit => {
  if (is_enabled !== undefined && typeof is_enabled !== 'boolean') throw wrong('is_enabled must be true or false.')
  return {
    ...(is_enabled === undefined ? {} : { isEnabled: is_enabled }),
    ...(webhook_url === undefined ? {} : { webhookUrl: textOrNull('webhook_url', webhook_url) }),
    ...(channel === undefined ? {} : { channel: textOrNull('channel', channel) }),
  }
}

const textOrNull = (name: string, value: unknown): string | null => {
  if (value === null || typeof value === 'string') return value
  throw wrong(`${name} must be a text.`)
}

const wrong = (message: string) => refusal(400, 'Invalid settings', message)

const FIELDS: Readonly<Record<string, string>> = { webhookUrl: 'webhook_url' }

const inWords = (error: unknown): never => {
  const first = error instanceof DomainError && error.code === 'invalid' ? error.errors[0] : undefined
  if (first === undefined) throw error
  const name = FIELDS[first.field] ?? first.field
  throw wrong(`${name}${first.message.startsWith('it is ') ? first.message.slice(2) : `: ${first.message}`}.`)
}

const slackToTeam = (slack: SlackView) => ({
  id: slack.id,
  is_enabled: slack.isEnabled,
  webhook_url: slack.webhookUrl,
  channel: slack.channel,
  created_at: bareInstant(slack.createdAt),
  updated_at: bareInstant(slack.updatedAt),
})
