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

/**
 * The same for a look that must end soon: what is not begun when the time is over is left out, as is the history of a large
 * file. Answers how many tables that were.
 */
export const checkDamageUntil = (
  db: DatabaseSync,
  isOver: () => boolean,
  largestWhole = LARGEST_WHOLE_CHECK_BYTES,
): number => {
  try {
    const tables = tablesToRead(db, largestWhole)
    const begun: (string | null)[] = []
    for (const table of tables) {
      if (isOver()) break
      begun.push(table)
      for (const finding of quickCheck(db, table)) if (finding !== 'ok') throw new Error(finding)
    }
    return begun[0] === null ? 0 : tableCount(db) - begun.length
  } catch (error) {
    throw damaged(error)
  }
}

const findings = (db: DatabaseSync): string[] =>
  tablesToRead(db, LARGEST_WHOLE_CHECK_BYTES).flatMap((table) => quickCheck(db, table))

/** Null stands for the whole file at once. */
const tablesToRead = (db: DatabaseSync, largestWhole: number): (string | null)[] => {
  const pages = Number(db.prepare('pragma page_count').get()?.page_count)
  const pageSize = Number(db.prepare('pragma page_size').get()?.page_size)
  return pages * pageSize <= largestWhole ? [null] : smallTables(db)
}

const quickCheck = (db: DatabaseSync, table: string | null): string[] =>
  (table === null
    ? db.prepare('pragma quick_check(1)').all()
    : db.prepare('select quick_check from pragma_quick_check(?)').all(table)
  ).map((row) => String(row.quick_check))

const tableCount = (db: DatabaseSync): number =>
  Number(db.prepare("select count(*) as count from sqlite_schema where type = 'table'").get()?.count)

const smallTables = (db: DatabaseSync): string[] =>
  db
    .prepare("select name from sqlite_schema where type = 'table' and name not in ('execution', 'attempt')")
    .all()
    .map((row) => String(row.name))
