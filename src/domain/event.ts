/** Facts that are told to whoever listens: each written in the transaction of its cause. */
import { DEEDS, type Deed, type Subject } from './audit.ts'

/** What the stations tell; what people do has the name of their deed. */
export const FACTS = {
  'execution.succeeded': 'an execution ended in success; written only where somebody listens',
  'execution.failed': 'an execution failed, and no try is left',
  'execution.uncertain': 'an execution was sent, and its outcome is not known',
  'execution.skipped': 'an occurrence was skipped for overlap; written only where somebody listens',
  'execution.missed': 'occurrences were missed',
  'job.auto_paused':
    'the server paused a job: after failures in a row, as quarantined, or because its end date has passed',
  'job.ends_soon': 'a job ends within 30 days; told on Mondays from nine o’clock',
  'job.ended': 'a job has no coming occurrence any more; written only where somebody listens',
} as const
export type Fact = keyof typeof FACTS

export const EVENT_TYPES = { ...FACTS, ...DEEDS } as const
export type EventType = Fact | Deed

export const EVERY_EVENT_TYPE = Object.keys(EVENT_TYPES) as [EventType, ...EventType[]]

/** Of accounts and sessions only administrators hear. */
export const isForAll = (type: EventType): boolean => /^(job|execution)\./.test(type)

export type Event = {
  /** Its place among the events of the workspace: rises by one with each, from 1. */
  readonly number: number
  readonly at: number
  readonly type: EventType
  readonly subject: Subject
  readonly jobId: string | null
  /** The user or key that caused it; null: the server itself, or somebody unknown. */
  readonly actorId: string | null
  /** A few facts of the kind; free of secrets, bounded. */
  readonly data: Readonly<Record<string, unknown>>
}

/** Somebody wants to hear of facts that are otherwise not written. */
export type Interest = {
  readonly id: string
  readonly workspaceKey: number
  /** Null: of every job. */
  readonly jobKey: number | null
  /** Null: of every kind. */
  readonly types: readonly EventType[] | null
  /** Over after this, unless it is renewed: a listener that died must not be paid for. Null: until it is taken back. */
  readonly expiresAt: number | null
}

/** Asked by the stations for each fact that is written only where somebody listens. */
export type Wanted = (workspaceKey: number, jobKey: number, fact: Fact) => boolean
