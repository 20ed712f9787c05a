/** What the doctor says of the disk: free space, how long it takes to keep a byte, and who may read what lies there. */
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Finding, MEBIBYTE, verdicts } from './findings.ts'

const FEWEST_BYTES = 200 * MEBIBYTE
const FEW_BYTES = 2048 * MEBIBYTE

export const diskFinding = (path: string, free: number): Finding => {
  const { ok, warn, bad } = verdicts('disk')
  const message = `${Math.floor(free / MEBIBYTE)} MiB are free for ${path}`
  if (free < FEWEST_BYTES) return bad(`${message}; a full disk stops all runs: make room`)
  return free < FEW_BYTES ? warn(`${message}; make room before it is full`) : ok(message)
}

export const freeBytes = (path: string): number => {
  const { bavail, bsize } = statfsSync(nearestFolder(path))
  return bavail * bsize
}

export const nearestFolder = (path: string): string => {
  let folder = dirname(resolve(path))
  while (!existsSync(folder)) folder = dirname(folder)
  return folder
}

const SLOW_SYNC_MS = 20
const SLOWEST_SYNC_MS = 200

/** Every commit waits for one such write. */
export const syncFinding = (measure: () => number): Finding => {
  const { ok, warn, bad } = verdicts('fsync')
  try {
    const ms = measure()
    const message = `a small write is safe on the disk after ${ms.toFixed(1)} ms (median of ${SYNCS})`
    if (ms > SLOWEST_SYNC_MS) return bad(`${message}; far too slow to fire on time: use a local disk, best an SSD`)
    return ms > SLOW_SYNC_MS
      ? warn(`${message}; each commit waits so long: use a local disk, best an SSD`)
      : ok(message)
  } catch (error) {
    return bad(`nothing can be written beside the database: ${(error as Error).message}`)
  }
}

const SYNCS = 20
const PAGE = Buffer.alloc(4096, 1)

/** The median, on a file of its own in the folder, which is gone afterwards. */
export const measureSync = (folder: string, monotonic: () => number): number => {
  const path = join(folder, `.carillon-doctor-${process.pid}`)
  const file = openSync(path, 'wx', 0o600)
  try {
    const times = Array.from({ length: SYNCS }, () => {
      const began = monotonic()
      writeSync(file, PAGE)
      fsyncSync(file)
      return monotonic() - began
    }).sort((a, b) => a - b)
    return ((times[SYNCS / 2 - 1] ?? 0) + (times[SYNCS / 2] ?? 0)) / 2
  } finally {
    closeSync(file)
    rmSync(path)
  }
}

const GROUP_OR_OTHERS = 0o077
const WRITE_BY_THEM = 0o022
const OTHERS = 0o007

/** S104: the folder belongs to its owner alone, and so does each file in it. */
export const filesFindings = (database: string, keyFile: string): readonly Finding[] => {
  const { ok, warn, bad } = verdicts('files')
  if (process.platform === 'win32') return [ok('not looked at on Windows: rights are kept otherwise there')]
  const folder = dirname(resolve(database))
  const found: Finding[] = []
  const folderMode = modeOf(folder)
  if (folderMode !== null && (folderMode & WRITE_BY_THEM) !== 0)
    found.push(bad(`others may replace what is in ${folder}; run: chmod 700 ${folder}`))
  else if (folderMode !== null && (folderMode & GROUP_OR_OTHERS) !== 0)
    found.push(warn(`others may look into ${folder}; run: chmod 700 ${folder}`))
  for (const path of [database, `${database}-wal`, `${database}-shm`, join(folder, keyFile)]) {
    const mode = modeOf(path)
    if (mode === null || (mode & GROUP_OR_OTHERS) === 0) continue
    const judge = (mode & (OTHERS | WRITE_BY_THEM)) === 0 ? warn : bad
    found.push(judge(`others may open ${path} (mode ${mode.toString(8)}); run: chmod 600 ${path}`))
  }
  return found.length > 0 ? found : [ok('the data folder, the database and the key are for their owner alone')]
}

const modeOf = (path: string): number | null => {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? null : stat.mode & 0o777
}
