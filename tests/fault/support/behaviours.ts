/** How a target may answer: well, slowly, wrongly, or never; chosen by the first part of its path. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'

export type Exchange = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** What follows the behaviour's name in the path. */
  readonly argument: string
}

type Behaviour = (exchange: Exchange) => void

const CHUNK = Buffer.alloc(65_536, 'endless ')
const DRIP_MS = 5000
const BOMB_BYTES = 64 * 1024 * 1024

let bomb: Buffer | null = null

const status =
  (code: number): Behaviour =>
  ({ response }) =>
    response.writeHead(code).end(`status ${code}`)

export const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  fast: status(200),
  500: status(500),
  slow: ({ response, argument }) => void setTimeout(() => response.writeHead(200).end('slow'), Number(argument)),
  /** Fails until the attempt whose number is the argument. */
  flaky: ({ request, response, argument }) => {
    const attempt = Number(request.headers['carillon-attempt'])
    response.writeHead(attempt < Number(argument) ? 503 : 200).end('flaky')
  },
  hang: () => {},
  reset: ({ request }) => request.socket.resetAndDestroy(),
  redirect: ({ request, response }) => response.writeHead(302, { location: request.url ?? '/' }).end(),
  'endless-body': ({ response }) => {
    response.writeHead(200)
    pour(response, () => CHUNK)
  },
  'endless-headers': ({ request }) => {
    let line = 0
    request.socket.write('HTTP/1.1 200 OK\r\n')
    pour(request.socket, () => `x-line-${line++}: ${'y'.repeat(100)}\r\n`)
  },
  drip: ({ response }) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('.'), DRIP_MS)
    response.write('.')
    response.on('close', () => clearInterval(timer))
  },
  bomb: ({ response }) => {
    bomb ??= gzipSync(Buffer.alloc(BOMB_BYTES))
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length }).end(bomb)
  },
  /** Says more than it sends, then closes. */
  short: ({ request, response }) => {
    response.writeHead(200, { 'content-length': 1000 })
    response.write('too little')
    setTimeout(() => request.socket.destroy(), 10)
  },
  junk: ({ request }) => void request.socket.end('HTTP/1.1 2zz what\r\n\r\n\u0000\u0001'),
}

/** Writes as long as the other side reads. */
const pour = (to: NodeJS.WritableStream & { destroyed: boolean }, next: () => Buffer | string): void => {
  const more = () => {
    // One write per turn: others are answered in between.
    if (!to.destroyed && to.write(next())) setImmediate(more)
  }
  to.on('drain', more)
  to.on('error', () => {})
  more()
}
