/** The end date of a job, read from its timetable, so that those that end can be found. */

export const endDates = {
  number: 14,
  name: 'end-dates',
  sql: `
alter table job add column ends_on text generated always as (timetable ->> '$.lastDay.date') virtual;
create index job_by_end on job (state, ends_on) where ends_on is not null;
`,
} as const
