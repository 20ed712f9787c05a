/** One HTTP request to an address that somebody gave us, made through the guard of egress: what goes out and what comes back. */

export type PostRequest = {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Posted =
  | {
      readonly status: number
      /** What the answer asked for, 1 s … 24 h. */
      readonly retryAfterMs: number | null
      /** The beginning of the answer, at most 1 KiB; not to be trusted, nor shown as it is. */
      readonly answer: string
    }
  /** No answer came. `reason` is a sentence without the address; `denied`: the guard let nothing out. */
  | { readonly reason: string; readonly denied: boolean }

/** Never rejects; follows no redirect; over within about 10 s, or when the signal says so. */
export type Post = (request: PostRequest, signal: AbortSignal) => Promise<Posted>
