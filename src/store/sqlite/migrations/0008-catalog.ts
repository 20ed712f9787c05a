/** Categories and teams, and which of them a job has. */

export const catalog = {
  number: 8,
  name: 'catalog',
  sql: `
create table catalog (
  key integer primary key,
  id text not null unique,
  workspace_key integer not null,
  kind text not null, -- category, team
  slug text not null,
  name text not null,
  slack_handle text,
  active integer not null,
  version integer not null,
  created_at integer not null,
  updated_at integer not null,
  unique (workspace_key, kind, slug)
) strict;

-- What every workspace begins with.
insert into catalog (id, workspace_key, kind, slug, name, slack_handle, active, version, created_at, updated_at)
select lower(substr(made, 1, 8) || '-' || substr(made, 9, 4) || '-4' || substr(made, 14, 3) || '-8' || substr(made, 18, 3)
  || '-' || substr(made, 21, 12)), workspace_key, 'category', slug, name, null, 1, 1, created_at, created_at
from (
  select hex(randomblob(16)) as made, workspace.key as workspace_key, first.slug, first.name, workspace.created_at
  from workspace, (
    select 'general' as slug, 'General' as name
    union all select 'regression', 'Regression'
    union all select 'dr-testing', 'DR Testing'
    union all select 'feature-testing', 'Feature Testing'
    union all select 'prod-canary', 'Prod/Canary'
    union all select 'refund', 'Refund'
    union all select 'backward-compatibility', 'Backward Compatibility'
  ) as first
);

alter table job add column category_key integer;
alter table job add column team_key integer;
alter table job_history add column category_key integer;
alter table job_history add column team_key integer;
create index job_by_category on job (workspace_key, category_key) where category_key is not null;
create index job_by_team on job (workspace_key, team_key) where team_key is not null;
`,
}
