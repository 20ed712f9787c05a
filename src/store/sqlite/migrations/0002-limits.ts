/** Limits on what may run at once or per time, turns between workspaces, and the budget of catch-up work. */

export const limits = {
  number: 2,
  name: 'limits',
  sql: `
create table run_limit (
  key integer primary key autoincrement,
  workspace_key integer not null,
  kind integer not null, -- as LIMIT_KIND_CODE says
  name text not null, -- shared: its name; host: the host; workspace: empty; job: the job's id
  concurrency integer, -- null on a job's own: its policies say it
  rate_count integer,
  rate_per_ms integer,
  rate_burst integer,
  token_at integer not null, -- with token_part: when the bucket is full again, exact to 1 / rate_count ms
  token_part integer not null,
  wake_at integer, -- something waits for a token, and then it comes
  version integer not null,
  created_at integer not null,
  updated_at integer not null,
  unique (workspace_key, kind, name)
) strict;
create index run_limit_wake on run_limit (wake_at) where wake_at is not null;

-- Who runs under a limit just now: rows, so that the count is right after a crash too, once recovery has been.
create table limit_use (
  limit_key integer not null,
  workspace_key integer not null,
  execution_id text not null,
  primary key (limit_key, workspace_key, execution_id)
) strict, without rowid;
create index limit_use_of_execution on limit_use (workspace_key, execution_id);

-- parked = 2: waits for a place or a token of the limit waits_for.
alter table execution add column waits_for integer;
create index execution_waiting on execution (waits_for, "trigger", not_before) where parked = 2;

-- One workspace's line within a trigger, for turns between workspaces. Only pending rows pay for it.
create index execution_turn on execution ("trigger", workspace_key, parked, not_before) where status = 0;
create index execution_catching_up on execution (workspace_key) where "trigger" = 2 and status = 1;

alter table workspace add column catch_up_paused_at integer;
-- Catch-up executions started, by slots of CATCH_UP_SLOT_MS.
create table catch_up_pace (
  workspace_key integer not null,
  slot integer not null,
  started integer not null,
  primary key (workspace_key, slot)
) strict, without rowid;
`,
} as const
