/** THE PORT to memory. In domain words: no SQL notion passes through, `now` is always an argument, every method is one transaction. */
import type { ApplicationStore } from './applications.ts'
import type { AuditStore } from './audit.ts'
import type { CatalogStore } from './catalog.ts'
import type { ChannelStore } from './channels.ts'
import type { DigestStore } from './digests.ts'
import type { EventStore } from './events.ts'
import type { ExecutionStore } from './executions.ts'
import type { GithubRunStore } from './github-runs.ts'
import type { HistoryStore } from './history.ts'
import type { AlertStore, InboxStore } from './inbox.ts'
import type { JobStore } from './jobs.ts'
import type { KeyStore } from './keys.ts'
import type { Ledger } from './ledger.ts'
import type { LimitStore } from './limits.ts'
import type { Maintenance } from './maintenance.ts'
import type { NewAuditEntry } from './notes.ts'
import type { OutboxStore } from './outbox.ts'
import type { PeopleStore } from './people.ts'
import type { PreferenceStore } from './preferences.ts'
import type { ReportStore } from './reports.ts'
import type { RetentionStore } from './retention.ts'
import type { RollupStore } from './rollups.ts'
import type { SealedStore } from './sealed.ts'
import type { TicketStore, WithinTicket } from './tickets.ts'

export type { ApiRow, ApplicationChange, ApplicationStore, HandshakeRow } from './applications.ts'
export type { AuditFilter, AuditStore } from './audit.ts'
export type { CatalogChange, CatalogStore, NewCatalogEntry } from './catalog.ts'
export type { ChannelStore, SlackRow, WebhookRow } from './channels.ts'
export type { Collected } from './collected.ts'
export type { DigestItem, DigestReader, DigestStore } from './digests.ts'
export type { EventFilter, EventStore } from './events.ts'
export type {
  AttemptRow,
  ExecutionFilter,
  ExecutionRow,
  ExecutionStore,
  NewManualRun,
  OccurrenceRow,
  RanFilter,
  RanRow,
  RanTally,
  Standing,
  Statistics,
} from './executions.ts'
export type { GithubRunStore } from './github-runs.ts'
export type { Change, FormerJob, HistoryStore, KnownJob, LedgerRow, Outage } from './history.ts'
export type { AlertStore, AlertsRow, InboxStore, NoticeRange, Reader } from './inbox.ts'
export type { JobChange, JobFilter, JobStore, LastRun, Leaving, NewJob, QuarantinedJob, ResumePlan } from './jobs.ts'
export type { KeyBounds, KeyChange, KeyHolder, KeyRow, KeyStore, NewKey } from './keys.ts'
export type {
  Batch,
  BatchResult,
  Claim,
  ClaimResult,
  DueJob,
  EndingQuery,
  ExpiredQuery,
  JobLoad,
  LeasedExecution,
  Ledger,
  LostExecution,
  NewExecution,
  NodeInfo,
  OutcomeWrite,
  Recovered,
} from './ledger.ts'
export type { CatchUpDepth, LimitRow, LimitStore, LimitWrite } from './limits.ts'
export type { Forgetter, Maintenance, Sizes } from './maintenance.ts'
export type { NewAuditEntry } from './notes.ts'
export type {
  Addressee,
  AlertRun,
  AlertSubject,
  DeliveryRow,
  NewDelivery,
  NewNotice,
  OutboxStore,
  Series,
  Telling,
  Untold,
  Watched,
} from './outbox.ts'
export type { NewSession, NewUser, PeopleStore, SessionRow, UserChange, UserRow, WorkspaceRow } from './people.ts'
export type { ReportableAttempt, ReportNote, ReportStore } from './reports.ts'
export type { JobHistory, RetentionRow, RetentionStore } from './retention.ts'
export type { OpenHour, RollupStore } from './rollups.ts'
export type { SealedStore, SealedText } from './sealed.ts'
export type { NewTicket, Ticket, TicketAnswer, TicketRow, TicketStore, WithinTicket } from './tickets.ts'

/** How far an acknowledged write is safe: against the end of the process, a power cut, or the loss of the machine. */
export type Durability = 'process' | 'power' | 'failover'

/** What the use cases write and read. */
export type Records = {
  readonly jobs: JobStore
  readonly executions: ExecutionStore
  readonly people: PeopleStore
  readonly limits: LimitStore
  readonly keys: KeyStore
  readonly events: EventStore
  readonly audit: AuditStore
  readonly history: HistoryStore
  readonly retention: RetentionStore
  readonly alerts: AlertStore
  readonly inbox: InboxStore
  readonly outbox: OutboxStore
  readonly digests: DigestStore
  readonly channels: ChannelStore
  readonly preferences: PreferenceStore
  readonly catalog: CatalogStore
  readonly applications: ApplicationStore
}

export type Store = Records & {
  readonly engine: 'sqlite' | 'postgres' | 'mysql'
  readonly durability: Durability
  readonly ledger: Ledger
  /**
   * The same records, for one write that tells of deeds: their entries of the audit log and their events are in the transaction
   * of that write. A write that changes nothing tells nothing.
   */
  readonly noting: (...entries: readonly NewAuditEntry[]) => Records
  readonly tickets: TicketStore
  readonly withinTicket: WithinTicket
  readonly reports: ReportStore
  readonly githubRuns: GithubRunStore
  readonly rollups: RollupStore
  readonly sealed: SealedStore
  readonly maintenance: Maintenance
  /** Resolves when a read and a write path answer; rejects with the cause otherwise. */
  readonly check: () => Promise<void>
  /** Waits for what is under way, then lets go of the files or connections. Calls after it reject. */
  readonly close: () => Promise<void>
}
