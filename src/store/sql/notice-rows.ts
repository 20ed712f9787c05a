/** Rows that both the outbox and digests write. */
import { sql } from 'kysely'
import type { NewDelivery } from '../outbox.ts'

export const AUDIENCE_CODE = { all: 0, admins: 1, user: 2 } as const

export const insertDelivery = (workspaceKey: number, delivery: NewDelivery) => sql`
  insert into delivery (id, workspace_key, event_number, channel, recipient, facts, state, attempts, created_at, not_before,
    give_up_at, claimed_until)
  values (${delivery.id}, ${workspaceKey}, ${delivery.eventNumber}, ${delivery.channel}, ${delivery.recipient},
    ${JSON.stringify(delivery.facts)}, 0, 0, ${delivery.createdAt}, ${delivery.notBefore}, ${delivery.giveUpAt}, 0)`
