/** What upkeep needs: sums by the hour that outlive single rows, what a workspace keeps, and since when its history is whole. */

export const upkeep = {
  number: 7,
  name: 'upkeep',
  sql: `
-- What each workspace wants kept; null: as long as the operator does.
create table retention (
  workspace_key integer not null primary key,
  success_days integer,
  other_days integer,
  runs_per_job integer,
  version integer not null,
  updated_at integer not null
) strict;

-- Every occurrence of the job from this instant on has its row; job_key 0 stands for jobs that are gone altogether.
create table retention_floor (
  workspace_key integer not null,
  job_key integer not null,
  complete_since integer not null,
  primary key (workspace_key, job_key)
) strict, without rowid;

-- Each hour (of creation) in which a workspace has executions, once it is over.
create table rollup_hour (
  workspace_key integer not null,
  hour integer not null, -- its first millisecond
  state integer not null, -- 0: being summed up, 1: summed up, 2: to be summed up anew
  complete integer not null, -- 0: some of its executions are gone
  cursor text, -- the last execution that is in the sums, while state is 0
  primary key (workspace_key, hour)
) strict, without rowid;
create index rollup_hour_open on rollup_hour (workspace_key, hour) where state <> 1;

-- The sums of an hour, of each job and, as job_key 0, of the whole workspace.
create table rollup (
  workspace_key integer not null,
  hour integer not null,
  job_key integer not null,
  executions integer not null, -- rows; the counts below are of occurrences
  success integer not null,
  failed integer not null,
  cancelled integer not null,
  uncertain integer not null,
  skipped integer not null,
  missed integer not null,
  durations text not null, -- histogram, as domain/histogram.ts writes it
  lateness text not null,
  latest_ms integer, -- the greatest lateness
  primary key (workspace_key, hour, job_key)
) strict, without rowid;
`,
} as const
