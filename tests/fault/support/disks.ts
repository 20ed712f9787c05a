/** Places for a database that can be made full, and given space again, while the server runs. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Scenario } from './scenario.ts'

export type Disk = {
  readonly name: string
  readonly directory: string
  /** What the server's runtime has to be told so that the fault reaches it as an error. */
  readonly options: readonly string[]
  readonly fill: (pid: number) => void
  readonly free: (pid: number) => void
}

const SIZE_MB = 24
/** No file may grow beyond this: less than the first page of any write to the log. */
const LIMIT_BYTES = 4096

/** A file system of its own in memory, which only root may mount; and a limit on the size of files, which everybody may set. */
export const disks = (run: Scenario): readonly Disk[] => [...(canMount() ? [smallFileSystem(run)] : []), sizeLimit(run)]

const canMount = (): boolean => {
  if (process.getuid?.() !== 0) return false
  try {
    // A container's root may lack the right all the same.
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const smallFileSystem = (run: Scenario): Disk => {
  const directory = join(run.directory, 'small')
  const filler = join(directory, 'filler')
  mkdirSync(directory)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m`, 'tmpfs', directory])
  run.atEnd(() => void execFileSync('umount', ['-l', directory]))
  return {
    name: `file-system-of-${SIZE_MB}-MB`,
    directory,
    options: [],
    fill: () => fillWith(filler, directory),
    free: () => rmSync(filler),
  }
}

const fillWith = (path: string, directory: string): void => {
  const file = openSync(path, 'w')
  try {
    for (const size of [1 << 20, 1 << 12])
      for (const block = Buffer.alloc(size); statfsSync(directory).bavail * statfsSync(directory).bsize >= size; )
        writeSync(file, block)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(file)
  }
}

const sizeLimit = (run: Scenario): Disk => {
  const directory = join(run.directory, 'limited')
  mkdirSync(directory)
  return {
    name: 'limit-on-file-size',
    directory,
    // By default the kernel ends a process that writes beyond the limit; a full disk does not do that.
    options: ['--import', "data:text/javascript,process.on('SIGXFSZ', () => {})"],
    fill: (pid) => limitTo(pid, `${LIMIT_BYTES}`),
    free: (pid) => limitTo(pid, 'unlimited'),
  }
}

const limitTo = (pid: number, size: string): void => {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${size}:unlimited`])
}
