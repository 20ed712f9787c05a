/** Jobs by their names, for the surfaces on which a name is unique. */

export const jobNames = {
  number: 12,
  name: 'job names',
  sql: `
create index job_by_name on job (workspace_key, name);
`,
} as const
