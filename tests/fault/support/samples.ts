/** Looks at a process from outside while something is done to it: its memory and its sockets, at their most. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export type Most = { readonly rssMb: number; readonly sockets: number }

const EVERY_MS = 200

/** Samples until the returned function is called, which answers the largest values seen. */
export const watchProcess = (pid: number): (() => Most) => {
  let most = sampleOf(pid)
  const timer = setInterval(() => {
    const now = sampleOf(pid)
    most = { rssMb: Math.max(most.rssMb, now.rssMb), sockets: Math.max(most.sockets, now.sockets) }
  }, EVERY_MS)
  return () => {
    clearInterval(timer)
    return most
  }
}

export const sampleOf = (pid: number): Most => ({ rssMb: rssMbOf(pid), sockets: socketsOf(pid) })

const rssMbOf = (pid: number): number => {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}

const socketsOf = (pid: number): number => {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).filter((fd) => {
    try {
      return readlinkSync(`${folder}/${fd}`).startsWith('socket:')
    } catch {
      // Closed between the two looks.
      return false
    }
  }).length
}
