/** How often in a row the function of a job brought its thread or its node down: the third time quarantines the job. */

export const crashes = {
  number: 6,
  name: 'crashes',
  sql: `
alter table job add column crashes integer not null default 0;
-- The last node whose end was counted: it may have run several executions of the job, and came down once.
alter table job add column crashed_node integer;
`,
} as const
