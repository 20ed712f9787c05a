/** What a use case has to say of its write: kept in the same transaction, or not at all. */
import type { AuditFacts } from '../domain/audit.ts'

/** A deed for the audit log; the event of the same name is written beside it. */
export type NewAuditEntry = AuditFacts & {
  /** By key; by id where the workspace is born in the same transaction. */
  readonly workspace: number | string
}
