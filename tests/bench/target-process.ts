/** A target in Node: answers each request at once, and notes by its own clock how late the call came. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { serveParent } from './child.ts'
import { fineClock } from './fine-clock.ts'
import type { Lateness, LatenessQuestion } from './target.ts'

const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n')
const END_OF_REQUEST = '\r\n\r\n'
const SCHEDULED_FOR = 'carillon-scheduled-for: '
// 2026-11-23T22:58:32.123Z
const INSTANT_LENGTH = 24

const now = fineClock()
const scheduledFor: number[] = []
const arrivedAt: number[] = []

/** Requests here have no body, so each ends with its empty line. Notes and counts those that end in this piece. */
const takeRequests = (piece: Buffer): number => {
  const arrived = now()
  let count = 0
  let from = 0
  for (let end = piece.indexOf(END_OF_REQUEST); end !== -1; end = piece.indexOf(END_OF_REQUEST, from)) {
    const header = piece.indexOf(SCHEDULED_FOR, from, 'latin1')
    if (header !== -1 && header < end)
      note(
        arrived,
        piece.toString('latin1', header + SCHEDULED_FOR.length, header + SCHEDULED_FOR.length + INSTANT_LENGTH),
      )
    count += 1
    from = end + END_OF_REQUEST.length
  }
  return count
}

const note = (arrived: number, instant: string): void => {
  scheduledFor.push(Date.parse(instant))
  arrivedAt.push(arrived)
}

const lateness = ({ from, to, shiftMs }: LatenessQuestion): Lateness => {
  const within = new Float64Array(arrivedAt.length)
  let count = 0
  scheduledFor.forEach((due, index) => {
    if (due >= from && due < to) within[count++] = (arrivedAt[index] ?? 0) + shiftMs - due
  })
  const sorted = within.subarray(0, count).sort()
  const at = (share: number) => sorted[Math.min(count - 1, Math.floor(count * share))] ?? Number.NaN
  return { count, p50: at(0.5), p99: at(0.99), max: at(1) }
}

const server = createServer({ noDelay: true }, (socket) => {
  let rest: Buffer | null = null
  socket.on('data', (chunk: Buffer) => {
    const piece = rest === null ? chunk : Buffer.concat([rest, chunk])
    const count = takeRequests(piece)
    const end = piece.lastIndexOf(END_OF_REQUEST)
    const used = end === -1 ? 0 : end + END_OF_REQUEST.length
    rest = used === piece.length ? null : piece.subarray(used)
    if (count === 1) socket.write(ANSWER)
    else if (count > 1) socket.write(Buffer.concat(Array<Buffer>(count).fill(ANSWER)))
  })
  socket.on('error', () => socket.destroy())
}).listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
await once(server, 'listening')

serveParent(
  {
    port: () => (server.address() as { port: number }).port,
    lateness,
  },
  () => void server.close(),
)
