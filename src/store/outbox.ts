/** What the station that tells people asks of the store: events not told yet, what they are about, and messages on their way. */
import type { JobAlerts } from '../domain/alerts.ts'
import type { Event } from '../domain/event.ts'
import type { Audience, ChannelKind, DeliveryState, NoticeType } from '../domain/notice.ts'
import type { Page } from '../domain/page.ts'
import type { Collected } from './collected.ts'

/** Events of one workspace, oldest first, and how far it was told before them. */
export type Untold = { readonly workspaceKey: number; readonly after: number; readonly events: readonly Event[] }

/** The job that an event is about, also a deleted one. */
export type AlertSubject = {
  readonly jobKey: number
  readonly id: string
  readonly name: string
  readonly ownerId: string | null
  readonly isDeleted: boolean
  readonly alerts: JobAlerts
  readonly failingSince: number | null
  readonly failures: number
}

export type AlertRun = {
  readonly id: string
  readonly scheduledFor: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
}

export type NewNotice = {
  readonly id: string
  readonly at: number
  readonly audience: Audience
  readonly kind: string
  readonly type: NoticeType
  readonly title: string
  readonly message: string
  readonly jobId: string | null
  readonly executionId: string | null
}

export type NewDelivery = {
  readonly id: string
  readonly eventNumber: number | null
  readonly channel: ChannelKind
  readonly recipient: string
  readonly facts: Readonly<Record<string, unknown>>
  readonly createdAt: number
  readonly notBefore: number
  readonly giveUpAt: number
}

export type DeliveryRow = NewDelivery & {
  readonly workspaceKey: number
  readonly state: DeliveryState
  readonly attempts: number
  readonly endedAt: number | null
  readonly lastError: string | null
}

export type Series = { readonly jobKey: number; readonly since: number | null; readonly failures: number }

export type Telling = {
  readonly workspaceKey: number
  readonly notices: readonly NewNotice[]
  readonly deliveries: readonly NewDelivery[]
  /** For digests; added to what is there. */
  readonly collected?: readonly Collected[]
  readonly series: readonly Series[]
  /** Notices of changes of these jobs from `from` on say less than those of this telling: they go. */
  readonly supersedes: readonly { readonly jobId: string; readonly from: number }[]
  /** The events from `after` to `upTo`; or what was told of an execution by the clock. */
  readonly of:
    | { readonly kind: 'events'; readonly after: number; readonly upTo: number }
    | { readonly kind: 'once'; readonly executionId: string; readonly what: string; readonly at: number }
    | { readonly kind: 'asked' }
}

export type Watched = { readonly workspaceKey: number; readonly subject: AlertSubject; readonly run: AlertRun }

/** A user of the workspace, and what it said of mails. */
export type Addressee = {
  readonly id: string
  readonly email: string
  /** `email` as addresses are compared. */
  readonly address: string
  readonly isEnabled: boolean
  /** As they are kept; empty where the user never said. */
  readonly wishes: Readonly<Record<string, unknown>>
}

export type Attempted = {
  readonly ids: readonly string[]
  readonly now: number
} & (
  | { readonly to: 'sent'; readonly messageId: string }
  | { readonly to: 'waiting'; readonly notBefore: number; readonly error: string }
  | { readonly to: 'failed'; readonly error: string }
)

export type OutboxStore = {
  /** Of each workspace with something untold, at most `limit` events. */
  readonly untold: (limit: number) => Promise<readonly Untold[]>
  readonly subjects: (workspaceKey: number, jobIds: readonly string[]) => Promise<ReadonlyMap<string, AlertSubject>>
  readonly runs: (workspaceKey: number, ids: readonly string[]) => Promise<ReadonlyMap<string, AlertRun>>
  /** E-mail addresses of users, or of the owners of keys, by the id of either. */
  readonly namesOf: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** The users of the workspace to whom one of the addresses belongs, or who have one of the ids. */
  readonly addressees: (
    workspaceKey: number,
    of: { readonly addresses: readonly string[]; readonly ids: readonly string[] },
  ) => Promise<readonly Addressee[]>
  /** What waits or runs of jobs that want to hear of it meanwhile. */
  readonly watched: () => Promise<readonly Watched[]>
  readonly wasTold: (workspaceKey: number, executionId: string, what: string) => Promise<boolean>
  /** All of it, or nothing when somebody else told it before: false. */
  readonly tell: (telling: Telling) => Promise<boolean>
  /** Waiting ones whose time has come and that nobody is sending, oldest first. */
  readonly due: (now: number, limit: number) => Promise<readonly DeliveryRow[]>
  /** Takes them until then; false when somebody else was quicker with one of them. */
  readonly claim: (ids: readonly string[], now: number, until: number) => Promise<boolean>
  readonly attempted: (attempted: Attempted) => Promise<void>
  readonly postpone: (ids: readonly string[], notBefore: number) => Promise<void>
  /** Messages that reached this recipient since then: how many, and when the last one that held several did. */
  readonly sentSince: (
    to: Pick<DeliveryRow, 'workspaceKey' | 'channel' | 'recipient'>,
    since: number,
  ) => Promise<{ readonly messages: number; readonly lastGroupAt: number | null }>
  /** Newest first. */
  readonly list: (
    workspaceKey: number,
    filter: {
      readonly state: DeliveryState | null
      readonly channel: ChannelKind | null
      /** As the last page gave it. */
      readonly cursor: string | null
      readonly limit: number
    },
  ) => Promise<Page<DeliveryRow>>
  readonly delivery: (workspaceKey: number, id: string) => Promise<DeliveryRow | null>
  /** A failed one goes again; false when it is not a failed one of this workspace. */
  readonly retry: (workspaceKey: number, id: string, now: number, giveUpAt: number) => Promise<boolean>
  readonly depth: () => Promise<{ readonly waiting: number; readonly oldestAt: number | null }>
  /** Forgets deliveries that ended before then, and what was told by the clock. */
  readonly forget: (before: number, limit: number) => Promise<number>
}
