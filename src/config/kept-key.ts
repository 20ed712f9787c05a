/** Development needs no SECRET_KEY: one is made once and kept beside the database. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSecretFile } from './environment.ts'

export const KEY_FILE = 'secret.key'

export const keptKey = (folder: string): { readonly key: string; readonly path: string; readonly made: boolean } => {
  const path = join(folder, KEY_FILE)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    // `wx`: of two processes that start together, one writes and both read the same key.
    writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 })
    return { key: readSecretFile(path), path, made: true }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    return { key: readSecretFile(path), path, made: false }
  }
}

/** The same without making one; null when there is none. */
export const lookForKey = (folder: string): string | null => {
  const path = join(folder, KEY_FILE)
  return existsSync(path) ? readSecretFile(path) : null
}
