/** The chain of the audit log inside the writer: one entry after the other, since only one transaction runs at a time. */
import type { DatabaseSync } from 'node:sqlite'
import { CHAIN_BEGINS, chainHash } from '../../domain/audit.ts'
import type { NewAuditEntry } from '../notes.ts'
import type { EventWriter } from './hot-events.ts'

export type AuditWriter = { readonly append: (entry: NewAuditEntry) => void }

export const openAudit = (db: DatabaseSync, events: EventWriter): AuditWriter => {
  const workspace = db.prepare('select key from workspace where id = ?1')
  const headOf = db.prepare('select number, hash from audit_head where workspace_key = ?1')
  const insert = db.prepare(`
    insert into audit (workspace_key, number, at, actor_kind, actor_id, address, user_agent, deed, subject_kind, subject_id,
      job_id, fingerprint_before, fingerprint_after, fields, hash)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)`)
  const moveHead = db.prepare(`
    insert into audit_head (workspace_key, number, hash, anchor_number, anchor_hash) values (?1, ?2, ?3, 0, ?4)
    on conflict (workspace_key) do update set number = excluded.number, hash = excluded.hash`)

  const keyOf = (given: number | string): number => {
    if (typeof given === 'number') return given
    const row = workspace.get(given)
    if (row === undefined)
      throw new Error(`An entry for the audit log names the workspace ${given}, which is not there.`)
    return row.key as number
  }

  return {
    append: ({ workspace: given, ...facts }) => {
      const workspaceKey = keyOf(given)
      const head = headOf.get(workspaceKey)
      const number = ((head?.number as number | undefined) ?? 0) + 1
      const hash = chainHash(workspaceKey, { ...facts, number }, (head?.hash as string | undefined) ?? CHAIN_BEGINS)
      const { at, actor, deed, subject, jobId, before, after, fields } = facts
      insert.run(
        ...[workspaceKey, number, at, actor.kind, actor.id, actor.address, actor.userAgent, deed],
        ...[subject.kind, subject.id, jobId, before, after, JSON.stringify(fields), hash],
      )
      moveHead.run(workspaceKey, number, hash, CHAIN_BEGINS)
      const data = fields.length === 0 ? {} : { fields }
      events.write({ workspaceKey, at, type: deed, subject, jobId, actorId: actor.id, data })
    },
  }
}
