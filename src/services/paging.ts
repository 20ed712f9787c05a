/** Pages on their way in and out: bounded, and with cursors that only the list that gave them takes back. */
import type { CursorScope, Cursors } from '../auth/cursors.ts'
import { invalid } from '../domain/errors.ts'
import { LARGEST_PAGE, type Page } from '../domain/page.ts'

export type PageRequest = { readonly cursor: string | null; readonly limit: number }

/** Asks the store for the page with the inner cursor, and hands its items on as `view` makes them. */
export const pageOf = async <Row, View>(
  cursors: Cursors,
  request: PageRequest & { readonly scope: CursorScope },
  ask: (inner: PageRequest) => Promise<Page<Row>>,
  view: (rows: readonly Row[]) => Promise<readonly View[]> | readonly View[],
): Promise<Page<View>> => {
  const { scope, cursor, limit } = request
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_PAGE) {
    throw invalid('limit', limit, `give a whole number from 1 to ${LARGEST_PAGE}`)
  }
  const page = await ask({ cursor: cursor === null ? null : cursors.take(cursor, scope), limit })
  return {
    items: await view(page.items),
    nextCursor: page.nextCursor === null ? null : cursors.give(page.nextCursor, scope),
  }
}
