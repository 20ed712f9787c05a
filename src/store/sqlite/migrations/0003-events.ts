/** Events and who listens, the audit log as a chain, former states of jobs, and the times when nobody scheduled. */

export const events = {
  number: 3,
  name: 'events',
  sql: `
-- Numbers are a workspace's own: nobody learns from them what others do.
create table event (
  workspace_key integer not null,
  number integer not null,
  at integer not null,
  type text not null,
  subject_kind text not null,
  subject_id text not null,
  job_id text,
  actor_id text,
  data text not null,
  primary key (workspace_key, number)
) strict, without rowid;
create index event_by_time on event (at);

create table interest (
  id text not null primary key,
  workspace_key integer not null,
  job_key integer, -- null: every job
  types text, -- null: every kind
  expires_at integer -- null: until it is taken back
) strict, without rowid;

create table audit (
  workspace_key integer not null,
  number integer not null,
  at integer not null,
  actor_kind text not null,
  actor_id text,
  address text,
  user_agent text,
  deed text not null,
  subject_kind text not null,
  subject_id text not null,
  job_id text,
  fingerprint_before text,
  fingerprint_after text,
  fields text not null,
  hash text not null,
  primary key (workspace_key, number)
) strict, without rowid;

-- One row for each workspace: the newest entry, and the newest one that was forgotten by age.
create table audit_head (
  workspace_key integer primary key,
  number integer not null,
  hash text not null,
  anchor_number integer not null,
  anchor_hash text not null
) strict;

-- Not against somebody who holds the file, for whom the hashes are there; against a mistake in a statement of ours.
create trigger audit_is_never_changed before update on audit
begin
  select raise(abort, 'An entry of the audit log is never changed.');
end;
create trigger audit_goes_by_age before delete on audit
when old.number > (select anchor_number from audit_head where workspace_key = old.workspace_key)
begin
  select raise(abort, 'Entries of the audit log are forgotten only behind the anchor.');
end;

-- The states that jobs have left; the present one is the job itself.
create table job_history (
  job_key integer not null,
  version integer not null,
  schedule_version integer not null,
  from_at integer not null,
  until_at integer not null,
  left_by text not null,
  changed_by text,
  state integer not null,
  pause_reason integer,
  paused_at integer,
  runs integer not null,
  updated_at integer not null,
  owner_key integer not null,
  name text not null,
  description text,
  timetable text not null,
  target text not null,
  policies text,
  metadata text,
  primary key (job_key, version)
) strict, without rowid;

create table outage (
  from_at integer not null,
  until_at integer not null,
  primary key (from_at)
) strict, without rowid;
`,
} as const
