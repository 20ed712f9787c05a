/** The categories and teams of a workspace: kept by its admins, offered to all who make jobs. */

import { reachOf } from '../auth/permissions.ts'
import type { Actor } from '../domain/actor.ts'
import { type CatalogEntry, type CatalogKind, isProtected, slugOf } from '../domain/catalog.ts'
import { DomainError, type FieldError, invalid, notFound } from '../domain/errors.ts'
import { isId, newId } from '../domain/ids.ts'
import type { CatalogChange } from '../store/store.ts'
import { allow } from './authorise.ts'
import type { Deps } from './deps.ts'
import { refuse } from './fields.ts'
import { noting } from './noting.ts'
import { written } from './written.ts'

export type CatalogView = Omit<CatalogEntry, 'key' | 'kind'>

export type CatalogInput = {
  /** For a request that may be repeated: an entry that has this id already is the answer. */
  readonly id?: string | undefined
  readonly name: string
  /** Default: made of the name. */
  readonly slug?: string | undefined
  /** Of a team: needed. */
  readonly slackHandle?: string | undefined
}

export type CatalogEdit = {
  readonly name?: string | undefined
  readonly active?: boolean | undefined
  readonly slackHandle?: string | undefined
}

/** `jobsUpdated`: how many jobs bear the new name now. */
export type Renamed = { readonly item: CatalogView; readonly jobsUpdated: number }

export type CatalogPart = {
  /** Inactive ones are shown to those who may change them, and to nobody else, whatever they ask. */
  readonly list: (actor: Actor, which: { readonly includeInactive: boolean }) => Promise<readonly CatalogView[]>
  readonly get: (actor: Actor, id: string) => Promise<CatalogView>
  /** By id, slug or name, active or not; null: there is none. */
  readonly find: (actor: Actor, text: string) => Promise<CatalogView | null>
  /** conflict: the slug is taken. */
  readonly create: (actor: Actor, input: CatalogInput) => Promise<CatalogView>
  /** A new name makes a new slug. conflict: the slug is taken, or the entry is the general category. */
  readonly update: (actor: Actor, id: string, edit: CatalogEdit, ifVersion: number | null) => Promise<Renamed>
  /** It stays with its jobs, and is offered to no other. */
  readonly disable: (actor: Actor, id: string, ifVersion: number | null) => Promise<CatalogView>
}

export type Catalog = { readonly categories: CatalogPart; readonly teams: CatalogPart }

const LONGEST_NAME = 100
const LONGEST_HANDLE = 80

const NOUN: Readonly<Record<CatalogKind, string>> = { category: 'category', team: 'team' }

export const createCatalog = (deps: Deps): Catalog => ({
  categories: partOf(deps, 'category'),
  teams: partOf(deps, 'team'),
})

const partOf = (deps: Deps, kind: CatalogKind): CatalogPart => {
  const { store, clock } = deps

  const find = async (actor: Actor, id: string): Promise<CatalogEntry> => {
    const entry = isId(id) ? await store.catalog.byId(actor.workspaceKey, kind, id) : null
    if (entry === null) throw notFound(NOUN[kind], id)
    return entry
  }

  const update = async (actor: Actor, id: string, edit: CatalogEdit, ifVersion: number | null): Promise<Renamed> => {
    allow(actor, 'catalog.change', null)
    const { entry, isRenamed } = await written({
      ifVersion,
      read: () => find(actor, id),
      write: async (before) => {
        const change = changeOf(before, edit)
        if (Object.keys(change).length === 0) return { entry: before, isRenamed: false }
        const note = {
          deed: 'catalog.changed',
          subject: { kind, id },
          before: factsOf(before),
          after: factsOf({ ...before, ...change }),
        } as const
        const after = await noting(deps, actor, note).catalog.update(actor.workspaceKey, before, change, clock.now())
        if (after === 'taken') throw taken(kind, change.slug ?? before.slug)
        return after === null ? null : { entry: after, isRenamed: change.slug !== undefined }
      },
    })
    const jobsUpdated = isRenamed ? await store.catalog.countJobs(actor.workspaceKey, entry) : 0
    return { item: viewOf(entry), jobsUpdated }
  }

  return {
    list: async (actor, { includeInactive }) => {
      allow(actor, 'catalog.view', null)
      const inactiveToo = includeInactive && reachOf(actor, 'catalog.change') === 'any'
      return (await store.catalog.list(actor.workspaceKey, kind, { inactiveToo })).map(viewOf)
    },

    get: async (actor, id) => {
      allow(actor, 'catalog.view', null)
      return viewOf(await find(actor, id))
    },

    find: async (actor, text) => {
      allow(actor, 'catalog.view', null)
      const entry = await store.catalog.find(actor.workspaceKey, kind, text)
      return entry === null ? null : viewOf(entry)
    },

    create: async (actor, input) => {
      allow(actor, 'catalog.change', null)
      const { workspaceKey } = actor
      const made = input.id === undefined ? null : await store.catalog.byId(workspaceKey, kind, input.id)
      if (made !== null) return viewOf(made)
      const name = input.name.trim()
      const handle = kind === 'team' ? (input.slackHandle ?? '').trim() : null
      refuse([...checkName(name), ...(handle === null ? [] : checkHandle(handle))])
      const slug = slugFrom(input.slug ?? name, input.slug === undefined ? 'name' : 'slug')
      const entry = { id: input.id ?? newId(), kind, slug, name, slackHandle: handle, now: clock.now() }
      const note = { deed: 'catalog.created', subject: { kind, id: entry.id }, after: factsOf(entry) } as const
      const created = await noting(deps, actor, note).catalog.create(workspaceKey, entry)
      if (created === 'taken') throw taken(kind, slug)
      return viewOf(created)
    },

    update,
    disable: async (actor, id, ifVersion) => (await update(actor, id, { active: false }, ifVersion)).item,
  }
}

/** Throws for what is wrong. Only what differs. */
const changeOf = (before: CatalogEntry, edit: CatalogEdit): CatalogChange => {
  const name = edit.name?.trim()
  const handle = edit.slackHandle?.trim()
  refuse([
    ...(name === undefined ? [] : checkName(name)),
    ...(handle === undefined ? [] : before.kind === 'team' ? checkHandle(handle) : [noHandle(handle)]),
  ])
  if (isProtected(before) && ((name !== undefined && name !== before.name) || edit.active === false)) {
    throw new DomainError(
      'conflict',
      `The category ${before.name} cannot be renamed or disabled: jobs without one have it.`,
    )
  }
  const isRenamed = name !== undefined && name !== before.name
  const slug = isRenamed ? slugFrom(name, 'name') : before.slug
  return {
    ...(isRenamed && { name }),
    ...(slug !== before.slug && { slug }),
    ...(handle !== undefined && handle !== before.slackHandle && { slackHandle: handle }),
    ...(edit.active !== undefined && edit.active !== before.active && { active: edit.active }),
  }
}

const slugFrom = (text: string, field: 'name' | 'slug'): string => {
  const slug = slugOf(text)
  if (slug === null) throw invalid(field, text, 'use at least one letter from a to z or a digit')
  return slug
}

const checkName = (name: string): FieldError[] =>
  name === '' || name.length > LONGEST_NAME
    ? [{ field: 'name', value: name, message: `give 1 to ${LONGEST_NAME} characters` }]
    : []

const checkHandle = (handle: string): FieldError[] =>
  handle === '' || handle.length > LONGEST_HANDLE || /\s/.test(handle)
    ? [
        {
          field: 'slackHandle',
          value: handle,
          message: `give the handle of the team, such as @payments, of at most ${LONGEST_HANDLE} characters without blanks`,
        },
      ]
    : []

const noHandle = (handle: string): FieldError => ({
  field: 'slackHandle',
  value: handle,
  message: 'only teams have one',
})

const taken = (kind: CatalogKind, slug: string): DomainError => {
  const message = `Another ${NOUN[kind]} has the slug ${JSON.stringify(slug)}: choose another name.`
  return new DomainError('conflict', message, { errors: [{ field: 'slug', value: slug, message }] })
}

const factsOf = (entry: Pick<CatalogEntry, 'slug' | 'name' | 'slackHandle'> & { readonly active?: boolean }) => ({
  slug: entry.slug,
  name: entry.name,
  slack_handle: entry.slackHandle,
  active: entry.active ?? true,
})

const viewOf = ({ key: _, kind: __, ...shown }: CatalogEntry): CatalogView => shown
