/** The audit log, read, and forgotten by age from its old end. */
import type { Selectable } from 'kysely'
import { type AuditActor, type AuditEntry, CHAIN_BEGINS, type Deed } from '../../domain/audit.ts'
import type { Page } from '../../domain/page.ts'
import type { AuditFilter, AuditStore } from '../audit.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import type { AuditTable } from './tables.ts'
import { type Access, statement } from './unit.ts'

export const createAuditStore = (access: Access): AuditStore => ({
  append: async (entry) => {
    await access.write([{ append: entry }])
  },
  list: (workspaceKey, filter) => listAudit(access, workspaceKey, filter),
  after: async (workspaceKey, number, limit) => {
    const rows = await access.read
      .selectFrom('audit')
      .selectAll()
      .where('workspace_key', '=', workspaceKey)
      .where('number', '>', number)
      .orderBy('number')
      .limit(limit)
      .execute()
    return rows.map(entryOf)
  },
  chain: async (workspaceKey) => {
    const row = await access.read
      .selectFrom('audit_head')
      .selectAll()
      .where('workspace_key', '=', workspaceKey)
      .executeTakeFirst()
    const begin = { number: 0, hash: CHAIN_BEGINS }
    if (row === undefined) return { head: begin, anchor: begin }
    return {
      head: { number: row.number, hash: row.hash },
      anchor: { number: row.anchor_number, hash: row.anchor_hash },
    }
  },
  forget: async (before, limit) => {
    const heads = await access.read.selectFrom('audit_head').select(['workspace_key', 'anchor_number']).execute()
    let forgotten = 0
    for (const head of heads) forgotten += await forgetBehind(access, head, { before, limit })
    return forgotten
  },
})

const listAudit = async ({ read }: Access, workspaceKey: number, filter: AuditFilter): Promise<Page<AuditEntry>> => {
  let query = read.selectFrom('audit').selectAll().where('workspace_key', '=', workspaceKey)
  const { actorId, deed, subjectId, from, until, cursor, limit } = filter
  if (actorId !== undefined) query = query.where('actor_id', '=', actorId)
  if (deed !== undefined) {
    // `.` is followed by `/` in ASCII: all deeds of a kind lie between the two.
    query = deed.includes('.')
      ? query.where('deed', '=', deed)
      : query.where('deed', '>', `${deed}.`).where('deed', '<', `${deed}/`)
  }
  if (subjectId !== undefined) query = query.where('subject_id', '=', subjectId)
  if (from !== undefined) query = query.where('at', '>=', from)
  if (until !== undefined) query = query.where('at', '<', until)
  if (cursor !== null) query = query.where('number', '<', Number(decodeCursor(cursor).key))
  const rows = await query
    .orderBy('number', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, ({ number }) => ({ value: number, key: number }), entryOf)
}

/** The anchor first, and only if nobody else moved it: what lies behind it may then go. */
const forgetBehind = async (
  { read, write }: Access,
  head: { readonly workspace_key: number; readonly anchor_number: number },
  { before, limit }: { readonly before: number; readonly limit: number },
): Promise<number> => {
  const oldest = await read
    .selectFrom('audit')
    .select(['number', 'hash', 'at'])
    .where('workspace_key', '=', head.workspace_key)
    .orderBy('number')
    .limit(limit)
    .execute()
  const firstKept = oldest.findIndex(({ at }) => at >= before)
  const last = firstKept === -1 ? oldest.at(-1) : oldest[firstKept - 1]
  if (last === undefined) return 0
  const results = await write([
    statement(
      read
        .updateTable('audit_head')
        .set({ anchor_number: last.number, anchor_hash: last.hash })
        .where('workspace_key', '=', head.workspace_key)
        .where('anchor_number', '=', head.anchor_number),
      1,
    ),
    statement(
      read.deleteFrom('audit').where('workspace_key', '=', head.workspace_key).where('number', '<=', last.number),
    ),
  ])
  return results?.[1]?.changes ?? 0
}

const entryOf = (row: Selectable<AuditTable>): AuditEntry => ({
  number: row.number,
  at: row.at,
  actor: {
    kind: row.actor_kind as AuditActor['kind'],
    id: row.actor_id,
    address: row.address,
    userAgent: row.user_agent,
  },
  deed: row.deed as Deed,
  subject: { kind: row.subject_kind, id: row.subject_id },
  jobId: row.job_id,
  before: row.fingerprint_before,
  after: row.fingerprint_after,
  fields: JSON.parse(row.fields) as string[],
  hash: row.hash,
})
