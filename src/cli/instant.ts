/** An instant as people write it on the command line. */
import { usage } from './exit-codes.ts'

export const hasOffset = (text: string): boolean =>
  /(z|[+-]\d\d(:?\d\d)?)(\[.*\])?$/i.test(text.replace(/^[+-]?\d+-\d\d-\d\d/, ''))

/**
 * In UTC, with seconds; those may be left out of the text. A wall-clock time is read in the zone; one that comes twice is
 * the first, one that is skipped the next. Throws a usage error for all else.
 */
export const readInstant = (option: string, text: string, zone: string): string => {
  try {
    if (hasOffset(text)) return Temporal.Instant.from(text).toString()
    return Temporal.PlainDateTime.from(text.replace(' ', 'T')).toZonedDateTime(zone).toInstant().toString()
  } catch {
    throw usage(option, text, 'write an instant such as 2026-03-29T02:30 or 2026-03-29T01:30:00Z')
  }
}
