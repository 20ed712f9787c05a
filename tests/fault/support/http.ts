/** One HTTP request and what became of it: an answer, a refusal before anything was sent, or a broken connection. */
import { Agent, type IncomingMessage, request } from 'node:http'

const agent = new Agent({ keepAlive: true, maxSockets: 32 })
const GIVE_UP_MS = 20_000

export type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  /** Nobody listened: the request had no effect. */
  | { readonly kind: 'refused' }
  /** It may have had its effect. */
  | { readonly kind: 'broken' }
  /** It may still have its effect. */
  | { readonly kind: 'silent' }

export type Request = {
  readonly method: string
  readonly url: string
  readonly body?: unknown
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
}

export const send = ({ method, url, body, token, headers: more }: Request): Promise<Answer> =>
  new Promise((resolve) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      ...more,
    }
    const call = request(url, { method, headers, agent, timeout: GIVE_UP_MS })
    call.on('timeout', () => {
      resolve({ kind: 'silent' })
      call.destroy()
    })
    call.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ kind: error.code === 'ECONNREFUSED' ? 'refused' : 'broken' }),
    )
    call.on('response', (response) => void read(response).then(resolve))
    call.end(text)
  })

/** The status alone, or undefined when there is no answer. */
export const get = async (url: string): Promise<number | undefined> => {
  const answer = await send({ method: 'GET', url })
  return answer.kind === 'answer' ? answer.status : undefined
}

const read = async (response: IncomingMessage): Promise<Answer> => {
  try {
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    return { kind: 'answer', status: response.statusCode ?? 0, body: text === '' ? null : parsed(text) }
  } catch {
    // The status came, the rest did not: what the caller was told is not known.
    return { kind: 'broken' }
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
