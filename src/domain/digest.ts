/** When digests are due: at eight in the morning, each day or each Monday. Pure. */

export const CADENCES = ['daily', 'weekly'] as const
export type Cadence = (typeof CADENCES)[number]

const HOUR_OF_DIGESTS = 8
const MONDAY = 1

/** The last time at or before `now`, and the first one after it; of `daily` or `weekly` digests, in an IANA zone. Epoch milliseconds. */
export const digestTimes = (
  cadence: Cadence,
  now: number,
  zone: string,
): { readonly last: number; readonly next: number } => {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate()
  const days = cadence === 'daily' ? 1 : 7
  const at = (date: Temporal.PlainDate): number =>
    date.toZonedDateTime({ timeZone: zone, plainTime: new Temporal.PlainTime(HOUR_OF_DIGESTS) }).epochMilliseconds
  const day = cadence === 'daily' ? today : today.subtract({ days: (today.dayOfWeek - MONDAY + 7) % 7 })
  return at(day) <= now
    ? { last: at(day), next: at(day.add({ days })) }
    : { last: at(day.subtract({ days })), next: at(day) }
}
