/** A look at a database file that a server may be using: nothing in it is written, and no thread is started. */
import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../domain/clock.ts'
import type { Sizes } from '../maintenance.ts'
import type { SealedStore } from '../sealed.ts'
import { createSealedStore } from '../sql/sealed.ts'
import { damaged, isDamage, openReadable } from './connection.ts'
import { checkFile } from './files.ts'
import { checkDamageUntil } from './integrity.ts'
import { kyselyOver } from './kysely-driver.ts'
import { isMuchFree } from './maintenance.ts'
import { pendingOf } from './migrate.ts'
import { statementCache } from './statement-cache.ts'

export type Examined = {
  /** Migrations that the file lacks. */
  readonly pending: readonly string[]
  /** Number of its newest migration; null while it holds nothing. */
  readonly schema: number | null
  readonly sizes: Sizes
  /** More is free inside than upkeep leaves there. */
  readonly muchFree: boolean
  /** Tables that were not looked at for damage, so as to end in time. */
  readonly leftOut: number
  /** The values of the server that were asked for, in that order; null where there is none. */
  readonly values: readonly (string | null)[]
}

/** A table that was begun is read to its end. */
const LONGEST_CHECK_MS = 5000

/** Throws with the reason when the file is damaged, foreign, a link, or newer than this release. */
export const examineFile = (path: string, names: readonly string[], clock: Clock): Examined => {
  checkFile(path)
  return withReadable(path, (db) => {
    const pending = pendingOf(db)
    const until = clock.monotonic() + LONGEST_CHECK_MS
    const leftOut = checkDamageUntil(db, () => clock.monotonic() >= until)
    const sizes = sizesOf(db, path)
    const common = { pending, sizes, muchFree: isMuchFree(sizes.database, sizes.free), leftOut }
    const isEmpty = db.prepare("select 1 from sqlite_schema where type = 'table' limit 1").get() === undefined
    if (isEmpty) return { ...common, schema: null, values: names.map(() => null) }
    const value = db.prepare('select value from server_value where name = ?')
    return {
      ...common,
      schema: Number(db.prepare('select max(number) as number from migration').get()?.number),
      values: names.map((name) => (value.get(name)?.value as string | undefined) ?? null),
    }
  })
}

/** The sealed secrets of the file as they are; a file that lacks migrations is refused, as its places are not all there. */
export const readSealed = async <Result>(
  path: string,
  look: (sealed: SealedStore) => Promise<Result>,
): Promise<Result> => {
  if (checkFile(path) === 'absent') throw new Error(`database: ${path} does not exist`)
  const db = openReadable(path)
  try {
    const pending = pendingOf(db)
    if (pending.length > 0)
      throw new Error(`database: ${path} lacks ${pending.length} migrations: run carillon migrate`)
    const statements = statementCache(db)
    const read = kyselyOver(async (query) => statements.run(query).rows)
    const write = () => Promise.reject(new Error('The file was opened for reading alone.'))
    return await look(createSealedStore({ read, write, by: null }))
  } catch (error) {
    throw isDamage(error) ? damaged(error) : error
  } finally {
    db.close()
  }
}

const withReadable = <Result>(path: string, look: (db: DatabaseSync) => Result): Result => {
  const db = openReadable(path)
  try {
    return look(db)
  } catch (error) {
    throw isDamage(error) ? damaged(error) : error
  } finally {
    db.close()
  }
}

const sizesOf = (db: DatabaseSync, path: string): Sizes => {
  const pragma = (name: 'page_count' | 'page_size' | 'freelist_count'): number =>
    Number(db.prepare(`pragma ${name}`).get()?.[name])
  const pageSize = pragma('page_size')
  return {
    database: pragma('page_count') * pageSize,
    free: pragma('freelist_count') * pageSize,
    log: statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
  }
}
