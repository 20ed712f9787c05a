/** Workflow runs at GitHub, so that a dispatch is looked up before it is repeated. */

export const github = {
  number: 10,
  name: 'github',
  sql: `
-- Written before a dispatch is sent; run_id when GitHub has told it.
create table github_run (
  workspace_key integer not null,
  execution_id text not null,
  sent_at integer not null,
  run_id integer,
  judged integer not null, -- the last attempt of the run whose end was an outcome here; 0: none
  primary key (workspace_key, execution_id)
) strict, without rowid;

create index github_run_id on github_run (run_id) where run_id is not null;
`,
} as const
