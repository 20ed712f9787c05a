/**
 * The queue of pending executions: who may be leased next. An exclusive one that comes due while another of its job
 * holds a lease is parked, out of the queue's index, so that ten thousand waiting for one slow job cost the others nothing;
 * whatever ends a lease lets the first parked one of that job back in.
 */
import type { DatabaseSync } from 'node:sqlite'

export type LeasedColumns = {
  readonly executionIds: string[]
  readonly workspaceKeys: number[]
  readonly jobKeys: number[]
  readonly jobIds: string[]
  readonly jobNames: string[]
  readonly attempts: number[]
  readonly scheduledFor: number[]
  readonly triggers: number[]
  readonly targets: string[]
  readonly policies: (string | null)[]
}

export type Queue = {
  readonly lease: (query: {
    readonly nodeKey: number
    readonly now: number
    readonly leaseNow: number
    readonly limit: number
  }) => {
    readonly leased: LeasedColumns
    readonly nextAt: number | null
  }
  /** To be called when a lease of the job ended otherwise than by a new one. True when one that waited for it was let back in. */
  readonly unpark: (jobKey: number) => boolean
  /** True when nothing at all is parked: spares the hot path one look-up per outcome. */
  readonly isEmpty: () => boolean
}

type Candidate = { workspace_key: number; id: string; job_key: number; exclusive: number }

/** The codes of `Trigger`, in the order of service. */
const TRIGGERS = [0, 1, 2] as const

export const openQueue = (db: DatabaseSync): Queue => {
  // Leans on execution_queue.
  const candidates = db.prepare(`
    select workspace_key, id, job_key, exclusive from execution
    where status = 0 and parked = 0 and "trigger" = ?1 and not_before <= ?2
    order by not_before limit ?3`)
  const waiting = db.prepare(`
    select min(not_before) as next from execution
    where status = 0 and parked = 0 and "trigger" = ?1 and not_before > ?2`)
  // Leans on execution_live.
  const busy = db.prepare('select 1 from execution where job_key = ?1 and status = 1 and status < 2 limit 1')
  const park = db.prepare('update execution set parked = 1 where workspace_key = ?1 and id = ?2')
  const take = db.prepare(`
    update execution set status = 1, attempt = attempt + 1, node_key = ?3, started_at = ?4, reason = null, finished_at = null
    where workspace_key = ?1 and id = ?2`)
  const taken = db.prepare(`
    select e.attempt, e.scheduled_for, coalesce(e.overrides, j.target) as target, j.id as job_id, j.name, j.policies
    from execution e join job j on j.key = e.job_key where e.workspace_key = ?1 and e.id = ?2`)
  // Leans on execution_parked.
  const firstParked = db.prepare(`
    select workspace_key, id from execution where parked = 1 and job_key = ?1 order by "trigger", not_before limit 1`)
  const release = db.prepare('update execution set parked = 0 where workspace_key = ?1 and id = ?2')
  const anyParked = db.prepare('select 1 from execution where parked = 1 limit 1')
  const aliveNode = db.prepare('select 1 from node where key = ?1 and lease_until >= ?2')

  const lease: Queue['lease'] = ({ nodeKey, now, leaseNow, limit }) => {
    const leased = emptyLeased()
    const count = () => leased.executionIds.length
    const alive = aliveNode.get(nodeKey, leaseNow) !== undefined

    for (const trigger of TRIGGERS) {
      let met = -1
      // What was met has left the index, leased or parked; so the next look begins where this one ended.
      while (alive && count() < limit && met !== 0) {
        const found = candidates.all(trigger, now, limit - count()) as Candidate[]
        for (const row of found) {
          if (row.exclusive === 1 && busy.get(row.job_key) !== undefined) park.run(row.workspace_key, row.id)
          else takeOne(row, trigger, leased)
        }
        met = found.length
      }
    }
    return { leased, nextAt: nextAfter(now) }

    function takeOne(row: Candidate, trigger: number, into: LeasedColumns): void {
      take.run(row.workspace_key, row.id, nodeKey, now)
      const execution = taken.get(row.workspace_key, row.id)
      if (execution === undefined) throw new Error(`Execution ${row.id} is pending, but its job is not there.`)
      into.executionIds.push(row.id)
      into.workspaceKeys.push(row.workspace_key)
      into.jobKeys.push(row.job_key)
      into.jobIds.push(execution.job_id as string)
      into.jobNames.push(execution.name as string)
      into.attempts.push(execution.attempt as number)
      into.scheduledFor.push(execution.scheduled_for as number)
      into.triggers.push(trigger)
      into.targets.push(execution.target as string)
      into.policies.push(execution.policies as string | null)
    }
  }

  const nextAfter = (now: number): number | null => {
    const times = TRIGGERS.map((trigger) => waiting.get(trigger, now)?.next ?? null)
    const known = times.filter((time): time is number => time !== null)
    return known.length === 0 ? null : Math.min(...known)
  }

  const unpark = (jobKey: number): boolean => {
    const first = firstParked.get(jobKey)
    if (first !== undefined) release.run(first.workspace_key as number, first.id as string)
    return first !== undefined
  }

  return { lease, unpark, isEmpty: () => anyParked.get() === undefined }
}

const emptyLeased = (): LeasedColumns => ({
  executionIds: [],
  workspaceKeys: [],
  jobKeys: [],
  jobIds: [],
  jobNames: [],
  attempts: [],
  scheduledFor: [],
  triggers: [],
  targets: [],
  policies: [],
})
