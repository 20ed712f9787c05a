/** Who is signed in where, kept for this user of this machine alone. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Texts } from '../../config/config.ts'

export type KeptSession = {
  /** Origin and base path; the tokens are sent nowhere else. */
  readonly url: string
  readonly username: string
  readonly access_token: string
  readonly refresh_token: string
}

export type SessionFile = {
  readonly path: string
  readonly read: () => KeptSession | null
  readonly write: (session: KeptSession) => void
  readonly remove: () => void
}

export const sessionFile = (environment: Texts): SessionFile => {
  const folder = environment.XDG_CONFIG_HOME || join(environment.HOME || homedir(), '.config')
  const path = join(folder, 'carillon', 'session.json')
  return {
    path,
    read: () => {
      try {
        const kept: unknown = JSON.parse(readFileSync(path, 'utf8'))
        return isSession(kept) ? kept : null
      } catch {
        // Absent or broken alike: somebody has to sign in.
        return null
      }
    },
    write: (session) => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      // Written beside and moved over: another command never reads half a file.
      const draft = `${path}.${process.pid}`
      writeFileSync(draft, `${JSON.stringify(session, null, 2)}\n`, { mode: 0o600 })
      renameSync(draft, path)
    },
    remove: () => rmSync(path, { force: true }),
  }
}

const isSession = (kept: unknown): kept is KeptSession =>
  typeof kept === 'object' &&
  kept !== null &&
  ['url', 'username', 'access_token', 'refresh_token'].every(
    (name) => typeof (kept as Record<string, unknown>)[name] === 'string',
  )
