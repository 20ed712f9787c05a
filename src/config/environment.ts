/** Where settings come from: the environment, a `.env` file, files of secrets. The only reader of `process.env`. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { parseEnv } from 'node:util'

export type Texts = Readonly<Record<string, string | undefined>>

export const processEnvironment = (): Texts => ({ ...process.env })

/** What the environment says goes before what `.env` in the working directory says. */
export const withDotEnv = (environment: Texts, path = '.env'): Texts =>
  existsSync(path) ? { ...parseEnv(readFileSync(path, 'utf8')), ...environment } : environment

const READABLE_BY_OTHERS = 0o004

/** The text of a file that holds one secret. A file that everybody can read holds none. */
export const readSecretFile = (path: string): string => {
  const { mode } = statSync(path)
  if (process.platform !== 'win32' && (mode & READABLE_BY_OTHERS) !== 0)
    throw new Error(`everybody on this machine can read it; run: chmod o-rwx ${path}`)
  return readFileSync(path, 'utf8').trim()
}
