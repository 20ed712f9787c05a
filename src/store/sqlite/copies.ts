/** Copies of a database that a server may be writing to: made from one snapshot, proved to be whole, and only then given their name. */
import { chmodSync, closeSync, fsyncSync, lstatSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { openReadable } from './connection.ts'
import { checkFile, makePrivate } from './files.ts'
import { schemaOf } from './migrate.ts'

/** Read at once; between two steps the process is told how far it is. */
const PAGES_AT_ONCE = 2000
const MOST_FINDINGS = 10

export type CopyReport = {
  readonly path: string
  readonly bytes: number
  /** Number of its newest migration. */
  readonly schema: number
  /** Rows of each table. */
  readonly rows: Readonly<Record<string, number>>
}

export type CopyOrder = {
  readonly from: string
  readonly to: string
  /** Take the place of a file that is there. */
  readonly overwrite: boolean
  readonly onProgress: (progress: { readonly copied: number; readonly pages: number }) => void
}

/** Rejects, and leaves nothing behind, when the copy is not what the database was. */
export const makeCopy = async ({ from, to, overwrite, onProgress }: CopyOrder): Promise<CopyReport> => {
  if (checkFile(from) === 'absent') throw new Error(`database: ${from} does not exist: name the database to copy`)
  if (resolve(from) === resolve(to)) throw new Error(`copy: ${to} is the database itself: name another file`)
  checkPlace(to, overwrite)
  const partial = `${to}.partial-${process.pid}`
  try {
    const rows = await copyTo(partial, from, onProgress)
    closeUp(partial)
    const report = verifyCopy(partial)
    for (const [table, count] of Object.entries(rows))
      if (report.rows[table] !== count)
        throw new Error(`copy: ${table} has ${report.rows[table]} rows instead of ${count}: nothing was kept`)
    sync(partial)
    checkPlace(to, overwrite)
    renameSync(partial, to)
    sync(dirname(resolve(to)))
    return { ...report, path: to }
  } finally {
    rmSync(partial, { force: true })
  }
}

/**
 * One transaction of reading holds the snapshot, so that writers go on and the copy never begins anew. Their log cannot be
 * cut back until it is made.
 */
const copyTo = async (
  path: string,
  from: string,
  onProgress: CopyOrder['onProgress'],
): Promise<Record<string, number>> => {
  rmSync(path, { force: true })
  makePrivate(path)
  const source = openReadable(from)
  try {
    source.exec('begin')
    const rows = rowsOf(source)
    await backup(source, path, {
      rate: PAGES_AT_ONCE,
      progress: ({ totalPages, remainingPages }) =>
        onProgress({ copied: totalPages - remainingPages, pages: totalPages }),
    })
    return rows
  } finally {
    source.close()
  }
}

/** A copy is one file: no log beside it, so that whoever moves it moves all of it. */
const closeUp = (path: string): void => {
  const db = new DatabaseSync(path)
  try {
    db.exec('pragma journal_mode = delete')
  } finally {
    db.close()
  }
  chmodSync(path, 0o600)
}

/** Throws with what is wrong when the file is no whole database of a release that this one knows. */
export const verifyCopy = (path: string): CopyReport => {
  if (checkFile(path) === 'absent') throw new Error(`copy: ${path} does not exist`)
  const db = openReadable(path)
  try {
    const findings = db
      .prepare(`pragma integrity_check(${MOST_FINDINGS})`)
      .all()
      .map((row) => String(row.integrity_check))
    if (findings.some((finding) => finding !== 'ok'))
      throw new Error(`copy: ${path} is damaged: ${findings.join('; ')}`)
    const schema = schemaOf(db)
    const orphans = db.prepare('pragma foreign_key_check').all().length
    if (orphans > 0) throw new Error(`copy: ${path} has ${orphans} rows that point to nothing`)
    const homeless = db
      .prepare('select 1 from execution e where not exists (select 1 from job j where j.key = e.job_key) limit 1')
      .get()
    if (homeless !== undefined) throw new Error(`copy: ${path} has runs without their job`)
    return { path, bytes: statSync(path).size, schema, rows: rowsOf(db) }
  } finally {
    db.close()
  }
}

const rowsOf = (db: DatabaseSync): Record<string, number> =>
  Object.fromEntries(
    db
      .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
      .all()
      .map(({ name }) => [
        String(name),
        Number(db.prepare(`select count(*) as count from "${String(name)}"`).get()?.count),
      ]),
  )

const checkPlace = (path: string, overwrite: boolean): void => {
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there === undefined) return
  if (!there.isFile()) throw new Error(`copy: ${path} is a link or no plain file: name a file`)
  if (!overwrite) throw new Error(`copy: ${path} is there already: name another file, or allow to overwrite it`)
}

/** Also for a folder, whose entries are then safe against a power cut. */
export const sync = (path: string): void => {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
