/** Webhook channels: addresses that are told of events in signed messages, after Standard Webhooks. */
import type { Secrets } from '../auth/secrets.ts'
import type { Actor } from '../domain/actor.ts'
import { DomainError, invalid, notFound } from '../domain/errors.ts'
import { isId, newId } from '../domain/ids.ts'
import type { WebhookRow } from '../store/store.ts'
import { allow } from './authorise.ts'
import type { Deps } from './deps.ts'
import { checkLine, refuse } from './fields.ts'
import { noting } from './noting.ts'
import { newSigningSecret, nextSecret, signingSecretFault } from './target-signing.ts'
import { written } from './written.ts'

export type WebhookInput = {
  /** For a request that may be repeated: a channel that has this id already is the answer. */
  readonly id?: string | undefined
  readonly name: string
  readonly url: string
  readonly isEnabled?: boolean | undefined
  /** Default: one is made, and shown once. */
  readonly secret?: string | undefined
}
export type WebhookEdit = { readonly [K in Exclude<keyof WebhookInput, 'id'>]?: WebhookInput[K] | undefined }

export type WebhookView = {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly isEnabled: boolean
  /** 8 hex digits; equal secrets of a workspace look equal. */
  readonly fingerprint: string
  /** Until when the former secret signs too; null: there is none. */
  readonly previousValidUntil: number | null
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
  /** Another secret beside the present one, which signs on for `previousValidMs`; 0 ends it at once. */
  readonly rotate: (
    actor: Actor,
    id: string,
    rotation: { readonly secret?: string | undefined; readonly previousValidMs: number },
    ifVersion: number | null,
  ) => Promise<{ readonly webhook: WebhookView; readonly newSecret: string | null }>
  readonly delete: (actor: Actor, id: string, ifVersion: number | null) => Promise<void>
}

const NO_PREVIOUS = { sealedPrevious: null, previousValidUntil: null } as const
const MOST_WEBHOOKS = 50
const LONGEST_URL = 2048

type Whose = Pick<WebhookRow, 'workspaceKey' | 'id'>

const placeOf = ({ workspaceKey, id }: Whose, field: 'webhook.secret' | 'webhook.previous' = 'webhook.secret') => ({
  workspaceKey,
  owner: id,
  field,
})

/** With what a message is signed at this instant: the present secret first. Throws where that one cannot be opened. */
export const webhookSecrets = (secrets: Secrets, row: WebhookRow, now: number): readonly string[] => {
  const present = secrets.open(row.sealedSecret, placeOf(row))
  const { sealedPrevious, previousValidUntil } = row
  if (sealedPrevious === null || previousValidUntil === null || previousValidUntil <= now) return [present]
  try {
    return [present, secrets.open(sealedPrevious, placeOf(row, 'webhook.previous'))]
  } catch {
    return [present]
  }
}

export const createWebhooks = (deps: Deps): Webhooks => {
  const { store, clock, auth, mayCall } = deps

  const find = async ({ workspaceKey }: Actor, id: string): Promise<WebhookRow> => {
    const row = isId(id) ? await store.channels.webhook(workspaceKey, id) : null
    if (row === null) throw notFound('webhook', id)
    return row
  }

  const fingerprint = (row: WebhookRow): string => {
    try {
      return auth.secrets.fingerprint(auth.secrets.open(row.sealedSecret, placeOf(row)), row.workspaceKey)
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
    previousValidUntil: (row.previousValidUntil ?? 0) > clock.now() ? row.previousValidUntil : null,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    version: row.version,
  })

  const facts = ({ version: _, createdAt: _c, updatedAt: _u, id: _i, ...shown }: WebhookView) => shown

  /** Null where its key is lost: it signs nothing any more. */
  const formerOf = (row: WebhookRow): string | null => {
    try {
      return auth.secrets.open(row.sealedSecret, placeOf(row))
    } catch {
      return null
    }
  }

  const check = ({ name, url, secret }: WebhookEdit): void => {
    if (name !== undefined) refuse(checkLine('name', name.trim(), [1, 100]))
    if (url !== undefined) checkUrl(url, mayCall)
    const fault = secret === undefined ? null : signingSecretFault(secret)
    if (fault !== null) throw invalid('secret', undefined, fault)
  }

  const sealed = (of: Whose, secret: string): string => auth.secrets.seal(secret, placeOf(of))

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
      const made = input.id === undefined ? null : await store.channels.webhook(actor.workspaceKey, input.id)
      if (made !== null) return { webhook: view(made), newSecret: null }
      const now = clock.now()
      const of = { workspaceKey: actor.workspaceKey, id: input.id ?? newId() }
      const newSecret = input.secret === undefined ? newSigningSecret() : null
      const row: WebhookRow = {
        ...of,
        name: input.name.trim(),
        url: input.url,
        enabled: input.isEnabled ?? true,
        sealedSecret: sealed(of, newSecret ?? input.secret ?? ''),
        ...NO_PREVIOUS,
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
            // A secret that is set by hand is the only one from then on.
            ...(edit.secret === undefined ? {} : { sealedSecret: sealed(before, edit.secret), ...NO_PREVIOUS }),
            version: before.version + 1,
            updatedAt: clock.now(),
          }
          const [from, to] = [facts(view(before)), facts(view(after))]
          const note = { deed: 'webhook.changed', subject: { kind: 'webhook', id }, before: from, after: to } as const
          return (await noting(deps, actor, note).channels.changeWebhook(after)) ? view(after) : null
        },
      })
    },
    rotate: async (actor, id, { secret, previousValidMs }, ifVersion) => {
      allow(actor, 'channel.change', null)
      const next = nextSecret(secret, previousValidMs)
      const webhook = await written({
        ifVersion,
        read: () => find(actor, id),
        write: async (before) => {
          const now = clock.now()
          const former = previousValidMs === 0 ? null : formerOf(before)
          const after: WebhookRow = {
            ...before,
            sealedSecret: sealed(before, next),
            sealedPrevious: former === null ? null : auth.secrets.seal(former, placeOf(before, 'webhook.previous')),
            previousValidUntil: former === null ? null : now + previousValidMs,
            version: before.version + 1,
            updatedAt: now,
          }
          const [from, to] = [facts(view(before)), facts(view(after))]
          const subject = { kind: 'webhook', id }
          const note = { deed: 'webhook.secret_rotated', subject, before: from, after: to } as const
          return (await noting(deps, actor, note).channels.changeWebhook(after)) ? view(after) : null
        },
      })
      return { webhook, newSecret: secret === undefined ? next : null }
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
