/** Says what a use case does: the audit log and whoever listens learn of it in the transaction of the change itself. */

import type { Actor } from '../domain/actor.ts'
import type { AuditActor, Deed, Subject } from '../domain/audit.ts'
import type { NewAuditEntry, Records } from '../store/store.ts'
import type { Deps } from './deps.ts'

/** What there is to know of a thing, without secrets. Only names of fields and a keyed fingerprint of the whole are kept. */
export type Facts = Readonly<Record<string, unknown>>

export type Note = {
  readonly deed: Deed
  readonly subject: Subject
  /** The job that it is about, where the subject is another thing. */
  readonly jobId?: string
  readonly before?: Facts | null
  readonly after?: Facts | null
}

const LONGEST_USER_AGENT = 300

type Noting = Pick<Deps, 'store' | 'clock' | 'auth'>

/**
 * The records, for one write: `noting(deps, actor, { deed: 'job.paused', subject: { kind: 'job', id } }).jobs.pause(…)`.
 * A write that is refused or changes nothing tells nothing. A write of many things takes a note of each.
 */
export const noting = (deps: Noting, actor: Actor, ...notes: readonly Note[]): Records =>
  deps.store.noting(...notes.map((note) => entryOf(deps, auditActor(actor), actor.workspaceKey, note)))

/** For somebody who is not signed in, or for a workspace that is only being made. */
export const entryOf = (
  { clock, auth }: Pick<Noting, 'clock' | 'auth'>,
  actor: AuditActor,
  workspace: number | string,
  { deed, subject, jobId, before = null, after = null }: Note,
): NewAuditEntry => {
  // A workspace that is only being made has no key yet, and nothing to compare with.
  const place = typeof workspace === 'number' ? workspace : 0
  const fingerprint = (facts: Facts | null) =>
    facts === null ? null : auth.secrets.fingerprint(canonical(facts), place)
  return {
    workspace,
    at: clock.now(),
    actor: { ...actor, userAgent: actor.userAgent?.slice(0, LONGEST_USER_AGENT) ?? null },
    deed,
    subject,
    jobId: jobId ?? (subject.kind === 'job' ? subject.id : null),
    before: fingerprint(before),
    after: fingerprint(after),
    fields: before === null || after === null ? [] : differing(before, after),
  }
}

export const auditActor = (actor: Actor): AuditActor =>
  actor.kind === 'system'
    ? { kind: 'system', id: null, address: null, userAgent: null }
    : {
        kind: actor.kind,
        id: actor.kind === 'key' ? actor.keyId : actor.userId,
        address: actor.address ?? null,
        userAgent: actor.userAgent ?? null,
      }

/** Names of the fields that are not the same. */
export const differing = (before: Facts, after: Facts): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => canonical(before[name]) !== canonical(after[name]),
  )

/** The same text for equal values, in whatever order their fields were set. */
const canonical = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  )
