/** API keys: for programs that act for somebody, with less than that person may. */
import { createApiKey } from '../auth/api-keys.ts'
import { type Action, mayGrant, reachOf } from '../auth/permissions.ts'
import { type Actor, type KeyActor, type Role, SCOPES, type Scope } from '../domain/actor.ts'
import { DomainError, type FieldError, notFound } from '../domain/errors.ts'
import { isId, newId } from '../domain/ids.ts'
import type { Page } from '../domain/page.ts'
import type { KeyChange, KeyRow } from '../store/store.ts'
import { allow, allowSome, person, userIdOf } from './authorise.ts'
import type { Deps } from './deps.ts'
import { checkLine, refuse } from './fields.ts'
import type { KeyCheck } from './key-check.ts'
import { type Facts, noting } from './noting.ts'
import { type PageRequest, pageOf } from './paging.ts'
import { written } from './written.ts'

export type KeyView = Omit<KeyRow, 'hash' | 'workspaceKey'> & {
  readonly state: 'active' | 'expired' | 'revoked'
}

export type KeyInput = {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Epoch ms; default in 90 days. */
  readonly expiresAt?: number | undefined
}

export type KeyEdit = { readonly [K in keyof KeyInput]?: KeyInput[K] | undefined }

export type Keys = {
  /** `text` is the key itself, for this once. */
  readonly create: (actor: Actor, input: KeyInput) => Promise<KeyView & { readonly text: string }>
  /** The actor's own; for an admin those of all, or of one. */
  readonly list: (actor: Actor, query: PageRequest & { readonly owner?: string | undefined }) => Promise<Page<KeyView>>
  readonly get: (actor: Actor, id: string) => Promise<KeyView>
  readonly update: (actor: Actor, id: string, edit: KeyEdit, ifVersion: number | null) => Promise<KeyView>
  /** At once in this process, in others within five seconds; the record stays for a while. */
  readonly revoke: (actor: Actor, id: string, ifVersion: number | null) => Promise<void>
  /** unauthenticated, rate_limited */
  readonly authenticate: (text: string, address: string) => Promise<KeyActor>
}

const DAY_MS = 86_400_000
const USUAL_LIFE_MS = 90 * DAY_MS
const LONGEST_LIFE_MS = 366 * DAY_MS
/** An ended key is still shown for so long, for whoever asks what it was. */
const SHOWN_AFTER_MS = 90 * DAY_MS
const MOST_SHOWN = 300
const MOST_PER_OWNER = 100

export const createKeys = (deps: Deps, keyCheck: KeyCheck): Keys => {
  const { store, clock, auth } = deps
  const viewOf = ({ hash: _, workspaceKey: __, ...shown }: KeyRow): KeyView => ({
    ...shown,
    state: shown.revokedAt !== null ? 'revoked' : shown.expiresAt <= clock.now() ? 'expired' : 'active',
  })

  const keyFor = async (actor: Actor, action: Action, id: string): Promise<KeyRow> => {
    allowSome(actor, action)
    const key = isId(id) ? await store.keys.byId(actor.workspaceKey, id) : null
    if (key === null) throw notFound('API key', id)
    allow(actor, action, key.userId)
    return key
  }

  return {
    authenticate: keyCheck.authenticate,

    create: async (actor, input) => {
      const { userId, workspaceKey, role } = person(actor)
      allow(actor, 'key.create', userId)
      const now = clock.now()
      const name = input.name.trim()
      const expiresAt = input.expiresAt ?? now + USUAL_LIFE_MS
      refuse([...checkKeyName(name), ...checkScopes(input.scopes), ...checkExpiry(expiresAt, now)])
      refuseUngrantable(role, input.scopes)
      const scopes = SCOPES.filter((scope) => input.scopes.includes(scope))
      const bounds = { most: MOST_PER_OWNER, forgetBefore: now - SHOWN_AFTER_MS, kept: MOST_SHOWN }
      for (;;) {
        const { text, publicId, hash } = createApiKey()
        const key = { id: newId(), publicId, workspaceKey, userId, name, hash, scopes, expiresAt, now }
        const note = { deed: 'key.created', subject: { kind: 'key', id: key.id }, after: keyFacts(key) } as const
        const made = await noting(deps, actor, note).keys.create(key, bounds)
        // One of 36^8 public ids: nobody meets a taken one many times in a row.
        if (made === 'taken') continue
        if (made === 'too_many') {
          throw new DomainError(
            'conflict',
            `Nobody has more than ${MOST_PER_OWNER} API keys in force; revoke some first.`,
          )
        }
        return { ...viewOf(made), text }
      }
    },

    list: async (actor, { owner, ...page }) => {
      allowSome(actor, 'key.view')
      const { workspaceKey } = actor
      const isOwn = owner === 'me' || (owner === undefined && reachOf(actor, 'key.view') === 'own')
      const userId = isOwn ? (userIdOf(actor) ?? undefined) : owner
      allow(actor, 'key.view', userId ?? null)
      return pageOf(
        auth.cursors,
        { ...page, scope: { workspaceKey, list: 'keys', filter: userId ?? null } },
        (inner) => store.keys.list(workspaceKey, { ...inner, ...(userId === undefined ? {} : { userId }) }),
        (rows) => rows.map(viewOf),
      )
    },

    get: async (actor, id) => viewOf(await keyFor(actor, 'key.view', id)),

    update: async (actor, id, edit, ifVersion) => {
      const changed = await written({
        ifVersion,
        read: () => keyFor(actor, 'key.change', id),
        write: (key) => {
          if (key.revokedAt !== null) throw new DomainError('conflict', 'This key was revoked; make another one.')
          const change = changeOf(person(actor).role, key, edit)
          if (Object.keys(change).length === 0) return Promise.resolve(key)
          const note = {
            deed: 'key.changed',
            subject: { kind: 'key', id },
            before: keyFacts(key),
            after: keyFacts({ ...key, ...change }),
          } as const
          return noting(deps, actor, note).keys.update(key, change, clock.now())
        },
      })
      keyCheck.forgetKey(id)
      return viewOf(changed)
    },

    revoke: async (actor, id, ifVersion) => {
      await written({
        ifVersion,
        read: () => keyFor(actor, 'key.revoke', id),
        write: (key) =>
          key.revokedAt === null
            ? noting(deps, actor, {
                deed: 'key.revoked',
                subject: { kind: 'key', id },
                before: keyFacts(key),
              }).keys.update(key, { revokedAt: clock.now() }, clock.now())
            : Promise.resolve(key),
      })
      keyCheck.forgetKey(id)
    },
  }

  function changeOf(role: Role, key: KeyRow, edit: KeyEdit): KeyChange {
    const name = edit.name?.trim()
    refuse([
      ...(name === undefined ? [] : checkKeyName(name)),
      ...(edit.scopes === undefined ? [] : checkScopes(edit.scopes)),
      ...(edit.expiresAt === undefined ? [] : checkExpiry(edit.expiresAt, clock.now())),
    ])
    if (edit.scopes !== undefined) refuseUngrantable(role, edit.scopes)
    const scopes = edit.scopes && SCOPES.filter((scope) => edit.scopes?.includes(scope))
    return {
      ...(name === undefined || name === key.name ? {} : { name }),
      ...(scopes === undefined || scopes.join() === key.scopes.join() ? {} : { scopes }),
      ...(edit.expiresAt === undefined || edit.expiresAt === key.expiresAt ? {} : { expiresAt: edit.expiresAt }),
    }
  }
}

/** What the audit log compares, under the names of the API. */
const keyFacts = ({
  name,
  scopes,
  expiresAt,
  userId,
}: Pick<KeyRow, 'name' | 'scopes' | 'expiresAt' | 'userId'>): Facts => ({
  name,
  scopes,
  expires_at: expiresAt,
  owner_id: userId,
})

const checkKeyName = (name: string): FieldError[] => checkLine('name', name, [1, 100])

const checkScopes = (scopes: readonly Scope[]): FieldError[] =>
  scopes.length === 0 ? [{ field: 'scopes', value: [], message: `give at least one of ${SCOPES.join(', ')}` }] : []

const checkExpiry = (expiresAt: number, now: number): FieldError[] =>
  now < expiresAt && expiresAt <= now + LONGEST_LIFE_MS
    ? []
    : [{ field: 'expiresAt', value: expiresAt, message: 'give an instant within the coming 366 days' }]

/** Judged again at each use: this only spares its maker a key that could never do what it says. */
const refuseUngrantable = (role: Role, scopes: readonly Scope[]): void => {
  const beyond = scopes.filter((scope) => !mayGrant(role, scope))
  if (beyond.length > 0)
    throw new DomainError('forbidden', `The role ${role} may not do what ${beyond.join(', ')} would allow.`)
}
