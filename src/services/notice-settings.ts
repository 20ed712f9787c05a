/** Where the workspace's messages go in Slack: the address is a secret, kept sealed and shown masked. */
import type { Actor } from '../domain/actor.ts'
import { invalid } from '../domain/errors.ts'
import { idFrom } from '../domain/ids.ts'
import type { SlackRow } from '../store/store.ts'
import { allow } from './authorise.ts'
import type { Deps } from './deps.ts'
import { checkLine, refuse } from './fields.ts'
import { noting } from './noting.ts'
import { written } from './written.ts'

export type SlackView = {
  readonly id: string
  readonly isEnabled: boolean
  /** Masked: given back so, it stays what it is. */
  readonly webhookUrl: string | null
  readonly channel: string | null
  readonly createdAt: number
  readonly updatedAt: number
  readonly version: number
}

/** Texts are trimmed; an empty one is null. Absent and undefined fields stay. */
export type SlackEdit = {
  readonly isEnabled?: boolean | undefined
  readonly webhookUrl?: string | null | undefined
  readonly channel?: string | null | undefined
}

export type NoticeSettings = {
  readonly slack: (actor: Actor) => Promise<SlackView>
  /** All of it or nothing. Default `ifVersion`: the last writer wins. */
  readonly setSlack: (actor: Actor, edit: SlackEdit, ifVersion?: number | null) => Promise<SlackView>
}

/** Where the address may be opened. */
export const slackPlace = (workspaceKey: number) => ({ workspaceKey, owner: 'slack', field: 'slack.webhook_url' })

const LONGEST_URL = 2048

export const createNoticeSettings = (deps: Deps): NoticeSettings => {
  const { store, clock, auth, mayCall } = deps

  const read = async (workspaceKey: number): Promise<SlackRow> => {
    const row = await store.channels.slack(workspaceKey)
    if (row !== null) return row
    const workspace = await store.people.workspaceByKey(workspaceKey)
    const createdAt = workspace?.createdAt ?? clock.now()
    return {
      id: idFrom(workspace?.id ?? '', 'slack', createdAt),
      enabled: false,
      sealedUrl: null,
      channel: null,
      version: 1,
      createdAt,
      updatedAt: createdAt,
    }
  }

  const opened = (workspaceKey: number, { sealedUrl }: SlackRow): string | null => {
    if (sealedUrl === null) return null
    try {
      return auth.secrets.open(sealedUrl, slackPlace(workspaceKey))
    } catch {
      return null
    }
  }

  const view = (workspaceKey: number, row: SlackRow): SlackView => {
    const url = opened(workspaceKey, row)
    return {
      id: row.id,
      isEnabled: row.enabled,
      webhookUrl: url === null ? (row.sealedUrl === null ? null : LOST) : masked(url),
      channel: row.channel,
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
      version: row.version,
    }
  }

  const edited = (workspaceKey: number, row: SlackRow, edit: SlackEdit): SlackRow => {
    const channel = edit.channel === undefined ? row.channel : edit.channel?.trim() || null
    if (channel !== null) refuse(checkLine('channel', channel, [1, 100]))
    const given = edit.webhookUrl === undefined ? undefined : edit.webhookUrl?.trim() || null
    const kept = opened(workspaceKey, row)
    const isKept = given === undefined || (given !== null && kept !== null && given === masked(kept))
    const url = isKept ? kept : given
    if (!isKept && given !== null) checkUrl(given, mayCall)
    const enabled = edit.isEnabled ?? row.enabled
    if (enabled && url === null) throw invalid('webhookUrl', undefined, 'it is required when Slack is enabled')
    const sealedUrl = isKept
      ? row.sealedUrl
      : given === null
        ? null
        : auth.secrets.seal(given, slackPlace(workspaceKey))
    return { ...row, enabled, channel, sealedUrl, version: row.version + 1, updatedAt: clock.now() }
  }

  return {
    slack: async (actor) => {
      allow(actor, 'channel.view', null)
      return view(actor.workspaceKey, await read(actor.workspaceKey))
    },
    setSlack: async (actor, edit, ifVersion = null) => {
      allow(actor, 'channel.change', null)
      const { workspaceKey } = actor
      const facts = (row: SlackRow) => ({
        is_enabled: row.enabled,
        channel: row.channel,
        webhook_url: opened(workspaceKey, row),
      })
      const row = await written({
        ifVersion,
        read: () => read(workspaceKey),
        write: async (before) => {
          const after = edited(workspaceKey, before, edit)
          const subject = { kind: 'slack', id: before.id }
          const note = { deed: 'slack.changed', subject, before: facts(before), after: facts(after) } as const
          return (await noting(deps, actor, note).channels.setSlack(workspaceKey, after)) ? after : null
        },
      })
      return view(workspaceKey, row)
    },
  }
}

const LOST = '****'

/** The host tells which Slack it is; all else of such an address is the secret. */
export const masked = (url: string): string => `${new URL(url).origin}/${LOST}`

const checkUrl = (text: string, mayCall: (url: URL) => boolean): void => {
  const url = text.length <= LONGEST_URL && URL.canParse(text) ? new URL(text) : null
  // Never with the value: it is, or nearly is, the secret.
  if (url?.protocol !== 'https:' || url.username !== '' || text.includes(LOST))
    throw invalid('webhookUrl', undefined, 'give the whole https:// address that Slack showed for the incoming webhook')
  if (!mayCall(url)) throw invalid('webhookUrl', undefined, 'no server of ours would call this address')
}
