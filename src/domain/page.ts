/** Keyset paging: a page and where the next one starts. */

export type Page<T> = {
  readonly items: readonly T[]
  /** Opaque; null on the last page. */
  readonly nextCursor: string | null
}

export const DEFAULT_PAGE = 20
export const LARGEST_PAGE = 100
