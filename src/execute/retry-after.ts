/** Reads `Retry-After` (RFC 9110, 10.2.3): seconds, or one of the three forms of an HTTP date. */

const SHORTEST_MS = 1000
const LONGEST_MS = 24 * 3600 * 1000

/** Clamped to 1 s … 24 h, so a hostile or broken value can neither hurry nor park a job; null when unreadable. */
export const retryAfterMs = (header: string, now: number): number | null => {
  const text = header.trim()
  const wait = /^[+-]?\d+$/.test(text) ? Number(text) * 1000 : httpDate(text) - now
  return Number.isNaN(wait) ? null : Math.min(LONGEST_MS, Math.max(SHORTEST_MS, wait))
}

/** Where the header means something: redirects, 413, 429 and 503 (RFC 9110, RFC 6585). */
export const honoursRetryAfter = (status: number): boolean =>
  (status >= 300 && status < 400) || status === 413 || status === 429 || status === 503

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const TIME = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`
const FORMS = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(String.raw`^[a-z]{3}, (?<day>\d\d) (?<month>[a-z]{3}) (?<year>\d{4}) ${TIME} GMT$`, 'i'),
  // Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(String.raw`^[a-z]{6,9}, (?<day>\d\d)-(?<month>[a-z]{3})-(?<year>\d\d) ${TIME} GMT$`, 'i'),
  // Sun Nov  6 08:49:37 1994
  new RegExp(String.raw`^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`, 'i'),
]

const httpDate = (text: string): number => {
  const parts = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined)
  const month = MONTHS.indexOf(parts?.month?.toLowerCase() ?? '')
  if (parts === undefined || month < 0) return Number.NaN
  const year = Number(parts.year)
  // A year of two digits is of this century: the obsolete form is met only in dates of the near future.
  const fullYear = year < 100 ? 2000 + year : year
  return Date.UTC(fullYear, month, Number(parts.day), Number(parts.hour), Number(parts.minute), Number(parts.second))
}
