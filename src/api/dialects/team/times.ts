/** Instants as the team dialect writes them. */

/** Of users, jobs and categories: UTC without a zone, `2025-12-13T06:08:15.786000`. */
export const bareInstant = (ms: number): string =>
  Temporal.Instant.fromEpochMilliseconds(ms).toString({ smallestUnit: 'microsecond' }).slice(0, -1)
