/** The database file before SQLite sees it: made for its owner only, never a link, never somebody else's, never silently empty. */
import { chmodSync, closeSync, constants, lstatSync, mkdirSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'

/** What SQLite and we keep beside the database; all of it bears the database's name. */
const SIDE_FILES = ['-wal', '-shm', '-scheduler'] as const

export const schedulerLockPath = (path: string): string => `${path}-scheduler`

/** Makes the file (and its folder) if it is missing, and holds it to be readable by its owner alone. */
export const prepareFile = (path: string): void => {
  if (checkFile(path) === 'absent') {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    makePrivate(path)
  }
  chmodSync(path, 0o600)
  for (const side of SIDE_FILES) if (sizeOf(path + side) !== null) chmodSync(path + side, 0o600)
}

/** An empty file, readable by its owner alone; nothing happens when it is there. */
export const makePrivate = (path: string): void => {
  try {
    closeSync(openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | constants.O_NOFOLLOW, 0o600))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

/** Throws when the file is there but cannot be a database of ours. */
export const checkFile = (path: string): 'absent' | 'present' => {
  for (const side of SIDE_FILES) sizeOf(path + side)
  const size = sizeOf(path)
  if (size === null) return 'absent'
  if (size === 0) {
    // A start that was killed in its first moment leaves an empty file and nothing else; any more means lost contents.
    if (SIDE_FILES.some((side) => sizeOf(path + side) !== null)) {
      throw new Error(`database: ${path} is empty, though it was in use: restore a copy, or remove it to start anew`)
    }
    return 'present'
  }
  checkHeader(path, size)
  return 'present'
}

/** Null when there is none; throws on a link and on anything that is not a plain file. */
const sizeOf = (path: string): number | null => {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return null
  if (stat.isSymbolicLink()) throw new Error(`database: ${path} is a symbolic link: name the file itself`)
  if (!stat.isFile()) throw new Error(`database: ${path} is not a plain file: name a file`)
  return stat.size
}

// https://www.sqlite.org/fileformat2.html#the_database_header
const HEADER_BYTES = 100
const MAGIC = 'SQLite format 3\0'

const checkHeader = (path: string, size: number): void => {
  const header = Buffer.alloc(HEADER_BYTES)
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    readSync(file, header, 0, HEADER_BYTES, 0)
  } finally {
    closeSync(file)
  }
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw new Error(`database: ${path} is damaged or not an SQLite file: restore a copy, or name another file`)
  }
  // A page size of 1 stands for 65536. The page count holds only while the two counters agree, and while no log waits
  // to be copied into the file.
  const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16)
  const counted = header.readUInt32BE(24) === header.readUInt32BE(92)
  if (counted && !sizeOf(`${path}-wal`) && size < header.readUInt32BE(28) * pageSize) {
    throw new Error(`database: ${path} is cut short (${size} bytes): restore a copy`)
  }
}
