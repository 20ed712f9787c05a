/** Where the messages of a workspace may go. */
import { sql } from 'kysely'
import type { ChannelStore, SlackRow, WebhookRow } from '../channels.ts'
import { type Access, written } from './unit.ts'

type Slack = {
  readonly id: string
  readonly enabled: number
  readonly sealed_url: string | null
  readonly channel: string | null
  readonly version: number
  readonly created_at: number
  readonly updated_at: number
}
type Webhook = {
  readonly id: string
  readonly workspace_key: number
  readonly name: string
  readonly url: string
  readonly enabled: number
  readonly sealed_secret: string
  readonly sealed_previous: string | null
  readonly previous_valid_until: number | null
  readonly version: number
  readonly created_at: number
  readonly updated_at: number
}

export const createChannelStore = ({ read, write }: Access): ChannelStore => {
  const webhooks = async (which: ReturnType<typeof sql>) =>
    (await sql<Webhook>`select * from webhook_channel where ${which} order by name, id`.execute(read)).rows.map(
      webhookOf,
    )
  return {
    slack: async (workspaceKey) => {
      const { rows } = await sql<Slack>`select * from slack_setting where workspace_key = ${workspaceKey}`.execute(read)
      return rows[0] === undefined ? null : slackOf(rows[0])
    },
    setSlack: async (workspaceKey, row) => {
      const set = sql`
        insert into slack_setting (workspace_key, id, enabled, sealed_url, channel, version, created_at, updated_at)
        values (${workspaceKey}, ${row.id}, ${row.enabled ? 1 : 0}, ${row.sealedUrl}, ${row.channel}, ${row.version},
          ${row.createdAt}, ${row.updatedAt})
        on conflict (workspace_key) do update set enabled = excluded.enabled, sealed_url = excluded.sealed_url,
          channel = excluded.channel, version = excluded.version, updated_at = excluded.updated_at
        where slack_setting.version = excluded.version - 1`
      return (await write([written(read, set, 1)])) !== null
    },
    webhooks: (workspaceKey) => webhooks(sql`workspace_key = ${workspaceKey}`),
    webhook: async (workspaceKey, id) =>
      (await webhooks(sql`workspace_key = ${workspaceKey} and id = ${id}`))[0] ?? null,
    addWebhook: async (row, most) => {
      const add = sql`
        insert into webhook_channel (id, workspace_key, name, url, enabled, sealed_secret, sealed_previous,
          previous_valid_until, version, created_at, updated_at)
        select ${row.id}, ${row.workspaceKey}, ${row.name}, ${row.url}, ${row.enabled ? 1 : 0}, ${row.sealedSecret},
          ${row.sealedPrevious}, ${row.previousValidUntil}, ${row.version}, ${row.createdAt}, ${row.updatedAt}
        where (select count(*) from webhook_channel where workspace_key = ${row.workspaceKey}) < ${most}`
      return (await write([written(read, add, 1)])) !== null
    },
    changeWebhook: async (row) => {
      const change = sql`
        update webhook_channel set name = ${row.name}, url = ${row.url}, enabled = ${row.enabled ? 1 : 0},
          sealed_secret = ${row.sealedSecret}, sealed_previous = ${row.sealedPrevious},
          previous_valid_until = ${row.previousValidUntil}, version = ${row.version}, updated_at = ${row.updatedAt}
        where id = ${row.id} and workspace_key = ${row.workspaceKey} and version = ${row.version - 1}`
      return (await write([written(read, change, 1)])) !== null
    },
    removeWebhook: async (workspaceKey, id, version) => {
      const remove = sql`
        delete from webhook_channel where id = ${id} and workspace_key = ${workspaceKey} and version = ${version}`
      return (await write([written(read, remove, 1)])) !== null
    },
  }
}

const slackOf = (row: Slack): SlackRow => ({
  id: row.id,
  enabled: row.enabled === 1,
  sealedUrl: row.sealed_url,
  channel: row.channel,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

const webhookOf = (row: Webhook): WebhookRow => ({
  id: row.id,
  workspaceKey: row.workspace_key,
  name: row.name,
  url: row.url,
  enabled: row.enabled === 1,
  sealedSecret: row.sealed_secret,
  sealedPrevious: row.sealed_previous,
  previousValidUntil: row.previous_valid_until,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})
