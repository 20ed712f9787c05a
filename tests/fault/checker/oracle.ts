/** When a job should fire, found the slow and obvious way: shares nothing with the product's own calculator. */

export type Timing =
  | { readonly kind: 'every'; readonly everyMs: number; readonly anchor: number }
  /** Five or six fields (seconds first) of `*`, `n`, `a-b`, `/step` and lists, in UTC. */
  | { readonly kind: 'cron'; readonly expression: string }

const SECOND = 1000
const MINUTE = 60 * SECOND

/** The instants in (after, until], oldest first. */
export const targetsOf = (timing: Timing, after: number, until: number): number[] =>
  timing.kind === 'every' ? gridOf(timing, after, until) : walk(timing.expression, after, until)

export const isTarget = (timing: Timing, at: number): boolean => targetsOf(timing, at - 1, at).length > 0

const gridOf = ({ everyMs, anchor }: Timing & { kind: 'every' }, after: number, until: number): number[] => {
  const found: number[] = []
  for (let at = anchor + Math.ceil((after - anchor) / everyMs) * everyMs; at <= until; at += everyMs)
    if (at > after) found.push(at)
  return found
}

/** Every minute is looked at, and in a minute that matches every second. */
const walk = (expression: string, after: number, until: number): number[] => {
  const parts = expression.split(' ')
  const [second, minute, hour, day, month, weekday] = parts.length === 5 ? ['0', ...parts] : parts
  const matches = (at: Date): boolean => {
    const dayFits = fits(day, at.getUTCDate(), 31)
    const weekdayFits = fits(weekday, at.getUTCDay(), 6)
    const both = day?.startsWith('*') || weekday?.startsWith('*')
    return (
      fits(minute, at.getUTCMinutes(), 59) &&
      fits(hour, at.getUTCHours(), 23) &&
      fits(month, at.getUTCMonth() + 1, 12) &&
      (both ? dayFits && weekdayFits : dayFits || weekdayFits)
    )
  }
  const found: number[] = []
  for (let start = Math.floor(after / MINUTE) * MINUTE; start <= until; start += MINUTE) {
    if (!matches(new Date(start))) continue
    for (let n = 0; n < 60; n++) {
      const at = start + n * SECOND
      if (at > after && at <= until && fits(second, n, 59)) found.push(at)
    }
  }
  return found
}

const fits = (field: string | undefined, value: number, largest: number): boolean =>
  (field ?? '').split(',').some((part) => {
    const [range = '', step] = part.split('/')
    const [low = '', high] = range.split('-')
    const from = range === '*' ? (largest === 31 || largest === 12 ? 1 : 0) : Number(low)
    const to = range === '*' || (high === undefined && step !== undefined) ? largest : Number(high ?? low)
    return value >= from && value <= to && (value - from) % Number(step ?? 1) === 0
  })
