/** Keyset paging on the wire: how to ask for a page, and what one looks like. */
import { z } from 'zod'
import { DEFAULT_PAGE, LARGEST_PAGE } from '../../domain/page.ts'

/** A cursor carries the value that its page ended with: a name of 200 characters of four bytes, encoded twice, takes 1,500. */
const LONGEST_CURSOR = 2048

export const PAGE_QUERY = {
  cursor: z
    .string()
    .min(1)
    .max(LONGEST_CURSOR)
    .optional()
    .describe('`next_cursor` of the page before. It belongs to the same filter and order.'),
  limit: z.coerce.number().int().min(1).max(LARGEST_PAGE).default(DEFAULT_PAGE).describe('Entries on a page.'),
}

export const ORDER = z.enum(['asc', 'desc']).default('desc').describe('`desc`: newest (or last by name) first.')

export const NextCursor = z.string().max(LONGEST_CURSOR).nullable().describe('Null on the last page.')

/** What a client may put into a query: everything is optional, and a list repeats its name. */
export type QueryOf<T extends z.ZodType> = Partial<z.output<T>>
