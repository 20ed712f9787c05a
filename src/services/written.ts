/** Guarded writes: nobody overwrites unseen what somebody else has just changed, unless the last writer is to win. */
import { DomainError } from '../domain/errors.ts'

/** Writers that name no version meet another one this often in a row only on purpose. */
const MOST_TRIES = 5

type Versioned = { readonly version: number }

/** `write` answers null when the version it was given is no longer the present one, and has then changed nothing. */
export const written = async <Thing extends Versioned, Result>({
  ifVersion,
  read,
  write,
}: {
  readonly ifVersion: number | null
  readonly read: () => Promise<Thing>
  readonly write: (thing: Thing) => Promise<Result | null>
}): Promise<Result> => {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const thing = await read()
    if (ifVersion !== null && thing.version !== ifVersion) throw staleError(thing.version)
    const result = await write(thing)
    if (result !== null) return result
  }
  throw new DomainError('conflict', 'Others keep changing this at the same moment; try again.')
}

export const staleError = (present: number): DomainError =>
  new DomainError('stale', `It was changed meanwhile: its version is ${present} now. Read it again.`)
