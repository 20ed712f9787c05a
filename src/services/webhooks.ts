/** Webhook channels: addresses that are told of events in signed messages, after Standard Webhooks. */
import type { Actor } from '../domain/actor.ts'
import { DomainError, invalid, notFound } from '../domain/errors.ts'
import { isId, newId } from '../domain/ids.ts'
import type { WebhookRow } from '../store/store.ts'
import { allow } from './authorise.ts'
import type { Deps } from './deps.ts'
import { checkLine, refuse } from './fields.ts'
import { noting } from './noting.ts'
import { newSigningSecret, signingSecretFault } from './target-signing.ts'
import { written } from './written.ts'

export type WebhookInput = {
  readonly name: string
  readonly url: string
  readonly isEnabled?: boolean | undefined
  /** Default: one is made, and shown once. */
  readonly secret?: string | undefined
}
export type WebhookEdit = { readonly [K in keyof WebhookInput]?: WebhookInput[K] | undefined }

export type WebhookView = {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly isEnabled: boolean
  /** 8 hex digits; equal secrets of a workspace look equal. */
  readonly fingerprint: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly version: number
}

export type Webhooks = {
  readonly list: (actor: Actor) => Promise<readonly WebhookView[]>
  readonly get: (actor: Actor, id: string) => Promise<WebhookView>
  /** `newSecret`: made for it, to be shown this once; null when it was given. */
  readonly create: (
    actor: Actor,
    input: WebhookInput,
  ) => Promise<{ readonly webhook: WebhookView; readonly newSecret: string | null }>
  readonly update: (actor: Actor, id: string, edit: WebhookEdit, ifVersion: number | null) => Promise<WebhookView>
  readonly delete: (actor: Actor, id: string, ifVersion: number | null) => Promise<void>
}

const MOST_WEBHOOKS = 50
const LONGEST_URL = 2048

/** Where the secret may be opened. */
export const webhookPlace = ({ workspaceKey, id }: Pick<WebhookRow, 'workspaceKey' | 'id'>) => ({
  workspaceKey,
  owner: id,
  field: 'webhook.secret',
})

export const createWebhooks = (deps: Deps): Webhooks => {
  const { store, clock, auth, mayCall } = deps

  const find = async ({ workspaceKey }: Actor, id: string): Promise<WebhookRow> => {
    const row = isId(id) ? await store.channels.webhook(workspaceKey, id) : null
    if (row === null) throw notFound('webhook', id)
    return row
  }

  const fingerprint = (row: WebhookRow): string => {
    try {
      return auth.secrets.fingerprint(auth.secrets.open(row.sealedSecret, webhookPlace(row)), row.workspaceKey)
    } catch {
      return 'unreadable'
    }
  }

  const view = (row: WebhookRow): WebhookView => ({
    id: row.id,
    name: row.name,
    url: row.url,
    isEnabled: row.enabled,
    fingerprint: fingerprint(row),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    version: row.version,
  })

  const facts = ({ version: _, createdAt: _c, updatedAt: _u, id: _i, ...shown }: WebhookView) => shown

  const check = ({ name, url, secret }: WebhookEdit): void => {
    if (name !== undefined) refuse(checkLine('name', name.trim(), [1, 100]))
    if (url !== undefined) checkUrl(url, mayCall)
    const fault = secret === undefined ? null : signingSecretFault(secret)
    if (fault !== null) throw invalid('secret', undefined, fault)
  }

  const sealed = (of: Pick<WebhookRow, 'workspaceKey' | 'id'>, secret: string): string =>
    auth.secrets.seal(secret, webhookPlace(of))

  return {
    list: async (actor) => {
      allow(actor, 'channel.view', null)
      return (await store.channels.webhooks(actor.workspaceKey)).map(view)
    },
    get: async (actor, id) => {
      allow(actor, 'channel.view', null)
      return view(await find(actor, id))
    },
    create: async (actor, input) => {
      allow(actor, 'channel.change', null)
      check(input)
      const now = clock.now()
      const of = { workspaceKey: actor.workspaceKey, id: newId() }
      const newSecret = input.secret === undefined ? newSigningSecret() : null
      const row: WebhookRow = {
        ...of,
        name: input.name.trim(),
        url: input.url,
        enabled: input.isEnabled ?? true,
        sealedSecret: sealed(of, newSecret ?? input.secret ?? ''),
        version: 1,
        createdAt: now,
        updatedAt: now,
      }
      const subject = { kind: 'webhook', id: row.id }
      const note = { deed: 'webhook.created', subject, after: facts(view(row)) } as const
      if (!(await noting(deps, actor, note).channels.addWebhook(row, MOST_WEBHOOKS)))
        throw new DomainError('conflict', `A workspace has at most ${MOST_WEBHOOKS} webhook channels.`)
      return { webhook: view(row), newSecret }
    },
    update: async (actor, id, edit, ifVersion) => {
      allow(actor, 'channel.change', null)
      check(edit)
      return written({
        ifVersion,
        read: () => find(actor, id),
        write: async (before) => {
          const leadsElsewhere = edit.url !== undefined && new URL(edit.url).origin !== new URL(before.url).origin
          if (leadsElsewhere && edit.secret === undefined)
            throw invalid('secret', undefined, 'give one, since the URL now leads to another origin')
          const after: WebhookRow = {
            ...before,
            name: edit.name?.trim() ?? before.name,
            url: edit.url ?? before.url,
            enabled: edit.isEnabled ?? before.enabled,
            sealedSecret: edit.secret === undefined ? before.sealedSecret : sealed(before, edit.secret),
            version: before.version + 1,
            updatedAt: clock.now(),
          }
          const [from, to] = [facts(view(before)), facts(view(after))]
          const note = { deed: 'webhook.changed', subject: { kind: 'webhook', id }, before: from, after: to } as const
          return (await noting(deps, actor, note).channels.changeWebhook(after)) ? view(after) : null
        },
      })
    },
    delete: async (actor, id, ifVersion) => {
      allow(actor, 'channel.change', null)
      await written({
        ifVersion,
        read: () => find(actor, id),
        write: async (row) => {
          const subject = { kind: 'webhook', id }
          const note = { deed: 'webhook.deleted', subject, before: facts(view(row)) } as const
          const { channels } = noting(deps, actor, note)
          return (await channels.removeWebhook(row.workspaceKey, id, row.version)) || null
        },
      })
    },
  }
}

const checkUrl = (text: string, mayCall: (url: URL) => boolean): void => {
  const url = text.length <= LONGEST_URL && URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw invalid('url', text, 'give an http:// or https:// address without user name and password')
  if (!mayCall(url)) throw new DomainError('egress.denied', 'url: no server of ours would call this address.')
}
