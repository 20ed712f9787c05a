/** THE PORT to memory. In domain words: no SQL notion passes through, `now` is always an argument, every method is one transaction. */
import type { ExecutionStore } from './executions.ts'
import type { JobStore } from './jobs.ts'
import type { Ledger } from './ledger.ts'
import type { Maintenance } from './maintenance.ts'
import type { PeopleStore } from './people.ts'
import type { RetentionStore } from './retention.ts'
import type { RollupStore } from './rollups.ts'
import type { SealedStore } from './sealed.ts'

export type {
  AttemptRow,
  ExecutionFilter,
  ExecutionRow,
  ExecutionStore,
  NewManualRun,
  OccurrenceRow,
  Statistics,
} from './executions.ts'
export type { JobChange, JobFilter, JobStore, LastRun, Leaving, NewJob, ResumePlan } from './jobs.ts'
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
export type { Forgetter, Maintenance, Sizes } from './maintenance.ts'
export type { NewSession, NewUser, PeopleStore, SessionRow, UserChange, UserRow, WorkspaceRow } from './people.ts'
export type { JobHistory, RetentionRow, RetentionStore } from './retention.ts'
export type { OpenHour, RollupStore } from './rollups.ts'
export type { SealedStore, SealedText } from './sealed.ts'

/** How far an acknowledged write is safe: against the end of the process, a power cut, or the loss of the machine. */
export type Durability = 'process' | 'power' | 'failover'

export type Store = {
  readonly engine: 'sqlite' | 'postgres' | 'mysql'
  readonly durability: Durability
  readonly ledger: Ledger
  readonly jobs: JobStore
  readonly executions: ExecutionStore
  readonly people: PeopleStore
  readonly retention: RetentionStore
  readonly rollups: RollupStore
  readonly sealed: SealedStore
  readonly maintenance: Maintenance
  /** Resolves when a read and a write path answer; rejects with the cause otherwise. */
  readonly check: () => Promise<void>
  /** Waits for what is under way, then lets go of the files or connections. Calls after it reject. */
  readonly close: () => Promise<void>
}
