/** How old a release of the time zone rules is. Its name tells the year and its place in it; the day only where it is known here. */

/** From the announcements of https://www.iana.org/time-zones */
const RELEASED: Readonly<Record<string, string>> = {
  '2024a': '2024-02-01',
  '2024b': '2024-09-04',
  '2025a': '2025-01-15',
  '2025b': '2025-03-22',
  '2025c': '2025-12-10',
}

/** Month and day by the letter, as most years went. */
const USUALLY = ['02-01', '04-01', '08-01', '10-01', '11-01', '12-01']

const DAY_MS = 86_400_000
/** Politics moves clocks at short notice, several times a year. */
export const OLD_RELEASE_DAYS = 180

/** Whole days; an estimate for releases that are not listed. Null for a name that is none. */
export const releaseAgeDays = (release: string, now: number): number | null => {
  const [, year, letter] = /^(\d{4})([a-z])/.exec(release) ?? []
  if (year === undefined || letter === undefined) return null
  const usual = USUALLY[letter.charCodeAt(0) - 97] ?? USUALLY.at(-1)
  const released = Date.parse(RELEASED[year + letter] ?? `${year}-${usual}`)
  return Math.max(0, Math.floor((now - released) / DAY_MS))
}
