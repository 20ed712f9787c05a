/** Two keys for a webhook channel, so that its receiver need not change over at the very moment. */

export const webhookKeys = {
  number: 13,
  name: 'webhook-keys',
  sql: `
-- Sealed, and signing beside sealed_secret until then; both or neither.
alter table webhook_channel add column sealed_previous text;
alter table webhook_channel add column previous_valid_until integer;
`,
} as const
