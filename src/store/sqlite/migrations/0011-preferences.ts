/** What each user wants to see and hear of. */

export const preferences = {
  number: 11,
  name: 'preferences',
  sql: `
create table preference (
  user_id text not null references user (id) on delete cascade,
  kind text not null,
  value text not null,
  created_at integer not null,
  updated_at integer not null,
  primary key (user_id, kind)
) strict, without rowid;
`,
} as const
