/** Real targets on loopback for tests of the execute room, and assignments that point at them. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import type { Assignment } from '../../src/domain/attempt.ts'
import type { HttpTarget, Target } from '../../src/domain/target.ts'

export type Received = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly remotePort: number
}

export type TargetServer = {
  readonly origin: string
  readonly port: number
  /** In the order in which they came. */
  readonly received: readonly Received[]
  /** Resolves when so many requests have come. */
  readonly requests: (count: number) => Promise<void>
  readonly connections: () => number
  readonly close: () => Promise<void>
}

const listening = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** An HTTP server that reads each request whole, remembers it, and then answers. */
export const httpTarget = async (
  answer: (request: Received, response: ServerResponse) => void = (_, response) => response.end('ok'),
): Promise<TargetServer> => {
  const received: Received[] = []
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  let connections = 0
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const entry: Received = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        remotePort: request.socket.remotePort ?? 0,
      }
      received.push(entry)
      for (const { count, resolve } of waiting) if (received.length >= count) resolve()
      answer(entry, response)
    })
  }
  const server = createServer(listener)
  server.on('connection', () => connections++)
  const port = await listening(server)
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    received,
    requests: (count) =>
      new Promise((resolve) => {
        if (received.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
    connections: () => connections,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type RawServer = {
  readonly origin: string
  readonly port: number
  /** Sockets in the order in which they were accepted. */
  readonly sockets: readonly Socket[]
  readonly close: () => Promise<void>
}

/** A server that speaks bytes: `onRequest` hears each request head, and how many came on this connection. */
export const rawTarget = async (onRequest: (socket: Socket, nth: number) => void): Promise<RawServer> => {
  const sockets: Socket[] = []
  const server = createTcpServer((socket) => {
    sockets.push(socket)
    let heads = 0
    let pending = ''
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      pending += chunk.toString('latin1')
      for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
        pending = pending.slice(end + 4)
        onRequest(socket, ++heads)
      }
    })
  })
  const port = await listening(server)
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    sockets,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const aTarget = (url: string, more: Partial<HttpTarget> = {}): HttpTarget => ({
  kind: 'http',
  url,
  method: 'GET',
  ...more,
})

export const anAssignment = (target: Target, more: Partial<Assignment> = {}): Assignment => ({
  executionId: '01990000-0000-7000-8000-000000000001',
  workspaceKey: 1,
  jobId: '01990000-0000-7000-8000-00000000000a',
  jobKey: 7,
  jobName: 'report',
  attempt: 1,
  scheduledFor: Date.UTC(2026, 2, 29, 1, 30),
  trigger: 'schedule',
  timeoutMs: 30_000,
  target,
  policies: {},
  ...more,
})
