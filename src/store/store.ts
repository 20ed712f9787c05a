/** THE PORT to memory. In domain words: no SQL notion passes through, `now` is always an argument, every method is one transaction. */
import type { ExecutionStore } from './executions.ts'
import type { JobStore } from './jobs.ts'
import type { KeyStore } from './keys.ts'
import type { Ledger } from './ledger.ts'
import type { PeopleStore } from './people.ts'
import type { TicketStore, WithinTicket } from './tickets.ts'

export type {
  AttemptRow,
  ExecutionFilter,
  ExecutionRow,
  ExecutionStore,
  NewManualRun,
  OccurrenceRow,
  Standing,
  Statistics,
} from './executions.ts'
export type { JobChange, JobFilter, JobStore, LastRun, Leaving, NewJob, ResumePlan } from './jobs.ts'
export type { KeyBounds, KeyChange, KeyHolder, KeyRow, KeyStore, NewKey } from './keys.ts'
export type {
  Batch,
  BatchResult,
  Claim,
  ClaimResult,
  DueJob,
  JobLoad,
  LeasedExecution,
  Ledger,
  LostExecution,
  NewExecution,
  NodeInfo,
  OutcomeWrite,
} from './ledger.ts'
export type { NewSession, NewUser, PeopleStore, SessionRow, UserChange, UserRow, WorkspaceRow } from './people.ts'
export type { NewTicket, Ticket, TicketAnswer, TicketRow, TicketStore, WithinTicket } from './tickets.ts'

/** How far an acknowledged write is safe: against the end of the process, a power cut, or the loss of the machine. */
export type Durability = 'process' | 'power' | 'failover'

export type Store = {
  readonly engine: 'sqlite' | 'postgres' | 'mysql'
  readonly durability: Durability
  readonly ledger: Ledger
  readonly jobs: JobStore
  readonly executions: ExecutionStore
  readonly people: PeopleStore
  readonly keys: KeyStore
  readonly tickets: TicketStore
  readonly withinTicket: WithinTicket
  /** Resolves when a read and a write path answer; rejects with the cause otherwise. */
  readonly check: () => Promise<void>
  /** Waits for what is under way, then lets go of the files or connections. Calls after it reject. */
  readonly close: () => Promise<void>
}
