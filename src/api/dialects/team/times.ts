/** Instants as the team dialect writes them. */

/** Of users, jobs and categories: UTC without a zone, `2025-12-13T06:08:15.786000`. */
export const bareInstant = (ms: number): string =>
  Temporal.Instant.fromEpochMilliseconds(ms).toString({ smallestUnit: 'microsecond' }).slice(0, -1)

/** Of what is told of the moment: UTC, `2025-12-13T06:08:15.786+00:00`. */
export const zonedInstant = (ms: number): string =>
  `${Temporal.Instant.fromEpochMilliseconds(ms).toString({ smallestUnit: 'millisecond' }).slice(0, -1)}+00:00`

/** Of what is to come: with the offset of the zone, `2025-12-18T07:49:00+09:00`. */
export const localInstant = (ms: number, timeZone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(ms)
    .toZonedDateTimeISO(timeZone)
    .toString({ smallestUnit: 'second', timeZoneName: 'never' })
