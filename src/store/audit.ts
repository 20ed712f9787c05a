/** What the use cases ask of the store about the audit log. There is no way to change an entry, and one to forget the oldest. */
import type { AuditEntry, Link } from '../domain/audit.ts'
import type { Page } from '../domain/page.ts'
import type { NewAuditEntry } from './notes.ts'

export type AuditFilter = {
  /** Id of a user or key. */
  readonly actorId?: string
  /** A deed, or the part before its dot. */
  readonly deed?: string
  readonly subjectId?: string
  /** Epoch ms: from inclusive, until exclusive. */
  readonly from?: number
  readonly until?: number
  readonly cursor: string | null
  readonly limit: number
}

export type Chain = {
  /** The newest entry, as it was remembered when it was written. */
  readonly head: Link
  /** The newest entry that was forgotten by age: the chain is followed from here. */
  readonly anchor: Link
}

export type AuditStore = {
  /** For deeds that change nothing else, such as a refused sign-in. */
  readonly append: (entry: NewAuditEntry) => Promise<void>
  /** Newest first. */
  readonly list: (workspaceKey: number, filter: AuditFilter) => Promise<Page<AuditEntry>>
  /** Oldest first, those after `number`. */
  readonly after: (workspaceKey: number, number: number, limit: number) => Promise<readonly AuditEntry[]>
  readonly chain: (workspaceKey: number) => Promise<Chain>
  /** Forgets entries older than `before`, at most `limit` in each workspace, and moves the anchor; answers how many went. */
  readonly forget: (before: number, limit: number) => Promise<number>
}
