/** Server-sent events: what comes is sent on, to who still may hear it, and no faster than it is read. */
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { Clock } from '../../domain/clock.ts'
import type { Event } from '../../domain/event.ts'
import { eventToWire } from '../translate/history.ts'

/** Shorter than the patience of most proxies. */
const HEARTBEAT_MS = 15_000
/** Whoever takes longer to read what was sent is ended; it may come back with the id of the last event. */
const SLOWEST_READ_MS = 10_000
/** What an end of the session takes to reach a stream, beside the seconds that other processes remember it. */
const ASK_AGAIN_MS = 500
/** How long a client waits before it comes back. */
const RETRY_MS = 2000

export type StreamParts = {
  readonly events: AsyncGenerator<readonly Event[]>
  /** Ends the stream, from outside and from within. */
  readonly ending: AbortController
  readonly clock: Clock
  /** Rejects when the caller may hear no more. */
  readonly stillMay: () => Promise<unknown>
}

/** Resolves when the stream has ended. */
export const sendEvents = async (
  reply: FastifyReply,
  { events, ending, clock, stillMay }: StreamParts,
): Promise<void> => {
  const { signal } = ending
  const end = () => ending.abort()
  reply.hijack()
  const { raw } = reply
  raw.on('close', end)
  raw.on('error', end)
  raw.writeHead(200, {
    ...plain(reply.getHeaders()),
    'content-type': 'text/event-stream; charset=utf-8',
    connection: 'close',
  })
  raw.write(`retry: ${RETRY_MS}\n: here come the events\n\n`)

  const heart = every(clock, HEARTBEAT_MS, signal, async () => {
    // Not even the beat before has been read.
    if (raw.writableNeedDrain) end()
    else raw.write(': still here\n\n')
  })
  const guard = every(clock, ASK_AGAIN_MS, signal, () => stillMay().catch(end))
  try {
    for await (const page of events) {
      if (signal.aborted || !(await written(raw, page.map(block).join(''), { clock, signal }))) break
    }
  } catch {
    // The database is away, or something worse: the client comes back, and asks from where it was.
  } finally {
    end()
    await Promise.all([heart, guard])
    raw.end()
  }
}

const block = (event: Event): string =>
  `id: ${event.number}\nevent: ${event.type}\ndata: ${JSON.stringify(eventToWire(event))}\n\n`

/** False: the reader was too slow, or is gone. Nothing is kept for it beyond this one page. */
const written = (
  raw: ServerResponse,
  text: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<boolean> =>
  new Promise((resolve) => {
    if (raw.write(text)) return resolve(true)
    const done = (isRead: boolean) => () => {
      cancel()
      raw.off('drain', drained)
      signal.removeEventListener('abort', gone)
      if (!isRead) raw.destroy()
      resolve(isRead)
    }
    const drained = done(true)
    const gone = done(false)
    const cancel = clock.after(SLOWEST_READ_MS, gone)
    raw.once('drain', drained)
    signal.addEventListener('abort', gone)
  })

/** Again and again until the signal; resolves then. */
const every = async (clock: Clock, ms: number, signal: AbortSignal, act: () => Promise<unknown>): Promise<void> => {
  while (!signal.aborted) {
    await new Promise<void>((resolve) => {
      const done = () => {
        cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancel = clock.after(ms, done)
      signal.addEventListener('abort', done)
    })
    if (!signal.aborted) await act()
  }
}

const plain = (headers: ReturnType<FastifyReply['getHeaders']>): Record<string, string | number | string[]> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
