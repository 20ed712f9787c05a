/** The first tables. Times are epoch milliseconds; words are the small integers of `sql/codes.ts`. */

export const ground = {
  number: 1,
  name: 'ground',
  sql: `
create table workspace (
  key integer primary key autoincrement,
  id text not null unique,
  name text not null,
  created_at integer not null
) strict;

create table user (
  key integer primary key autoincrement,
  id text not null unique,
  workspace_key integer not null references workspace (key),
  username text not null,
  username_key text not null unique, -- in lower case
  email text not null,
  email_key text not null unique, -- in lower case
  full_name text,
  password_hash text not null,
  role text not null,
  enabled integer not null,
  version integer not null,
  created_at integer not null,
  updated_at integer not null,
  last_login_at integer
) strict;
create index user_of_workspace on user (workspace_key);

create table session (
  id text not null primary key,
  user_id text not null references user (id) on delete cascade,
  created_at integer not null,
  expires_at integer not null,
  revoked_at integer,
  refresh_hash text not null,
  previous_hash text,
  rotated_at integer,
  sealed_successor text,
  address text,
  user_agent text
) strict, without rowid;
create index session_of_user on session (user_id);

create table server_value (
  name text not null primary key,
  value text not null
) strict, without rowid;

create table node (
  key integer primary key autoincrement,
  id text not null,
  host text not null,
  pid integer not null,
  started_at integer not null,
  lease_until integer not null,
  swept integer not null default 0 -- its lease is over and none of its executions is left running
) strict;

-- Keys are never given twice (autoincrement): a due row left by a job that is gone must not come to belong to another.
create table job (
  key integer primary key autoincrement,
  id text not null unique,
  workspace_key integer not null,
  owner_key integer not null,
  state integer not null,
  schedule_version integer not null,
  version integer not null,
  runs integer not null,
  created_at integer not null,
  updated_at integer not null,
  name text not null,
  policies text, -- null: all default
  timetable text not null,
  target text not null,
  description text,
  metadata text,
  pause_reason integer,
  paused_at integer,
  missed_after integer, -- while paused: instants after this one have no row yet
  resumed_at integer,
  deleted_at integer
) strict;
create index job_of_workspace on job (workspace_key);
create index job_by_state on job (workspace_key, state);

-- Apart from the job and clustered by time: taking and moving 500 due instants touches a handful of pages.
-- A row whose schedule_version is not the job's, or whose job is not active, is dead: cleared when met, never claimed.
create table due (
  next_run_at integer not null,
  job_key integer not null,
  schedule_version integer not null,
  primary key (next_run_at, job_key)
) strict, without rowid;

-- A key of its own keeps the indexes narrow: with (workspace_key, id) as the row's key a fire dirtied a quarter more pages.
create table execution (
  key integer primary key,
  workspace_key integer not null,
  id text not null, -- UUIDv7: inserts at the right edge
  job_key integer not null,
  schedule_version integer, -- null: a manual run
  scheduled_for integer not null,
  last_for integer,
  occurrences integer not null,
  "trigger" integer not null,
  status integer not null,
  reason integer,
  attempt integer not null,
  node_key integer,
  not_before integer,
  exclusive integer not null,
  parked integer not null, -- 1: came due while another of its job held a lease; out of the queue until that one ends
  started_at integer,
  finished_at integer,
  status_code integer,
  requested_by text,
  overrides text,
  error text,
  output text
) strict;
create unique index execution_id on execution (workspace_key, id);

-- THE guarantee: one row per occurrence. Nulls are distinct, so manual runs pass. Also the history of a job in order.
create unique index execution_occurrence on execution (job_key, scheduled_for, schedule_version);
create index execution_live on execution (job_key, status, attempt) where status < 2;
create index execution_queue on execution ("trigger", not_before) where status = 0 and parked = 0;
create index execution_parked on execution (job_key, "trigger", not_before) where parked = 1;
create index execution_unusual on execution (workspace_key, id) where status > 2;
create index execution_unscheduled on execution (workspace_key, id) where "trigger" <> 1;

create table attempt (
  workspace_key integer not null,
  execution_id text not null,
  number integer not null,
  status integer not null,
  started_at integer,
  finished_at integer,
  status_code integer,
  error text,
  output text,
  primary key (workspace_key, execution_id, number)
) strict, without rowid;
`,
} as const
