/** How much a request may take, in bytes and in time; and what a request is told that is no HTTP at all. */
import type { Socket } from 'node:net'

export type Limits = {
  readonly bodyBytes: number
  readonly headerBytes: number
  /** Until the headers have come whole. */
  readonly headersMs: number
  /** Until the request has come whole, and again until it is answered. */
  readonly requestMs: number
  /** A connection on which nothing is asked is closed after this. */
  readonly idleMs: number
  /** How often Node looks for requests that are over their time. */
  readonly checkMs: number
  /** One part of a path. */
  readonly parameterLength: number
}

export const LIMITS: Limits = {
  bodyBytes: 1024 * 1024,
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  requestMs: 30_000,
  // Longer than the 60 s of most proxies: they close first, so no request meets a connection that is being closed.
  idleMs: 65_000,
  checkMs: 1000,
  parameterLength: 128,
}

const STATUS_LINES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** There is no request to answer properly, so a bare status line has to do. */
export const refuseBrokenRequest = (error: Error & { readonly code?: string }, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  if (!socket.writable) {
    socket.destroy(error)
    return
  }
  const status = STATUS_LINES[error.code ?? ''] ?? '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy())
}
