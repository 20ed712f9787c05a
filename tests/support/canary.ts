/** Canaries: secrets each alone of its kind, and every place where a server may have let one slip. */
import assert from 'node:assert/strict'
import type { Answer, Ask, Served } from './served.ts'
import { leaks } from './spellings.ts'

/** With characters that every encoding writes differently. */
export const canary = (name: string): string => `canary-${name}/Xq7+"Zr2&Lw4=`

export const signingKey = (name: string): string =>
  `whsec_${Buffer.from(`canary-signing-${name}`.padEnd(32, '~')).toString('base64')}`

export type Watch = {
  /** Asks, wants this status (200 where none is named), and keeps the answer as a place to look through. */
  readonly ask: (method: string, path: string, what?: Ask & { readonly expect?: number }) => Promise<Answer>
  /** An answer that shows what it has made, this once: it goes to the other places without that. */
  readonly show: (
    method: string,
    path: string,
    what: Ask,
    made: (body: Answer['body']) => Readonly<Record<string, string>>,
  ) => Promise<Answer>
  readonly note: (place: string, content: string | Buffer) => void
  readonly learn: (name: string, secret: string) => void
  /** Stops the server, and looks through all that it said and kept; one text for each leak. */
  readonly leaks: () => Promise<string[]>
}

export const watch = (server: Served, given: Readonly<Record<string, string>>): Watch => {
  const secrets: Record<string, string> = { ...given }
  const places: [name: string, content: string | Buffer][] = []

  return {
    ask: async (method, path, what = {}) => {
      const answer = await server.ask(method, path, what)
      assert.equal(answer.status, what.expect ?? 200, `${method} ${path} ${answer.text}`)
      places.push([`${method} ${path} ${answer.status}`, answer.text])
      return answer
    },
    show: async (method, path, what, made) => {
      const answer = await server.ask(method, path, what)
      assert.ok(answer.status < 300, `${method} ${path} ${answer.text}`)
      let rest = answer.text
      for (const [name, secret] of Object.entries(made(answer.body))) {
        assert.ok(rest.includes(secret), `${name} is shown`)
        secrets[name] = secret
        rest = rest.replace(secret, '')
      }
      places.push([`${method} ${path} ${answer.status}`, rest])
      return answer
    },
    note: (place, content) => void places.push([place, content]),
    learn: (name, secret) => {
      secrets[name] = secret
    },
    leaks: async () => {
      for (const [name, bytes] of server.files()) places.push([`${name} while it runs`, bytes])
      await server.stop()
      for (const [name, bytes] of server.files()) places.push([`${name} afterwards`, bytes])
      places.push(['what it said', server.said()])
      assert.ok(places.some(([name, bytes]) => name.startsWith('carillon.db-wal') && bytes.length > 0))
      assert.ok(server.said().split('\n').length > 50, 'it logs')
      return leaks(secrets, places)
    },
  }
}
