/** Categories and teams: short lists of a workspace by which people find jobs, and find who is in charge of them. */

export const CATALOG_KINDS = ['category', 'team'] as const
export type CatalogKind = (typeof CATALOG_KINDS)[number]

export type CatalogEntry = {
  /** Internal number; jobs hold it, so that a new name reaches them all without touching one. */
  readonly key: number
  readonly id: string
  readonly kind: CatalogKind
  /** Unique among those of its kind in the workspace. */
  readonly slug: string
  readonly name: string
  /** How Slack calls a team, such as `@payments`; null for a category. */
  readonly slackHandle: string | null
  /** What is inactive stays with the jobs that have it, and is offered to no other. */
  readonly active: boolean
  readonly version: number
  readonly createdAt: number
  readonly updatedAt: number
}

/** What every workspace begins with; the first one takes the jobs that name none, and always stays. */
export const FIRST_CATEGORIES: readonly { readonly slug: string; readonly name: string }[] = [
  { slug: 'general', name: 'General' },
  { slug: 'regression', name: 'Regression' },
  { slug: 'dr-testing', name: 'DR Testing' },
  { slug: 'feature-testing', name: 'Feature Testing' },
  { slug: 'prod-canary', name: 'Prod/Canary' },
  { slug: 'refund', name: 'Refund' },
  { slug: 'backward-compatibility', name: 'Backward Compatibility' },
]
export const GENERAL = 'general'

/** `Prod/Canary` is `prod-canary`; null where nothing is left of the text. */
export const slugOf = (text: string): string | null =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || null

export const isProtected = ({ kind, slug }: Pick<CatalogEntry, 'kind' | 'slug'>): boolean =>
  kind === 'category' && slug === GENERAL
