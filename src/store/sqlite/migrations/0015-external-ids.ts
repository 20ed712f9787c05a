/** Ids that clients of other systems give their jobs themselves. */

export const externalIds = {
  number: 15,
  name: 'external ids',
  sql: `
alter table job add column external_id text;

create unique index job_by_external_id on job (workspace_key, external_id) where external_id is not null;
`,
} as const
