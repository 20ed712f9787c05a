/** Nodes and their leases inside the writer: one lease per node covers all it runs; what a dead one left is found and ended. */
import type { DatabaseSync } from 'node:sqlite'
import type { LostExecution, NodeInfo, Recovered } from '../ledger.ts'
import { REASON_CODE, STATUS_CODE } from '../sql/codes.ts'
import type { Crashes } from './hot-crashes.ts'
import type { Queue } from './hot-queue.ts'
import type { SchedulerLock } from './scheduler-lock.ts'

export type LostRow = {
  execution_id: string
  workspace_key: number
  job_key: number
  attempt: number
  node_key: number
  started_at: number | null
  target: string
  policies: string | null
}

type Join = { readonly node: NodeInfo; readonly leaseNow: number; readonly leaseUntil: number }
type Renewal = { readonly nodeKey: number; readonly leaseNow: number; readonly leaseUntil: number }
type Recovery = {
  readonly lost: Omit<LostExecution, 'target' | 'policies'>
  readonly to: 'pending' | 'uncertain'
  readonly now: number
  readonly leaseNow: number
  readonly isCrash: boolean
}

export type Nodes = {
  readonly isAlive: (nodeKey: number, leaseNow: number) => boolean
  readonly join: (join: Join) => number | null
  readonly renew: (renewal: Renewal) => boolean
  readonly leave: (nodeKey: number) => void
  readonly lost: (query: { readonly leaseNow: number; readonly limit: number }) => LostRow[]
  readonly recover: (recovery: Recovery) => Recovered
}

const REASON_OF = { pending: null, uncertain: REASON_CODE.node_lost } as const

const NODE_ENDED = 'The node that ran this attempt ended before it recorded an outcome.'

export const openNodes = (
  db: DatabaseSync,
  { queue, crashes, lock }: { readonly queue: Queue; readonly crashes: Crashes; readonly lock: SchedulerLock },
): Nodes => {
  const alive = db.prepare('select 1 from node where key = ?1 and lease_until >= ?2')
  const overAll = db.prepare('update node set lease_until = min(lease_until, ?1 - 1)')
  const forget = db.prepare('delete from node where swept = 1')
  const insert = db.prepare('insert into node (id, host, pid, started_at, lease_until) values (?1, ?2, ?3, ?4, ?5)')
  const extend = db.prepare('update node set lease_until = ?3 where key = ?1 and lease_until >= ?2')
  const over = db.prepare('update node set lease_until = 0 where key = ?1')
  const dead = db.prepare('select 1 from node where lease_until < ?1 and swept = 0 limit 1')
  // `lease_until = 0`: a clock that goes back must not bring a swept node to life.
  const sweep = db.prepare('update node set swept = 1, lease_until = 0 where lease_until < ?1 and swept = 0')
  // Leans on execution_live: running executions are few beside the history.
  const lost = db.prepare(`
    select e.id as execution_id, e.workspace_key, e.job_key, e.attempt, e.node_key, e.started_at,
      coalesce(e.overrides, j.target) as target, j.policies
    from execution e indexed by execution_live join job j on j.key = e.job_key
    where e.status = 1 and e.status < 2 and e.node_key in (select key from node where lease_until < ?1)
    order by e.scheduled_for, e.id limit ?2`)
  const endAttempt = db.prepare(`
    update execution set status = ?6, reason = ?7, node_key = null, overrides = case when ?6 = 0 then overrides end,
      not_before = case when ?6 = 0 then ?5 end, started_at = case when ?6 = 0 then null else started_at end,
      finished_at = case when ?6 = 0 then null else ?5 end, error = ?8
    where workspace_key = ?1 and id = ?2 and attempt = ?3 and status = 1 and node_key = ?4
      and exists (select 1 from node where key = ?4 and lease_until < ?9)`)
  const keep = db.prepare(`
    insert into attempt (workspace_key, execution_id, number, status, started_at, finished_at, error)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7) on conflict do nothing`)
  const jobDeleted = db.prepare(`
    update execution set status = 4, reason = 5, finished_at = ?3, overrides = null
    where workspace_key = ?1 and id = ?2 and status = 0 and exists (select 1 from job where key = job_key and state = 3)`)

  const join: Nodes['join'] = ({ node, leaseNow, leaseUntil }) => {
    if (!lock.take()) return null
    // Whoever else held a lease ended without a word, else it would still hold the lock.
    overAll.run(leaseNow)
    forget.run()
    return Number(insert.run(node.id, node.host, node.pid, node.startedAt, leaseUntil).lastInsertRowid)
  }

  const findLost: Nodes['lost'] = ({ leaseNow, limit }) => {
    if (dead.get(leaseNow) === undefined) return []
    const rows = lost.all(leaseNow, limit) as LostRow[]
    if (rows.length === 0) sweep.run(leaseNow)
    return rows
  }

  const recover: Nodes['recover'] = ({ lost: execution, to: wanted, now, leaseNow, isCrash }) => {
    const { workspaceKey, executionId, attempt, nodeKey, startedAt, jobKey } = execution
    const isQuarantined = isCrash && crashes.isLast(jobKey, nodeKey)
    const to = isQuarantined ? 'uncertain' : wanted
    const ended = endAttempt.run(
      workspaceKey,
      executionId,
      attempt,
      nodeKey,
      now,
      STATUS_CODE[to],
      isQuarantined ? REASON_CODE.quarantined : REASON_OF[to],
      NODE_ENDED,
      leaseNow,
    )
    if (ended.changes === 0) return { to: 'gone', isPaused: false }

    // Sent or not, nobody knows: that is what the attempt was, whatever becomes of its execution.
    keep.run(workspaceKey, executionId, attempt, STATUS_CODE.uncertain, startedAt, now, NODE_ENDED)
    if (to === 'pending') jobDeleted.run(workspaceKey, executionId, now)
    const isPaused = isQuarantined && crashes.quarantine(jobKey, now)
    if (isCrash && !isQuarantined) crashes.count(jobKey, nodeKey)
    queue.unpark(jobKey)
    return { to, isPaused }
  }

  return {
    isAlive: (nodeKey, leaseNow) => alive.get(nodeKey, leaseNow) !== undefined,
    join,
    // A thread that took over from one that died does not hold the lock: the node must join anew, and so finds what was
    // claimed in a commit whose answer was lost.
    renew: ({ nodeKey, leaseNow, leaseUntil }) =>
      lock.isHeld() && extend.run(nodeKey, leaseNow, leaseUntil).changes === 1,
    leave: (nodeKey) => {
      over.run(nodeKey)
      lock.free()
    },
    lost: findLost,
    recover,
  }
}
