/** Puts a copy in the place of a database, or makes a database compact: only while no process holds it. */
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isDamage } from './connection.ts'
import { type CopyReport, sync, verifyCopy } from './copies.ts'
import { checkFile } from './files.ts'
import { schedulerLock } from './scheduler-lock.ts'

export type Restored = CopyReport & {
  /** Where the database went that was there before; null when there was none. */
  readonly replaced: string | null
}

/** `stamp`: goes into the name of what is replaced. */
export const restoreCopy = (from: string, to: string, stamp: string): Restored => {
  if (resolve(from) === resolve(to)) throw new Error(`restore: ${from} is the database itself: name a copy of it`)
  verifyCopy(from)
  mkdirSync(dirname(resolve(to)), { recursive: true, mode: 0o700 })
  return whileAlone(to, () => {
    const incoming = `${to}.restoring`
    try {
      rmSync(incoming, { force: true })
      copyFileSync(from, incoming, constants.COPYFILE_EXCL)
      chmodSync(incoming, 0o600)
      sync(incoming)
      // What was read may not be what was written.
      const report = verifyCopy(incoming)
      const replaced = setAside(to, `${to}.replaced-${stamp}`)
      renameSync(incoming, to)
      sync(dirname(resolve(to)))
      return { ...report, path: to, replaced }
    } finally {
      rmSync(incoming, { force: true })
    }
  })
}

/** Its log goes with it: without it the last changes would be missing, and beside another file it would ruin that. */
const setAside = (path: string, aside: string): string | null => {
  if (!existsSync(path)) {
    for (const side of LOGS) rmSync(path + side, { force: true })
    return null
  }
  if (existsSync(aside)) throw new Error(`restore: ${aside} is there already: move it away`)
  for (const side of LOGS) if (existsSync(path + side)) renameSync(path + side, aside + side)
  renameSync(path, aside)
  return aside
}

const LOGS = ['-wal', '-shm'] as const

/** Rewrites the file without free pages, and so that it can give them back by itself from then on. */
export const vacuumFile = (path: string): { readonly before: number; readonly after: number } => {
  if (checkFile(path) === 'absent') throw new Error(`database: ${path} does not exist`)
  return whileAlone(path, () => {
    const before = statSync(path).size
    const db = new DatabaseSync(path)
    try {
      db.exec('pragma auto_vacuum = incremental; vacuum')
    } finally {
      db.close()
    }
    sync(path)
    return { before, after: statSync(path).size }
  })
}

/** Holds the right to schedule meanwhile, so that a server that starts in between waits. */
const whileAlone = <Result>(path: string, act: () => Result): Result => {
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there !== undefined && !there.isFile())
    throw new Error(`database: ${path} is a link or no plain file: name the file itself`)
  const lock = schedulerLock(path)
  if (!lock.take()) throw new DatabaseInUse(path)
  try {
    if (there !== undefined && there.size > 0) closeLog(path)
    return act()
  } finally {
    lock.free()
  }
}

/** Leaving the write-ahead log needs the file alone: every open connection of any process, also a reading one, prevents it. */
const closeLog = (path: string): void => {
  let mode: unknown
  try {
    const db = new DatabaseSync(path, { timeout: 0 })
    try {
      mode = db.prepare('pragma journal_mode = delete').get()?.journal_mode
    } finally {
      db.close()
    }
  } catch (error) {
    // What cannot be read is what a copy is restored for; nothing can be using it.
    if (isDamage(error)) return
    throw new DatabaseInUse(path, error)
  }
  if (mode !== 'delete') throw new DatabaseInUse(path)
}

export class DatabaseInUse extends Error {
  constructor(path: string, cause?: unknown) {
    super(`database: a server or another program holds ${path}: stop it first`, { cause })
    this.name = 'DatabaseInUse'
  }
}
