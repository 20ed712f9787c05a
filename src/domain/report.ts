/** What a target tells of an attempt that it took over: how far it is, what it logs, and at last what came of it. */

/** What a target says came of an attempt; null leaves what its 202 said. */
export type ReportedEnd = {
  readonly kind: 'success' | 'failure'
  /** One sentence for people; null on success. */
  readonly error: string | null
  readonly statusCode: number | null
  readonly output: string | null
}

export type Progress = {
  /** 0 to 100; null: it never said. */
  readonly percent: number | null
  readonly message: string | null
  /** Epoch ms of the last report. */
  readonly reportedAt: number
}

export type ReportLog = {
  /** The newest last. */
  readonly lines: readonly string[]
  /** Older lines that gave way to newer ones. */
  readonly dropped: number
}

/** Kept of all reports on one execution; bytes without the line breaks between. */
export const LOG_BOUNDS = { lines: 200, bytes: 64 * 1024, lineLength: 4096 } as const

export const EMPTY_LOG: ReportLog = { lines: [], dropped: 0 }

/** The newest lines stay, whole, as many as the bounds allow. */
export const withLines = (log: ReportLog, added: readonly string[]): ReportLog => {
  const all = [...log.lines, ...added]
  let first = Math.max(0, all.length - LOG_BOUNDS.lines)
  let bytes = all.slice(first).reduce((sum, line) => sum + Buffer.byteLength(line), 0)
  while (bytes > LOG_BOUNDS.bytes) bytes -= Buffer.byteLength(all[first++] ?? '')
  return { lines: all.slice(first), dropped: log.dropped + first }
}
