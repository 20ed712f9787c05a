/** A store with a workspace, its admin and a scheduling node in it, and the few moves that most tests begin with. */
import assert from 'node:assert/strict'
import { newId } from '../../src/domain/ids.ts'
import type { Job } from '../../src/domain/job.ts'
import type { BatchResult, Claim, NewJob, OutcomeWrite, Store, UserRow } from '../../src/store/store.ts'
import { aClaim, aJob, anOutcome, aUser, HOUR, MINUTE, NOON } from '../support/builders.ts'
import type { Cleanup } from '../support/temp-store.ts'

/** In a new place, or beside those that are open at this one. */
export type OpenStore = (test: Cleanup, given?: { readonly path: string }) => Promise<Store>

/** When the lease of `world.nodeKey` ends. */
export const LEASE_END = NOON + HOUR

export type World = Store & {
  readonly workspaceKey: number
  readonly admin: UserRow
  readonly nodeKey: number
  readonly job: (given?: Partial<NewJob>) => Promise<Job>
  readonly commit: (batch: {
    readonly now?: number
    readonly outcomes?: readonly OutcomeWrite[]
    readonly claims?: readonly Claim[]
  }) => Promise<BatchResult>
  /** Claims the job's instant as one leased run; answers the id of its execution. */
  readonly claim: (job: Job, given?: Partial<Claim>) => Promise<string>
  readonly finish: (job: Job, executionId: string, given?: Partial<OutcomeWrite>) => Promise<BatchResult>
  readonly dueIds: (until: number) => Promise<readonly string[]>
  readonly leaseAt: (now: number, limit?: number) => Promise<readonly string[]>
  /** The statuses of all executions of the job, oldest instant first. */
  readonly statuses: (job: Job) => Promise<readonly string[]>
}

export const newWorkspace = async (store: Store): Promise<{ workspaceKey: number; admin: UserRow }> => {
  const user = aUser()
  const created = await store.people.createWorkspace({ id: newId(), name: 'a workspace', now: NOON }, user)
  assert('workspaceKey' in created)
  const admin = await store.people.userById(user.id)
  assert(admin !== null)
  return { workspaceKey: created.workspaceKey, admin }
}

export const newWorld = async (store: Store): Promise<World> => {
  const { workspaceKey, admin } = await newWorkspace(store)
  const nodeKey = await store.ledger.join({ id: newId(), host: 'here', pid: 1, startedAt: NOON }, NOON, LEASE_END)
  assert(nodeKey !== null)

  const commit: World['commit'] = ({ now = NOON + MINUTE, outcomes = [], claims = [] }) =>
    store.ledger.commit({ nodeKey, now, leaseNow: now, outcomes, claims })

  return {
    ...store,
    workspaceKey,
    admin,
    nodeKey,
    job: (given = {}) => store.jobs.create(aJob({ workspaceKey, ownerId: admin.id, ...given })),
    commit,
    claim: async (job, given = {}) => {
      const dueAt = given.dueAt ?? NOON + MINUTE
      const claim = aClaim({ jobKey: job.key, workspaceKey, dueAt, scheduleVersion: job.scheduleVersion, ...given })
      const { claimed } = await commit({ now: dueAt, claims: [claim] })
      assert.deepEqual(claimed, ['claimed'])
      return claim.executions[0]?.id ?? assert.fail('The claim brings no execution.')
    },
    finish: (job, executionId, given = {}) =>
      commit({ outcomes: [anOutcome({ jobKey: job.key, workspaceKey, executionId, ...given })] }),
    dueIds: async (until) => {
      const { jobs } = await store.ledger.due({ until, limit: 100, after: null })
      return jobs.map(({ jobId }) => jobId)
    },
    leaseAt: async (now, limit = 100) => {
      const { leased } = await store.ledger.lease({ nodeKey, now, leaseNow: now, limit })
      return leased.map(({ executionId }) => executionId)
    },
    statuses: async (job) => {
      const filter = { jobKey: job.key, descending: false, cursor: null, limit: 100 }
      const { items } = await store.executions.list(workspaceKey, filter)
      return items.map(({ status }) => status)
    },
  }
}
