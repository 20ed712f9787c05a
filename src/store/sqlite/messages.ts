/** What crosses between the main thread and a database thread: requests by number, answers or faults. */

export type Request = { readonly number: number; readonly operation: string; readonly argument: unknown }

/**
 * `away`: the file, its disk or another process is in the way, and nothing was changed. `duplicate`: a unique key is
 * taken. `bug`: all else. An error object would lose its kind on the way.
 */
export type Fault = { readonly kind: 'away' | 'duplicate' | 'bug'; readonly message: string; readonly stack: string }

export type Reply =
  | { readonly number: number; readonly ok: true; readonly value: unknown }
  | { readonly number: number; readonly ok: false; readonly fault: Fault }

/** First word of a thread: it stands, or it cannot. */
export type Ready = { readonly ready: true } | { readonly ready: false; readonly message: string }

export type FromThread =
  | Ready
  | { readonly replies: readonly Reply[] }
  /** Something went wrong that no request asked for; it is for the log. */
  | { readonly trouble: string }
