/** Where the messages of a workspace may go: Slack, and webhook channels. Secrets rest here sealed. */

export type SlackRow = {
  readonly id: string
  readonly enabled: boolean
  readonly sealedUrl: string | null
  readonly channel: string | null
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
}

export type WebhookRow = {
  readonly id: string
  readonly workspaceKey: number
  readonly name: string
  readonly url: string
  readonly enabled: boolean
  readonly sealedSecret: string
  /** The former secret, which signs too until then; both or neither. */
  readonly sealedPrevious: string | null
  readonly previousValidUntil: number | null
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
}

export type ChannelStore = {
  readonly slack: (workspaceKey: number) => Promise<SlackRow | null>
  /** `row.version` is the one to be; false when the present one is not that less one. */
  readonly setSlack: (workspaceKey: number, row: SlackRow) => Promise<boolean>
  /** By name. */
  readonly webhooks: (workspaceKey: number) => Promise<readonly WebhookRow[]>
  readonly webhook: (workspaceKey: number, id: string) => Promise<WebhookRow | null>
  /** False when there are `most` of them already. */
  readonly addWebhook: (row: WebhookRow, most: number) => Promise<boolean>
  /** `row.version` is the one to be; false when the present one is not that less one. */
  readonly changeWebhook: (row: WebhookRow) => Promise<boolean>
  readonly removeWebhook: (workspaceKey: number, id: string, version: number) => Promise<boolean>
}
