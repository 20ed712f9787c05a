/** What the settings of end dates are by default, and how they are read: rows of the table in config.test.ts. */

export const END_DATE_ROWS = {
  jobLifetimeDays: {
    name: 'DEFAULT_JOB_LIFETIME_DAYS',
    development: 365,
    production: 365,
    wrong: '1.5',
    given: ['90', 90] as [string, unknown],
  },
  requireEndDate: {
    name: 'REQUIRE_END_DATE',
    development: null,
    production: null,
    wrong: 'sometimes',
    given: ['false', false] as [string, unknown],
  },
}
