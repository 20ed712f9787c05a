/** `carillon serve` as a process of its own, and everything that it says: answers by HTTP, output, files. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Cleanup, tempFolder } from './temp-store.ts'

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'carillon.js')
const MOST_LOOKS = 20_000

// biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
type Json = any

export type Answer = { readonly status: number; readonly text: string; readonly body: Json }

export type Ask = {
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type Served = {
  readonly url: string
  /** Below /api/v3, or from the root where the path begins with `//`. */
  readonly ask: (method: string, path: string, ask?: Ask) => Promise<Answer>
  /** The execution, when it has ended. */
  readonly ended: (token: string, id: string) => Promise<Json>
  /** Listens from now on; the answer waits for the first event for which `isIt` holds, among those that came already too. */
  readonly listen: (token: string) => Promise<(isIt: (event: Json) => boolean) => Promise<Json>>
  /** All of standard output and standard error so far. */
  readonly said: () => string
  readonly database: string
  /** The bytes of every file in the folder of the data, by name. */
  readonly files: () => ReadonlyMap<string, Buffer>
  readonly stop: () => Promise<void>
}

export const served = async (t: Cleanup, environment: Readonly<Record<string, string>>): Promise<Served> => {
  const cwd = tempFolder(t)
  const data = join(cwd, 'data')
  const child = spawn(process.execPath, [LAUNCHER, 'serve'], {
    cwd,
    env: { PATH: process.env.PATH, PORT: '0', ...environment },
    stdio: 'pipe',
  })
  const closed = once(child, 'close')
  const stop = async () => {
    child.kill('SIGTERM')
    await closed
  }
  t.after(stop)

  let all = ''
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      all += chunk
      const told = /listens on (http:\S+)[\s\S]*Ctrl-c stops it/.exec(all)?.[1]
      if (told !== undefined) resolve(told)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('close', () => reject(new Error(`it ended before it listened:\n${all}`)))
  })

  const ask: Served['ask'] = async (method, path, { token, body, headers } = {}) => {
    const reply = await fetch(url + (path.startsWith('//') ? path.slice(1) : `/api/v3${path}`), {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    const isJson = /^application\/(problem\+)?json\b/.test(reply.headers.get('content-type') ?? '')
    return { status: reply.status, text, body: isJson && text !== '' ? JSON.parse(text) : null }
  }

  return {
    url,
    ask,
    ended: async (token, id) => {
      for (let look = 0; look < MOST_LOOKS; look++) {
        const { body } = await ask('GET', `/executions/${id}`, { token })
        if (body.finished_at !== null) return body
      }
      throw new Error(`The execution ${id} did not end.`)
    },
    listen: async (token) => {
      const leaving = new AbortController()
      t.after(() => leaving.abort())
      const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
      const { body } = await fetch(`${url}/api/v3/events`, { headers, signal: leaving.signal })
      return eventsOf(body as ReadableStream<Uint8Array>)
    },
    said: () => all,
    database: join(data, 'carillon.db'),
    files: () => new Map(readdirSync(data).map((name) => [name, readFileSync(join(data, name))])),
    stop,
  }
}

/** Reads no further than somebody waits for. */
const eventsOf = (stream: ReadableStream<Uint8Array>): ((isIt: (event: Json) => boolean) => Promise<Json>) => {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  const heard: Json[] = []
  let rest = ''
  return async (isIt) => {
    for (;;) {
      const found = heard.find(isIt)
      if (found !== undefined) return found
      const { value, done } = await reader.read()
      if (done) throw new Error(`The stream ended after ${JSON.stringify(heard)}.`)
      const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1]
        if (data !== undefined) heard.push(JSON.parse(data))
      }
    }
  }
}
