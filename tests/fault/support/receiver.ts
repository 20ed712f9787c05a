/** The target of fault runs, a process of its own that is never killed: each request is on its disk before it is answered. */
import { createHash } from 'node:crypto'
import { fdatasync, openSync, write } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { BEHAVIOURS } from './behaviours.ts'
import type { Line } from './receiver-log.ts'
import { wall } from './wall.ts'

const [, , logPath = ''] = process.argv
const log = openSync(logPath, 'a')
const append = promisify(write)
const sync = promisify(fdatasync)

let lines: Line[] = []
let waiting: (() => void)[] = []
let flushing = false
let received = 0
let newest = 0

/** All requests that came while the last group was being synced share the next one. */
const flush = async (): Promise<void> => {
  if (flushing) return
  flushing = true
  while (waiting.length > 0) {
    const group = { lines, waiting }
    lines = []
    waiting = []
    await append(log, group.lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    await sync(log)
    received += group.waiting.length
    process.send?.({ received, newest })
    for (const answer of group.waiting) answer()
  }
  flushing = false
}

let number = 0

const take = (request: IncomingMessage, response: ServerResponse): void => {
  const at = wall()
  const hash = createHash('sha256')
  request.on('data', (chunk: Buffer) => hash.update(chunk))
  request.on('error', () => {})
  response.on('error', () => {})
  request.on('end', () => {
    const path = request.url ?? '/'
    const n = ++number
    const [, name = '', argument = ''] = path.split('/')
    const behave = BEHAVIOURS[name]
    if (behave === undefined) return void response.writeHead(404).end()
    const header = (key: string) => String(request.headers[key] ?? '')
    const scheduledFor = Date.parse(header('carillon-scheduled-for'))
    newest = Math.max(newest, scheduledFor || 0)
    lines.push({
      n,
      at,
      executionId: header('idempotency-key'),
      jobId: header('carillon-job-id'),
      attempt: Number(header('carillon-attempt')),
      scheduledFor,
      trigger: header('carillon-trigger'),
      path,
      bodyHash: hash.digest('hex'),
    })
    response.on('finish', () => lines.push({ n, answeredAt: wall() }))
    waiting.push(() => behave({ request, response, argument }))
    void flush()
  })
}

const server = createServer({ keepAliveTimeout: 60_000 }, take)
server.on('clientError', (_, socket) => socket.destroy())
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
// Answers to the last calls are noted though nobody waits for them; the end of the test is the end of this process.
process.on('message', async () => {
  await append(log, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  process.exit(0)
})
process.on('disconnect', () => process.exit(0))
