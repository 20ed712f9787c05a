/** The size of the file and its log, and giving back to the file system what is free inside of it. */
import { statSync } from 'node:fs'
import { type Kysely, sql } from 'kysely'
import type { Forgetter, Maintenance, Sizes } from '../maintenance.ts'
import type { Tables } from '../sql/tables.ts'
import type { Line } from './line.ts'
import type { Operations } from './operations.ts'

/** Pages moved by one request: some milliseconds of the writer. */
const PAGES_AT_ONCE = 200

/** New rows take free pages first: only what is far beyond their need goes back. */
const MOST_FREE_SHARE = 0.2
const MOST_FREE_BYTES = 64 * 1024 * 1024

export const createMaintenance = (parts: {
  readonly path: string
  readonly read: Kysely<Tables>
  readonly writer: Line<Operations>
  readonly forgetters: readonly Forgetter[]
  readonly rest: () => Promise<void>
}): Maintenance => {
  const sizes = () => sizesOf(parts.read, parts.path)
  return {
    sizes,
    schema: async () => {
      const newest = await parts.read
        .selectFrom('migration')
        .select(({ fn }) => fn.max('number').as('number'))
        .executeTakeFirst()
      return newest?.number ?? 0
    },
    forgetters: parts.forgetters,
    rest: parts.rest,
    shrink: async () => {
      const { database, free } = await sizes()
      if (!isMuchFree(database, free)) return false
      const before = free
      await parts.writer.ask('shrink', PAGES_AT_ONCE)
      const after = await sizes()
      // A file that was made without it gives nothing back: `carillon vacuum` mends that.
      return after.free < before && isMuchFree(after.database, after.free)
    },
  }
}

export const isMuchFree = (database: number, free: number): boolean =>
  free > MOST_FREE_BYTES && free > database * MOST_FREE_SHARE

const sizesOf = async (read: Kysely<Tables>, path: string): Promise<Sizes> => {
  const { rows } = await sql<{ pages: number; free: number; size: number }>`
    select c.page_count as pages, f.freelist_count as free, s.page_size as size
    from pragma_page_count c, pragma_freelist_count f, pragma_page_size s`.execute(read)
  const { pages = 0, free = 0, size = 0 } = rows[0] ?? {}
  return {
    database: pages * size,
    free: free * size,
    log: statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
  }
}
