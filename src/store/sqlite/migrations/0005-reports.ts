/** Targets that take an attempt over and report on it later. */

export const reports = {
  number: 5,
  name: 'reports',
  sql: `
-- Running without a node: the target has it, and not_before says until when it may report.
create index execution_awaited on execution (not_before) where status = 1 and node_key is null;

-- Written only for executions that were reported on.
create table report (
  workspace_key integer not null,
  execution_id text not null,
  attempt integer not null, -- the one that progress and message are of
  percent integer,
  message text,
  log text not null, -- JSON: lines, the newest last, bounded
  log_dropped integer not null, -- older lines that gave way
  reported_at integer not null,
  final_attempt integer, -- the last attempt that a report ended, and what that report said
  final_digest text,
  primary key (workspace_key, execution_id)
) strict, without rowid;
`,
} as const
