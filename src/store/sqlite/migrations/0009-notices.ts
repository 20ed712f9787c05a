/** Who hears of what: alerts of jobs, the inbox, the outbox of channels, and where messages may go. */

export const notices = {
  number: 9,
  name: 'notices',
  sql: `
create table job_alerts (
  job_key integer not null primary key,
  workspace_key integer not null,
  value text not null,
  hears integer not null, -- bits: 1 successes, 2 what waits or runs
  version integer not null,
  failing_since integer, -- the first failure of the series that goes on
  failures integer not null default 0
) strict;
create index job_alerts_watched on job_alerts (job_key) where hears >= 2;

-- One row for each event and audience, however many users there are.
create table notice (
  key integer primary key autoincrement,
  id text not null unique,
  workspace_key integer not null,
  at integer not null,
  audience integer not null, -- 0 all, 1 admins and user_key, 2 user_key
  user_key integer,
  kind text not null,
  type text not null,
  title text not null,
  message text not null,
  job_id text,
  execution_id text
) strict;
create index notice_by_workspace on notice (workspace_key, key);
create index notice_by_time on notice (at);
create index notice_of_job on notice (job_id) where job_id is not null;

create table notice_mark (
  user_key integer not null,
  notice_key integer not null,
  read_at integer,
  deleted integer not null default 0,
  primary key (user_key, notice_key)
) strict, without rowid;
create index notice_mark_by_notice on notice_mark (notice_key);

-- A disabled user hears of nothing that happened meanwhile, also later.
create table inbox_gap (
  user_key integer not null,
  from_at integer not null,
  until_at integer,
  primary key (user_key, from_at)
) strict, without rowid;
insert into inbox_gap (user_key, from_at, until_at) select key, 0, null from user where enabled = 0;
create trigger user_is_disabled after update of enabled on user when old.enabled = 1 and new.enabled = 0
begin
  insert or replace into inbox_gap (user_key, from_at, until_at) values (new.key, new.updated_at, null);
end;
create trigger user_is_enabled after update of enabled on user when old.enabled = 0 and new.enabled = 1
begin
  update inbox_gap set until_at = new.updated_at where user_key = new.key and until_at is null;
end;
create trigger user_leaves_inbox after delete on user
begin
  delete from inbox_gap where user_key = old.key;
  delete from notice_mark where user_key = old.key;
  delete from notice where audience = 2 and user_key = old.key;
end;
create trigger notice_goes after delete on notice
begin
  delete from notice_mark where notice_key = old.key;
end;
-- A deleted job is named, and no longer led to.
create trigger job_leaves_inbox after update of state on job when old.state <> 3 and new.state = 3
begin
  update notice set job_id = null, execution_id = null where job_id = old.id;
end;
create trigger job_alerts_go after delete on job
begin
  delete from job_alerts where job_key = old.key;
end;

create table delivery (
  id text not null primary key,
  workspace_key integer not null,
  event_number integer, -- null: told by the clock or asked for by somebody
  channel text not null,
  recipient text not null, -- an address, 'slack', or the id of a webhook channel: no secret
  facts text not null,
  state integer not null, -- 0 waiting, 1 sent, 2 failed
  attempts integer not null,
  created_at integer not null,
  not_before integer not null,
  give_up_at integer not null,
  claimed_until integer not null,
  ended_at integer,
  message_id text, -- of the message it went out with: several may share one
  last_error text
) strict, without rowid;
create index delivery_waiting on delivery (not_before) where state = 0;
create index delivery_ended on delivery (ended_at) where state <> 0;
create index delivery_of_recipient on delivery (workspace_key, channel, recipient, ended_at) where state = 1;
create index delivery_of_workspace on delivery (workspace_key, created_at);

-- How far each workspace's events were told. Nobody is told of what happened before there was anybody to tell.
create table told_up_to (
  workspace_key integer not null primary key,
  number integer not null
) strict;
insert into told_up_to (workspace_key, number) select workspace_key, max(number) from event group by workspace_key;

-- What was told of an execution by the clock: once is enough.
create table told_once (
  workspace_key integer not null,
  execution_id text not null,
  kind text not null,
  at integer not null,
  primary key (workspace_key, execution_id, kind)
) strict, without rowid;
create index told_once_by_time on told_once (at);

create table slack_setting (
  workspace_key integer not null primary key,
  id text not null,
  enabled integer not null,
  sealed_url text,
  channel text,
  version integer not null,
  created_at integer not null,
  updated_at integer not null
) strict;

create table webhook_channel (
  id text not null primary key,
  workspace_key integer not null,
  name text not null,
  url text not null,
  enabled integer not null,
  sealed_secret text not null,
  version integer not null,
  created_at integer not null,
  updated_at integer not null
) strict, without rowid;
create index webhook_channel_of_workspace on webhook_channel (workspace_key, name);
`,
} as const
