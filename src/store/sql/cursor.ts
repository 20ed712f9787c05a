/** Where a page ends, as opaque text: the sort value and the key of its last row. */
import { invalid } from '../../domain/errors.ts'
import type { Page } from '../../domain/page.ts'

export type Position = { readonly value: string | number; readonly key: string | number }

export const encodeCursor = ({ value, key }: Position): string =>
  Buffer.from(JSON.stringify([value, key])).toString('base64url')

export const decodeCursor = (cursor: string): Position => {
  const parts = parse(cursor)
  if (!Array.isArray(parts) || parts.length !== 2) throw wrong(cursor)
  const [value, key] = parts as unknown[]
  if (!isPlain(value) || !isPlain(key)) throw wrong(cursor)
  return { value, key }
}

/** One row more than the limit was read: its presence says that there is a next page. */
export const pageOf = <Row, Item>(
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => Position,
  itemOf: (row: Row) => Item,
): Page<Item> => {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(itemOf),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(positionOf(last)) : null,
  }
}

const parse = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    throw wrong(cursor)
  }
}

const wrong = (cursor: string) => invalid('cursor', cursor, 'use the next_cursor of an earlier page, unchanged')

const isPlain = (value: unknown): value is string | number =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))
