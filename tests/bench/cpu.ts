/** Who uses the processor: each of our processes, and everything else, which spoils a measurement. */
import { readdirSync, readFileSync } from 'node:fs'

// The kernel counts in hundredths of a second whatever its own clock (USER_HZ).
const TICKS_PER_SECOND = 100

export type CpuMeter = {
  /** Cores used by processes that are not ours, on average since the meter was made; NaN where /proc does not tell. */
  readonly foreign: () => number
}

export const startCpuMeter = (): CpuMeter => {
  const began = { at: performance.now(), machine: busyTicks(), ours: treeTicks(process.pid) }
  return {
    foreign: () => {
      const seconds = (performance.now() - began.at) / 1000
      const foreign = busyTicks() - began.machine - (treeTicks(process.pid) - began.ours)
      return Math.max(0, foreign / TICKS_PER_SECOND / seconds)
    },
  }
}

const busyTicks = (): number => {
  const [total = ''] = textOf('/proc/stat').split('\n')
  // user nice system idle iowait irq softirq steal; guest time is part of user time.
  const [user = Number.NaN, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = total
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return user + nice + system + irq + softirq + steal
}

type Process = { readonly pid: number; readonly parent: number; readonly ticks: number }

/** A process and its descendants, with the children that ended: their time goes to whoever waited for them. */
const treeTicks = (root: number): number => {
  const all = processes()
  const ours = new Set([root])
  // Parents have no fixed order by number, so look until nothing is added.
  for (let before = 0; before !== ours.size; ) {
    before = ours.size
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid)
  }
  return all.filter(({ pid }) => ours.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0)
}

const processes = (): Process[] => {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => processOf(Number(name)) ?? [])
  } catch {
    return []
  }
}

const processOf = (pid: number): Process | null => {
  const text = textOf(`/proc/${pid}/stat`)
  if (text === '') return null
  // The name in parentheses may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const at = (index: number) => Number(fields[index])
  return { pid, parent: at(1), ticks: at(11) + at(12) + at(13) + at(14) }
}

/** CPU time of one process with all its living threads, in milliseconds; finer than the ticks of `stat`. */
export const cpuMsOf = (pid: number): number =>
  threadsOf(pid).reduce(
    (sum, thread) => sum + Number.parseInt(textOf(`/proc/${pid}/task/${thread}/schedstat`), 10) / 1e6,
    0,
  )

const threadsOf = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

/** Memory of one process that is not on disk, in bytes. */
export const residentBytesOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1]) * 1024

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
