/** What the store keeps of categories and teams. */
import type { CatalogEntry, CatalogKind } from '../domain/catalog.ts'

export type NewCatalogEntry = Pick<CatalogEntry, 'id' | 'kind' | 'slug' | 'name' | 'slackHandle'> & {
  readonly now: number
}

export type CatalogChange = Partial<Pick<CatalogEntry, 'slug' | 'name' | 'slackHandle' | 'active'>>

export type CatalogStore = {
  /** By name, in any case of ASCII letters. */
  readonly list: (
    workspaceKey: number,
    kind: CatalogKind,
    which: { readonly inactiveToo: boolean },
  ) => Promise<readonly CatalogEntry[]>
  readonly byId: (workspaceKey: number, kind: CatalogKind, id: string) => Promise<CatalogEntry | null>
  /** The one whose id, slug or name it is, looked for in this order. */
  readonly find: (workspaceKey: number, kind: CatalogKind, text: string) => Promise<CatalogEntry | null>
  readonly byKeys: (workspaceKey: number, keys: readonly number[]) => Promise<ReadonlyMap<number, CatalogEntry>>
  readonly create: (workspaceKey: number, entry: NewCatalogEntry) => Promise<CatalogEntry | 'taken'>
  /** Null: its version is not the present one any more. */
  readonly update: (
    workspaceKey: number,
    entry: CatalogEntry,
    change: CatalogChange,
    now: number,
  ) => Promise<CatalogEntry | 'taken' | null>
  readonly countJobs: (workspaceKey: number, entry: Pick<CatalogEntry, 'key' | 'kind'>) => Promise<number>
}
