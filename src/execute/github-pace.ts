/** How fast GitHub is asked with one token: few requests at a time, and none while it wants to be left alone. */
import type { Clock } from '../domain/clock.ts'

export type Pace = {
  /** Calls `go` when it is this request's turn; whoever goes must `leave`. Answers how to give up the place in the line. */
  readonly enter: (key: string, go: () => void) => () => void
  readonly leave: (key: string) => void
  /** GitHub has asked for this: nobody goes until then. By the monotonic clock. */
  readonly pause: (key: string, ms: number) => void
}

/** GitHub recommends to avoid requests at the same time ("Best practices for using the REST API"). */
const AT_ONCE = 4

type Line = { under: number; until: number; readonly waiting: Set<() => void>; timer: (() => void) | null }

export const createPace = (clock: Clock): Pace => {
  const lines = new Map<string, Line>()

  const lineOf = (key: string): Line => {
    const known = lines.get(key)
    if (known !== undefined) return known
    const line: Line = { under: 0, until: 0, waiting: new Set(), timer: null }
    lines.set(key, line)
    return line
  }

  const proceed = (key: string, line: Line): void => {
    const wait = line.until - clock.monotonic()
    if (wait > 0) {
      line.timer ??= clock.after(wait, () => {
        line.timer = null
        proceed(key, line)
      })
      return
    }
    for (const go of line.waiting) {
      if (line.under >= AT_ONCE) return
      line.waiting.delete(go)
      line.under += 1
      go()
    }
    if (line.under === 0 && line.waiting.size === 0) lines.delete(key)
  }

  return {
    enter: (key, go) => {
      const line = lineOf(key)
      line.waiting.add(go)
      proceed(key, line)
      return () => void line.waiting.delete(go)
    },
    leave: (key) => {
      const line = lineOf(key)
      line.under -= 1
      proceed(key, line)
    },
    pause: (key, ms) => {
      const line = lineOf(key)
      line.until = Math.max(line.until, clock.monotonic() + ms)
    },
  }
}
