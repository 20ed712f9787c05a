/** One request to a server of ours, one answer: bytes in and out, nothing about tokens. */
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { CommandFailure } from '../exit-codes.ts'

export type Sent = {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Buffer | undefined
}
export type Received = {
  readonly status: number
  readonly contentType: string
  readonly date: string | null
  readonly text: string
}

const TIMEOUT_MS = 30_000

/** Where an answer goes that may be larger than memory; resolves when it has taken the chunk. */
export type Sink = (chunk: Buffer) => Promise<void>

/** With a sink a good answer flows into it as it comes, and its text is empty. */
export const send = ({ method, url, headers, body }: Sent, sink: Sink | null = null): Promise<Received> =>
  new Promise((resolve, reject) => {
    const unreachable = (cause: Error) =>
      reject(new CommandFailure('unreachable', `${url.origin} does not answer: ${reasonOf(cause)}`, cause))
    const start = url.protocol === 'https:' ? secureRequest : plainRequest
    const request = start(url, { method, headers, timeout: TIMEOUT_MS }, (answer) => {
      const isGood = answer.statusCode !== undefined && answer.statusCode >= 200 && answer.statusCode < 300
      const taken = sink !== null && isGood ? poured(answer, sink) : buffer(answer)
      taken.then(
        (bytes) =>
          resolve({
            status: answer.statusCode ?? 0,
            contentType: answer.headers['content-type'] ?? '',
            date: answer.headers.date ?? null,
            text: bytes.toString('utf8'),
          }),
        unreachable,
      )
    })
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
    request.on('error', unreachable)
    request.end(body)
  })

const poured = async (answer: IncomingMessage, sink: Sink): Promise<Buffer> => {
  for await (const chunk of answer) await sink(chunk as Buffer)
  return Buffer.alloc(0)
}

/** Several addresses tried for one name come as one error without a message. */
export const reasonOf = (error: Error): string => {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  return first instanceof Error && first.message !== '' ? first.message : error.name
}
