/** What the store keeps of events: the outbox that streams and notifications read, and who listens. */
import type { Event, EventType, Interest } from '../domain/event.ts'
import type { Page } from '../domain/page.ts'

export type EventFilter = {
  readonly types: readonly EventType[]
  readonly jobId?: string
  /** Only those with a higher number. */
  readonly after?: number
  readonly descending: boolean
  readonly cursor: string | null
  readonly limit: number
}

export type EventStore = {
  readonly list: (workspaceKey: number, filter: EventFilter) => Promise<Page<Event>>
  /** The number of the newest event; 0 where there is none. */
  readonly newest: (workspaceKey: number) => Promise<number>
  /** Those that are not over. */
  readonly interests: (now: number) => Promise<readonly Interest[]>
  /** Registers an interest or renews it; those that are over are cleared away. */
  readonly listen: (interest: Interest, now: number) => Promise<void>
  readonly unlisten: (id: string) => Promise<void>
  /** Forgets at most `limit` events older than `before`, the newest of a workspace never: numbers are not given twice. */
  readonly forget: (before: number, limit: number) => Promise<number>
}
