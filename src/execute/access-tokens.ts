/** Access tokens by what they were asked for: kept until shortly before they end, and asked for once however many want one. */
import type { Cancel, Clock } from '../domain/clock.ts'
import type { Finding, Run } from './runner.ts'
import type { Token } from './token-request.ts'

export type Wanted = {
  /** All that the token depends on: equal for calls that may share one. */
  readonly key: string
  /** Sends the request; not called while another one for the same key is under way. */
  readonly ask: (report: (finding: Finding) => void) => Run
  /** What its answer means; called once for each request. */
  readonly read: (finding: Finding) => Token | Finding
}

/** A token, or the failure of the attempt that wanted one. */
export type Got = { readonly token: string } | { readonly failure: Finding }

export type AccessTokens = {
  /** `done` is called once, perhaps before this returns, unless it is taken back before. The last one to go ends the request. */
  readonly get: (wanted: Wanted, done: (got: Got) => void) => Cancel
  /** The target refused it; a newer one stays. */
  readonly forget: (key: string, token: string) => void
}

const MOST_KEPT = 1000
const LONGEST_MARGIN_MS = 30_000

type Entry = {
  token: string | null
  freshUntil: number
  asking: boolean
  run: Run | null
  readonly waiting: Set<(got: Got) => void>
}

export const createAccessTokens = (clock: Clock): AccessTokens => {
  const entries = new Map<string, Entry>()

  const entryOf = (key: string): Entry => {
    const known = entries.get(key)
    if (known !== undefined) return known
    if (entries.size >= MOST_KEPT) forgetOldest()
    const entry: Entry = { token: null, freshUntil: 0, asking: false, run: null, waiting: new Set() }
    entries.set(key, entry)
    return entry
  }

  const forgetOldest = (): void => {
    for (const [key, { asking }] of entries) if (!asking) return void entries.delete(key)
  }

  const answered = (entry: Entry, read: Wanted['read'], finding: Finding): void => {
    const token = read(finding)
    entry.asking = false
    entry.run = null
    if ('value' in token) keep(entry, token)
    const got: Got = 'value' in token ? { token: token.value } : { failure: token }
    const waiting = [...entry.waiting]
    entry.waiting.clear()
    for (const done of waiting) done(got)
  }

  /** A bug of ours must not leave others waiting for what was never asked. */
  const begun = (entry: Entry, { ask, read }: Wanted): Run => {
    try {
      return ask((finding) => answered(entry, read, finding))
    } catch (error) {
      entry.asking = false
      entry.waiting.clear()
      throw error
    }
  }

  const keep = (entry: Entry, { value, expiresInMs }: Token): void => {
    entry.token = value
    // A tenth of a short life, so that a token of a minute is of use at all.
    entry.freshUntil = clock.monotonic() + expiresInMs - Math.min(LONGEST_MARGIN_MS, expiresInMs / 10)
  }

  return {
    get: (wanted, done) => {
      const entry = entryOf(wanted.key)
      if (entry.token !== null && entry.freshUntil > clock.monotonic()) {
        done({ token: entry.token })
        return () => undefined
      }
      entry.waiting.add(done)
      if (!entry.asking) {
        entry.asking = true
        const run = begun(entry, wanted)
        // It may have been answered on the spot.
        if (entry.asking) entry.run = run
      }
      return () => {
        if (!entry.waiting.delete(done) || entry.waiting.size > 0 || !entry.asking) return
        entry.run?.stop()
        entry.asking = false
        entry.run = null
      }
    },
    forget: (key, token) => {
      const entry = entries.get(key)
      if (entry?.token === token) entry.token = null
    },
  }
}
