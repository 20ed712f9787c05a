/** What people and programs did, as a chain: each entry carries the hash of the one before, so that none can be changed unseen. */
import { createHash } from 'node:crypto'

/** Each deed that is kept, and what it says. A deed is also an event of the same name. */
export const DEEDS = {
  'session.started': 'somebody signed in',
  'session.refused': 'a sign-in was refused: the password was wrong, or the account is disabled or unknown',
  'session.ended': 'a session was ended',
  'session.reused': 'a refresh token was used a second time, which ended its session',
  'user.signed_up': 'somebody signed up, with a workspace of their own',
  'user.created': 'an account was made',
  'user.changed': 'an account was changed',
  'user.deleted': 'an account was deleted',
  'job.created': 'a job was made',
  'job.imported': 'a job was made together with others, from a file; nobody is sent word of each',
  'job.changed': 'a job was changed',
  'job.secret_rotated': 'a job was given another signing secret',
  'job.undone': 'a job was given back a former state',
  'job.paused': 'a job was paused by somebody',
  'job.resumed': 'a job was resumed',
  'job.deleted': 'a job was deleted',
  'job.restored': 'a deleted job was brought back',
  'job.run': 'somebody asked for a run',
  'execution.cancelled': 'somebody cancelled an execution',
  'execution.retried': 'somebody asked for another try of an execution',
  'execution.forgotten': 'the record of an execution was deleted',
  'job.history_cleared': 'the records of what a job ran were deleted',
  'key.created': 'an API key was made',
  'key.changed': 'an API key was changed',
  'key.revoked': 'an API key was revoked',
  'job.alerts_changed': 'who hears of a job was changed',
  'user.preferences_changed': 'what a user wants to see or hear of was changed',
  'slack.changed': 'the Slack settings of the workspace were changed',
  'webhook.created': 'a webhook channel was made',
  'webhook.changed': 'a webhook channel was changed',
  'webhook.secret_rotated': 'a webhook channel was given another signing secret',
  'webhook.deleted': 'a webhook channel was deleted',
  'delivery.retried': 'somebody asked for another try of a message that was given up',
  'limit.set': 'a limit was made or changed',
  'limit.deleted': 'a limit was deleted',
  'catalog.created': 'a category or a team was made',
  'catalog.changed': 'a category or a team was changed',
  'application.created': 'an application was made',
  'application.changed': 'an application was changed',
  'application.deleted': 'an application was deleted',
  'retention.changed': 'the workspace keeps its executions for another time',
  'scheduling.held': 'all claiming was held by the operator',
  'scheduling.released': 'claiming went on',
  'job.moved': 'a job waits for another instant, since the rules of time zones changed',
  'catch_up.paused': 'catch-up work was paused',
  'catch_up.resumed': 'catch-up work was resumed',
} as const
export type Deed = keyof typeof DEEDS

/** `nobody`: somebody who did not prove who they are. */
export type AuditActor = {
  readonly kind: 'user' | 'key' | 'system' | 'nobody'
  /** Of the user, or of the key. */
  readonly id: string | null
  readonly address: string | null
  readonly userAgent: string | null
}

export type Subject = { readonly kind: string; readonly id: string }

/** What is hashed; all of it is free of secrets. */
export type AuditFacts = {
  readonly at: number
  readonly actor: AuditActor
  readonly deed: Deed
  readonly subject: Subject
  /** The job that it is about, directly or through an execution. */
  readonly jobId: string | null
  /** Keyed fingerprints of the subject before and after; null where it did not exist. */
  readonly before: string | null
  readonly after: string | null
  /** Names of what was changed. */
  readonly fields: readonly string[]
}

export type AuditEntry = AuditFacts & {
  /** From 1, without a gap, in each workspace. */
  readonly number: number
  readonly hash: string
}

/** What the first entry names as its predecessor. */
export const CHAIN_BEGINS = '0'.repeat(64)

/** SHA-256 in hex over an array in a fixed order: JSON keeps its parts apart, whatever they hold. */
export const chainHash = (
  workspaceKey: number,
  { number, ...entry }: AuditFacts & { readonly number: number },
  previous: string,
): string => {
  const { at, actor, deed, subject, jobId, before, after, fields } = entry
  const parts = [
    ...[1, workspaceKey, number, at, actor.kind, actor.id, actor.address, actor.userAgent],
    ...[deed, subject.kind, subject.id, jobId, before, after, fields, previous],
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** A place in the chain: nothing before it is asked for. */
export type Link = { readonly number: number; readonly hash: string }

export type Break = {
  readonly number: number
  readonly problem: 'missing' | 'altered'
}

/** Follows the chain from `after` on. Answers how far it holds, and where it breaks. */
export const followChain = (
  workspaceKey: number,
  after: Link,
  entries: readonly AuditEntry[],
): { readonly upTo: Link; readonly broken: Break | null } => {
  let upTo = after
  for (const entry of entries) {
    const number = upTo.number + 1
    if (entry.number !== number) return { upTo, broken: { number, problem: 'missing' } }
    if (chainHash(workspaceKey, entry, upTo.hash) !== entry.hash)
      return { upTo, broken: { number, problem: 'altered' } }
    upTo = { number, hash: entry.hash }
  }
  return { upTo, broken: null }
}
