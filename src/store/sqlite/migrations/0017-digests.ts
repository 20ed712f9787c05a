/** What is collected for digests, and up to when each user was told. */

export const digests = {
  number: 17,
  name: 'digests',
  sql: `
create index preference_digest on preference (user_id)
  where kind = 'notices' and (value ->> '$.dailyDigest' = 1 or value ->> '$.weeklyReport' = 1);

create table digest_item (
  workspace_key integer not null,
  day integer not null, -- when the digest of the day is due
  audience integer not null, -- as of a notice
  user_key integer not null, -- 0: none
  job_id text not null,
  kind text not null,
  job_name text not null,
  weight integer not null,
  count integer not null,
  at integer not null, -- the last time
  error text,
  primary key (workspace_key, day, audience, user_key, job_id, kind)
) strict, without rowid;

create table digest_mark (
  user_key integer not null,
  cadence integer not null, -- 0 daily, 1 weekly
  up_to integer not null,
  primary key (user_key, cadence)
) strict, without rowid;
create trigger user_leaves_digests after delete on user
begin
  delete from digest_item where user_key = old.key;
  delete from digest_mark where user_key = old.key;
end;
`,
} as const
