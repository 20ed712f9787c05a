/** The audit log on the wire. */
import { z } from 'zod'
import { DEEDS, type Deed } from '../../domain/audit.ts'
import { NextCursor, PAGE_QUERY, type QueryOf } from './paging.ts'
import { Instant, InstantInput, strict } from './values.ts'

const DEED_NAMES = Object.keys(DEEDS) as [Deed, ...Deed[]]
const KINDS = [...new Set(DEED_NAMES.map((deed) => deed.split('.')[0] as string))]

export const AuditEntry = strict({
  number: z.int().describe('From 1, without a gap, in each workspace.'),
  at: Instant,
  actor: strict({
    kind: z.enum(['user', 'key', 'system', 'nobody']).describe('`nobody` did not prove who they are.'),
    id: z.string().nullable(),
    address: z.string().nullable(),
    user_agent: z.string().nullable(),
  }),
  action: z.enum(DEED_NAMES),
  subject: strict({ kind: z.string(), id: z.string() }),
  job_id: z.string().nullable(),
  before: z.string().nullable().describe('Keyed fingerprint of the subject before; null where it did not exist.'),
  after: z.string().nullable().describe('Keyed fingerprint of the subject after.'),
  fields: z.array(z.string()).describe('Names of what was changed; never values.'),
  hash: z.string().describe('SHA-256 over this entry and the hash of the one before.'),
}).meta({ id: 'AuditEntry' })
export type AuditEntry = z.infer<typeof AuditEntry>

export const AuditPage = strict({ items: z.array(AuditEntry), next_cursor: NextCursor }).meta({ id: 'AuditPage' })
export type AuditPage = z.infer<typeof AuditPage>

export const AuditQuery = strict({
  ...PAGE_QUERY,
  actor: z.string().min(1).max(64).optional().describe('The id of a user or key.'),
  action: z
    .enum([...KINDS, ...DEED_NAMES] as [string, ...string[]])
    .optional()
    .describe('One action, or all of a kind, such as `job`.'),
  subject: z.string().min(1).max(64).optional().describe('The id of what was acted on.'),
  from: InstantInput.optional(),
  until: InstantInput.optional(),
})
export type AuditQuery = QueryOf<typeof AuditQuery>

const LINK_HELP = 'a number, a colon and a hash of 64 digits are needed, such as an earlier answer gave them'
const LinkText = z.string().regex(/^\d{1,15}:[0-9a-f]{64}$/, LINK_HELP)

export const ChainCheckQuery = strict({
  after: LinkText.optional().describe('`up_to` of the request before, to go on from there.'),
  head: LinkText.optional().describe('A head that was kept elsewhere: it must still be in the chain.'),
})
export type ChainCheckQuery = QueryOf<typeof ChainCheckQuery>

export const ChainCheck = strict({
  entries: z.int().describe('Entries that this request looked at.'),
  up_to: z.string().describe('So far the chain holds. Once all is done this is its head: keep it elsewhere.'),
  done: z.boolean().describe('False: ask again with `after`.'),
  problem: strict({
    number: z.int(),
    kind: z.enum(['missing', 'altered', 'truncated']),
  })
    .nullable()
    .describe('The first entry at which the chain breaks.'),
}).meta({ id: 'ChainCheck' })
export type ChainCheck = z.infer<typeof ChainCheck>
