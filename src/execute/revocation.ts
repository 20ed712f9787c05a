/** Certificate revocation lists that the operator keeps in a file: read at the start, and again when they change. */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Clock } from '../domain/clock.ts'

export type RevocationLists = {
  /** PEM, one list each; another array once the file holds others. */
  readonly current: () => readonly string[]
}

/** Lists are issued hourly at most, so a new one is in use soon enough. */
const LOOK_EVERY_MS = 60_000

const BLOCK = /-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g

/** Throws when the file cannot be read or holds no list; later faults leave the last good lists standing. */
export const openRevocationLists = ({
  path,
  clock,
  onFault,
}: {
  readonly path: string
  readonly clock: Clock
  readonly onFault: (error: unknown) => void
}): RevocationLists => {
  let text = readFileSync(path, 'utf8')
  let lists = listsIn(text)
  let lookedAt = clock.monotonic()

  const look = async (): Promise<void> => {
    const now = await readFile(path, 'utf8')
    if (now === text) return
    lists = listsIn(now)
    text = now
  }

  return {
    current: () => {
      if (clock.monotonic() - lookedAt >= LOOK_EVERY_MS) {
        lookedAt = clock.monotonic()
        look().catch(onFault)
      }
      return lists
    },
  }
}

const listsIn = (text: string): readonly string[] => {
  const blocks = text.match(BLOCK) ?? []
  if (blocks.length === 0) throw new Error('it holds no PEM block of the type X509 CRL')
  // Throws when one of them is damaged, now rather than at the next call.
  createSecureContext({ crl: blocks })
  return blocks
}
