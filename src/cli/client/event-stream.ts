/** Reads server-sent events as they come: the lines of the standard, and nothing about tokens. */
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { text as textOf } from 'node:stream/consumers'
import { CommandFailure } from '../exit-codes.ts'
import { type Received, reasonOf } from './http.ts'

export type Streamed = { readonly id: string; readonly type: string; readonly data: string }

/** What came instead of a stream has a text. */
export type Opened = Received & { readonly events: AsyncIterable<Streamed> | null }

/** A server says that it is there every 15 s; one that was silent for so long is gone. */
const SILENT_MS = 45_000

export const openStream = (url: URL, headers: Readonly<Record<string, string>>, stop: AbortSignal): Promise<Opened> =>
  new Promise((resolve, reject) => {
    const unreachable = (cause: Error) =>
      reject(new CommandFailure('unreachable', `${url.origin} does not answer: ${reasonOf(cause)}`, cause))
    const start = url.protocol === 'https:' ? secureRequest : plainRequest
    const request = start(url, { headers, timeout: SILENT_MS, signal: stop }, (answer) => {
      const [status, contentType] = [answer.statusCode ?? 0, answer.headers['content-type'] ?? '']
      const received = { status, contentType, date: answer.headers.date ?? null }
      if (status === 200 && contentType.startsWith('text/event-stream')) {
        resolve({ ...received, text: '', events: eventsOf(answer) })
        return
      }
      textOf(answer).then((text) => resolve({ ...received, text, events: null }), unreachable)
    })
    request.on('timeout', () => request.destroy(new Error(`silent for ${SILENT_MS / 1000} s`)))
    request.on('error', unreachable)
    request.end()
  })

async function* eventsOf(answer: IncomingMessage): AsyncGenerator<Streamed> {
  answer.setEncoding('utf8')
  let rest = ''
  try {
    for await (const chunk of answer as AsyncIterable<string>) {
      const blocks = (rest + chunk).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = eventOf(block)
        if (event !== null) yield event
      }
    }
  } catch {
    // Cut off: whoever reads along opens it again, from the last event it has.
  }
}

/** Null for a comment. */
const eventOf = (block: string): Streamed | null => {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^(id|event|data): ?(.*)$/.exec(line) ?? []
    if (name !== undefined) fields.set(name, value)
  }
  const data = fields.get('data')
  return data === undefined ? null : { id: fields.get('id') ?? '', type: fields.get('event') ?? 'message', data }
}
