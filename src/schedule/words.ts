/** Small pieces of English shared by descriptions, clock changes and warnings. */

export const MONTHS = [
  '',
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

/** `a`, `a and b`, `a, b and c`. */
export const listed = (parts: readonly string[], last = 'and'): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} ${last} ${parts.at(-1)}`

export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

/** `5 minutes` but `minute` alone for one: what follows `every`. */
export const everyUnit = (n: number, unit: string): string => (n === 1 ? unit : `${n} ${unit}s`)

/** Runs of three or more become `a to b`; the rest is listed. */
export const listedRuns = (numbers: readonly number[], say: (n: number) => string): string => {
  const parts: string[] = []
  for (let i = 0; i < numbers.length; ) {
    let end = i
    while (end + 1 < numbers.length && numbers[end + 1] === (numbers[end] as number) + 1) end++
    if (end - i >= 2) parts.push(`${say(numbers[i] as number)} to ${say(numbers[end] as number)}`)
    else for (let j = i; j <= end; j++) parts.push(say(numbers[j] as number))
    i = end + 1
  }
  return listed(parts)
}

/** `1 hour 5 minutes 30 seconds`, without the parts that are zero. */
export const durationText = (ms: number): string => {
  const units = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1000],
    ['millisecond', 1],
  ] as const
  let rest = ms
  const parts = units.flatMap(([unit, size]) => {
    const n = Math.floor(rest / size)
    rest -= n * size
    return n === 0 ? [] : [counted(n, unit)]
  })
  return parts.length === 0 ? '0 seconds' : parts.join(' ')
}

/** `2026-03-08 07:00:00 UTC`. */
export const instantText = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
