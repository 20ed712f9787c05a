/** Applications, and the APIs of them that jobs call. */

export const applications = {
  number: 16,
  name: 'applications',
  sql: `
create table application (
  key integer primary key autoincrement,
  id text not null unique,
  workspace_key integer not null,
  owner_key integer not null,
  name text not null,
  description text,
  root_url text,
  handshake_url text,
  sealed_secret text,
  version integer not null,
  created_at integer not null,
  updated_at integer not null,
  unique (workspace_key, name)
) strict;

create table application_api (
  job_key integer not null primary key,
  id text not null unique,
  application_key integer not null,
  name text not null,
  path text not null,
  handshake_url text,
  said text not null,
  sealed_credentials text, -- what the last handshake granted
  valid_until integer,
  created_at integer not null,
  unique (application_key, name)
) strict;
create index application_api_granted on application_api (valid_until) where sealed_credentials is not null;
`,
} as const
