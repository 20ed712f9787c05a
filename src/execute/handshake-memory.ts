/** What the runner of HTTP targets asks to be told, and to be kept, of applications. */
import type { Assignment } from '../domain/attempt.ts'
import type { Handshake } from '../domain/handshake.ts'
import type { HttpTarget } from '../domain/target.ts'

type ApiPlace = NonNullable<HttpTarget['handshake']>

/** Credentials as they are kept: the JSON of `CallCredentials`. */
export type Kept = { readonly credentials: string; readonly validUntil: number }

/**
 * `none`: the application wants no handshake. `gone`: there is no such API any more. `sealed`: the secret of the application
 * cannot be opened.
 */
export type KnownApi = 'none' | 'gone' | 'sealed' | { readonly handshake: Handshake; readonly kept: Kept | null }

/** THE PORT: applications rest in the store, and their secrets sealed. */
export type HandshakeMemory = {
  readonly recall: (assignment: Assignment, place: ApiPlace) => Promise<KnownApi>
  /** Null forgets them. Does not reject: a run goes on without. */
  readonly keep: (assignment: Assignment, place: ApiPlace, kept: Kept | null) => Promise<void>
}

/** For runners that know of no applications. */
export const NO_HANDSHAKES: HandshakeMemory = { recall: async () => 'none', keep: async () => undefined }
