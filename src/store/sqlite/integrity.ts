/** Looks for damage before the first request is served: a broken file must stop the start, not surface later as lost jobs. */
import type { DatabaseSync } from 'node:sqlite'
import { damaged } from './connection.ts'

/** About a second of reading. In a larger file the history, which is most of it, is left out. */
const LARGEST_WHOLE_CHECK_BYTES = 512 * 1024 * 1024

export const checkDamage = (db: DatabaseSync): void => {
  try {
    for (const finding of findings(db)) if (finding !== 'ok') throw new Error(finding)
  } catch (error) {
    throw damaged(error)
  }
}

const findings = (db: DatabaseSync): string[] => {
  const pages = Number(db.prepare('pragma page_count').get()?.page_count)
  const pageSize = Number(db.prepare('pragma page_size').get()?.page_size)
  const tables = pages * pageSize <= LARGEST_WHOLE_CHECK_BYTES ? [null] : smallTables(db)
  return tables.flatMap((table) =>
    (table === null
      ? db.prepare('pragma quick_check(1)').all()
      : db.prepare('select quick_check from pragma_quick_check(?)').all(table)
    ).map((row) => String(row.quick_check)),
  )
}

const smallTables = (db: DatabaseSync): string[] =>
  db
    .prepare("select name from sqlite_schema where type = 'table' and name not in ('execution', 'attempt')")
    .all()
    .map((row) => String(row.name))
