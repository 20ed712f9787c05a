/** Cursors that leave the server are signed, and good only for the list that gave them. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { invalid } from '../domain/errors.ts'
import { keyFor } from './keys.ts'

/** What a cursor belongs to: a workspace, a list, and the question that was asked of it. */
export type CursorScope = { readonly workspaceKey: number; readonly list: string; readonly filter: unknown }

export type Cursors = {
  readonly give: (inner: string, scope: CursorScope) => string
  /** Throws `invalid` for a cursor that was altered, or given for another workspace, list or filter. */
  readonly take: (cursor: string, scope: CursorScope) => string
}

const MARK_BYTES = 16

export const createCursors = (secret: string): Cursors => {
  const key = keyFor(secret, 'cursors')
  const markOf = (inner: string, { workspaceKey, list, filter }: CursorScope): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([workspaceKey, list, filter, inner]))
      .digest()
      .subarray(0, MARK_BYTES)

  return {
    give: (inner, scope) => Buffer.concat([markOf(inner, scope), Buffer.from(inner)]).toString('base64url'),
    take: (cursor, scope) => {
      const bytes = Buffer.from(cursor, 'base64url')
      const inner = bytes.subarray(MARK_BYTES).toString('utf8')
      const isOurs = bytes.length > MARK_BYTES && timingSafeEqual(bytes.subarray(0, MARK_BYTES), markOf(inner, scope))
      if (!isOurs || bytes.toString('base64url') !== cursor) {
        throw invalid('cursor', cursor, 'give a cursor as the last page of the same list and filter gave it')
      }
      return inner
    },
  }
}
