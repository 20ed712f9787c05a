/** API keys, and what is remembered of requests that a client may repeat. */

export const keys = {
  number: 4,
  name: 'keys',
  sql: `
create table api_key (
  key integer primary key autoincrement,
  id text not null unique,
  public_id text not null unique, -- the part of the key that may be shown
  workspace_key integer not null,
  user_id text not null references user (id) on delete cascade,
  name text not null,
  hash text not null, -- SHA-256 (hex) of the whole key
  scopes text not null,
  version integer not null,
  created_at integer not null,
  updated_at integer not null,
  expires_at integer not null,
  last_used_at integer,
  last_used_address text,
  revoked_at integer
) strict;
create index api_key_of_workspace on api_key (workspace_key);
create index api_key_of_user on api_key (user_id);

-- One row for each Idempotency-Key in use: claimed before the request is carried out, answered after.
create table ticket (
  key integer primary key,
  workspace_key integer not null,
  actor_id text not null,
  key_hash text not null,
  request_hash text not null, -- of method, path and body
  seed text not null, -- the ids of what the request makes follow from it
  fence integer not null, -- rises with each holder
  held_by text, -- the process that carries the request out; null: nobody
  held_at integer not null,
  created_at integer not null,
  expires_at integer not null,
  done integer not null, -- 1: set in the transaction of the request's own write
  status integer, -- of the answer; null: none is kept
  headers text,
  sealed_body text
) strict;
create unique index ticket_of_key on ticket (workspace_key, actor_id, key_hash);
create index ticket_by_expiry on ticket (expires_at);
create index ticket_of_workspace on ticket (workspace_key, expires_at);
`,
} as const
