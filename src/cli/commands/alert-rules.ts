/** Rules of alerts as people write them on the command line: `failures:3=slack,mail:ops@example.com`. */
import type { JobAlerts, JobAlertsSet } from '../../api/contract/alerts.ts'
import type { WebhookList } from '../../api/contract/channels.ts'
import type { Client } from '../client/client.ts'
import { readDuration, showDuration } from '../duration.ts'
import { CommandFailure, usage } from '../exit-codes.ts'
import { findUser, theOne } from './find.ts'

type Rule = JobAlerts['rules'][number]
type NewRule = NonNullable<JobAlertsSet['rules']>[number]

const HELP = 'write what is told, = and the ways, such as failures:3=slack,mail:ops@example.com or late:5m=inbox:ada'
/** What takes a number or a time behind its name. */
const MEASURED: Readonly<Record<string, 'count' | 'after_seconds'>> = {
  failures: 'count',
  late: 'after_seconds',
  long: 'after_seconds',
}

/** Names of users and webhook channels become ids, for which one must be allowed to list them. */
export const readRule = async (client: Client, option: string, text: string): Promise<NewRule> => {
  const [, on = '', measure, ways = ''] = /^([a-z_]+)(?::([^=]+))?=(.+)$/.exec(text) ?? []
  const unit = MEASURED[on]
  if (on === '' || (measure === undefined) !== (unit === undefined)) throw usage(option, text, HELP)
  const via: NewRule['via'] = { mail: [], slack: false, webhooks: [], inbox: [] }
  for (const way of ways.split(',')) {
    const [, kind = '', to = ''] = /^\s*([a-z]+)(?::(.+?))?\s*$/.exec(way) ?? []
    if (kind === 'slack' && to === '') via.slack = true
    else if (kind === 'mail' && to !== '') via.mail.push(to)
    else if (kind === 'webhook' && to !== '') via.webhooks.push(await webhookId(client, to))
    else if (kind === 'inbox' && to !== '') via.inbox.push(isId(to) ? to : (await findUser(client, to)).id)
    else
      throw usage(option, text, `${JSON.stringify(way)} is no way: slack, mail:<address>, webhook:<name>, inbox:<user>`)
  }
  return {
    on: on as NewRule['on'],
    count: unit === 'count' ? Number(measure) : null,
    after_seconds: unit === 'after_seconds' ? readDuration(option, measure ?? '') : null,
    via,
  }
}

const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

export const webhookId = async (client: Client, webhook: string): Promise<string> => {
  if (isId(webhook)) return webhook.toLowerCase()
  const { items } = await client.get<WebhookList>('/settings/webhooks')
  return theOne(
    'webhook channel',
    webhook,
    items.filter(({ name }) => name === webhook),
  )
}

export const ruleText = ({ on, count, after_seconds, via }: Rule): string => {
  const measure = count === null ? (after_seconds === null ? '' : ` ${showDuration(after_seconds)}`) : ` ${count}`
  const ways = [
    ...(via.slack ? ['slack'] : []),
    ...via.mail.map((address) => `mail ${address}`),
    ...via.webhooks.map((id) => `webhook ${id}`),
    ...via.inbox.map((id) => `inbox ${id}`),
  ]
  return `${on}${measure}: ${ways.join(', ')}`
}

/** `none` takes all away; it stands alone. */
export const orNone = (option: string, texts: readonly string[]): readonly string[] => {
  if (!texts.includes('none')) return texts
  if (texts.length > 1) throw new CommandFailure('usage', `${option}: none stands alone`)
  return []
}
