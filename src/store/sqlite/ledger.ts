/** The hot part of the port on SQLite: batches go to the writer's thread as columns and come back as values. */
import type { Kysely } from 'kysely'
import type { BatchResult, ClaimResult, DueJob, JobLoad, LeasedExecution, Ledger, LostExecution } from '../ledger.ts'
import { triggerOf } from '../sql/codes.ts'
import { isShared, readDepth, readNodes } from '../sql/depth.ts'
import { policiesOf, targetOf, timetableOf } from '../sql/interned.ts'
import type { Tables } from '../sql/tables.ts'
import { toColumns } from './batch-columns.ts'
import { CLAIM_RESULTS } from './hot-claims.ts'
import type { DueColumns } from './hot-due.ts'
import type { LostRow } from './hot-nodes.ts'
import type { LeasedColumns } from './hot-queue.ts'
import type { Line } from './line.ts'
import type { BatchAnswer, Operations } from './operations.ts'

export const createLedger = (writer: Line<Operations>, read: Kysely<Tables>): Ledger => ({
  join: (node, leaseNow, leaseUntil) => writer.ask('join', { node, leaseNow, leaseUntil }),
  renew: (nodeKey, leaseNow, leaseUntil) => writer.ask('renew', { nodeKey, leaseNow, leaseUntil }),
  leave: (nodeKey) => writer.ask('leave', nodeKey),
  due: async (query) => {
    const { jobs, nextDueAt } = await writer.ask('due', query)
    return { jobs: dueJobs(jobs), nextDueAt }
  },
  skim: async (query) => {
    const { jobs, goOn } = await writer.ask('skim', query)
    return { jobs: dueJobs(jobs), goOn }
  },
  lease: async (query) => {
    const { leased, nextAt } = await writer.ask('lease', query)
    return { leased: leasedExecutions(leased), nextAt }
  },
  load: (jobKeys): Promise<readonly JobLoad[]> => writer.ask('load', jobKeys),
  commit: async (batch) => batchResult(await writer.ask('commit', toColumns(batch))),
  lost: async (leaseNow, limit) => (await writer.ask('lost', { leaseNow, limit })).map(lostExecution),
  recover: ({ target: _, policies: __, ...lost }, to, at) => writer.ask('recover', { lost, to, ...at }),
  pauseExpired: (query) => writer.ask('pauseExpired', query),
  remindOfEnds: (query) => writer.ask('remindOfEnds', query),
  isShared: () => isShared(read),
  depth: () => readDepth(read),
  nodes: () => readNodes(read),
})

const dueJobs = (columns: DueColumns): DueJob[] =>
  columns.jobKeys.map((jobKey, at) => ({
    jobKey,
    jobId: columns.jobIds[at] as string,
    jobName: columns.jobNames[at] as string,
    workspaceKey: columns.workspaceKeys[at] as number,
    dueAt: columns.dueAt[at] as number,
    scheduleVersion: columns.scheduleVersions[at] as number,
    timetable: timetableOf(columns.timetables[at] as string),
    target: targetOf(columns.targets[at] as string),
    policies: policiesOf(columns.policies[at] as string | null),
    runs: columns.runs[at] as number,
    limited: columns.limited[at] as boolean,
  }))

const leasedExecutions = (columns: LeasedColumns): LeasedExecution[] =>
  columns.executionIds.map((executionId, at) => ({
    executionId,
    workspaceKey: columns.workspaceKeys[at] as number,
    jobKey: columns.jobKeys[at] as number,
    jobId: columns.jobIds[at] as string,
    jobName: columns.jobNames[at] as string,
    attempt: columns.attempts[at] as number,
    scheduledFor: columns.scheduledFor[at] as number,
    trigger: triggerOf(columns.triggers[at] as number),
    target: targetOf(columns.targets[at] as string),
    policies: policiesOf(columns.policies[at] as string | null),
  }))

const batchResult = ({ recorded, claimed, ...rest }: BatchAnswer): BatchResult => ({
  recorded: Array.from(recorded, (flag) => flag === 1),
  claimed: Array.from(claimed, (code) => CLAIM_RESULTS[code] as ClaimResult),
  ...rest,
})

const lostExecution = (row: LostRow): LostExecution => ({
  executionId: row.execution_id,
  workspaceKey: row.workspace_key,
  jobKey: row.job_key,
  attempt: row.attempt,
  nodeKey: row.node_key,
  startedAt: row.started_at,
  target: targetOf(row.target),
  policies: policiesOf(row.policies),
})
