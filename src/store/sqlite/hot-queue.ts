/**
 * The queue of pending executions: who may be leased next. What comes due and may not start, because another of its job
 * holds a lease or a limit of it is used up, is parked, out of the queue's index, so that ten thousand waiting for one place
 * cost the others nothing. Whatever ends a lease lets the first that waited for it back in; who takes a place and leaves
 * room behind lets in the next. A sweep, now and then, lets in whoever was forgotten: a limit was raised, a waiting one
 * cancelled.
 */
import type { DatabaseSync } from 'node:sqlite'
import { CATCH_UP_SLOT_MS, CATCH_UP_SLOTS } from '../sql/catch-up.ts'
import { TRIGGER_CODE } from '../sql/codes.ts'
import { type HeldLimit, type Limits, openLimits } from './hot-limits.ts'
import { type Candidate, openTurns } from './hot-turns.ts'

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

export type LeaseQuery = {
  readonly nodeKey: number
  readonly now: number
  readonly leaseNow: number
  readonly limit: number
  readonly catchUp?: number
  readonly except?: readonly number[]
  readonly sweep?: boolean
}

export type Queue = {
  readonly limits: Limits
  readonly lease: (query: LeaseQuery) => { readonly leased: LeasedColumns; readonly nextAt: number | null }
  /**
   * To be called by whatever ends a lease otherwise than by a new one: gives back the places of the execution, and lets in
   * who waited for them or for its job. True when somebody was let in.
   */
  readonly release: (ended: {
    readonly workspaceKey: number
    readonly executionId: string
    readonly jobKey: number
  }) => boolean
  /** True when nobody waits for another one of its job and nobody holds a place of a limit: spares the hot path a look-up per outcome. */
  readonly releasesNothing: () => boolean
}

type Row = Candidate & {
  attempt: number
  scheduled_for: number
  waits_for: number | null
  target: string
  job_id: string
  name: string
  policies: string | null
}

/** The codes of `Trigger`, in the order of service. */
const TRIGGERS = [TRIGGER_CODE.manual, TRIGGER_CODE.schedule, TRIGGER_CODE.catch_up] as const
/** One lease looks at no more than this, leased or parked (6 µs each): the rest is for the next. */
const MOST_MET = 3000

export const openQueue = (db: DatabaseSync): Queue => {
  const limits = openLimits(db)
  const turns = openTurns(db)
  // Leans on execution_live.
  const busy = db.prepare('select 1 from execution where job_key = ?1 and status = 1 and status < 2 limit 1')
  const park = db.prepare('update execution set parked = ?3, waits_for = ?4 where workspace_key = ?1 and id = ?2')
  const take = db.prepare(`
    update execution set status = 1, attempt = ?5, node_key = ?3, started_at = ?4, reason = null, finished_at = null,
      waits_for = null
    where workspace_key = ?1 and id = ?2`)
  const found = db.prepare(`
    select e.workspace_key, e.id, e.job_key, e.exclusive, e.attempt + 1 as attempt, e.scheduled_for, e.waits_for,
      coalesce(e.overrides, j.target) as target, j.id as job_id, j.name, j.policies
    from execution e join job j on j.key = e.job_key where e.workspace_key = ?1 and e.id = ?2`)
  // Leans on execution_parked.
  const firstParked = db.prepare(`
    select workspace_key, id from execution where parked = 1 and job_key = ?1 order by "trigger", not_before limit 1`)
  // Leans on execution_waiting.
  const firstWaiting = db.prepare(`
    select workspace_key, id from execution where parked = 2 and waits_for = ?1 order by "trigger", not_before limit 1`)
  const letIn = db.prepare('update execution set parked = 0 where workspace_key = ?1 and id = ?2')
  const anyParked = db.prepare('select 1 from execution where parked = 1 limit 1')
  const aliveNode = db.prepare('select 1 from node where key = ?1 and lease_until >= ?2')
  const wakeAt = db.prepare('update run_limit set wake_at = min(coalesce(wake_at, ?2), ?2) where key = ?1')
  const woken = db.prepare('update run_limit set wake_at = null where wake_at <= ?1 returning key')
  const nextWake = db.prepare('select min(wake_at) as at from run_limit where wake_at is not null')
  const waitedFor = db.prepare(`
    select waits_for as key from execution where parked = 2 and waits_for > ?1 order by waits_for limit 1`)
  const freeEnded = db.prepare(`
    delete from limit_use where not exists (
      select 1 from execution e where e.workspace_key = limit_use.workspace_key and e.id = limit_use.execution_id and e.status = 1)`)
  const countStarted = db.prepare(`
    insert into catch_up_pace (workspace_key, slot, started) values (?1, ?2, ?3)
    on conflict (workspace_key, slot) do update set started = started + excluded.started`)
  const forgetStarted = db.prepare('delete from catch_up_pace where workspace_key = ?1 and slot <= ?2')

  const lease: Queue['lease'] = ({ nodeKey, now, leaseNow, limit, catchUp = limit, except = [], sweep = false }) => {
    const leased = emptyLeased()
    if (aliveNode.get(nodeKey, leaseNow) === undefined) return { leased, nextAt: nextAfter(now) }
    limits.refresh()
    if (sweep) letInForgotten()
    for (const row of woken.all(now)) letInFirst(row.key as number)

    const skipped = new Set(except)
    const count = () => leased.executionIds.length
    let met = 0
    // Who is let in on the way may belong to a trigger that was served before.
    for (let before = -1; before !== met && met < MOST_MET; ) {
      before = met
      for (const trigger of TRIGGERS) serve(trigger)
    }
    countCatchUp(leased, now)
    return { leased, nextAt: met < MOST_MET ? nextAfter(now) : now }

    function serve(trigger: number): void {
      const most = trigger === TRIGGER_CODE.catch_up ? Math.min(limit, count() + catchUp - caughtUp()) : limit
      // What was met has left the index, leased or parked; so the next look begins where this one ended.
      for (let last = -1; count() < most && last !== 0 && met < MOST_MET; met += last) {
        const candidates = turns.next({ trigger, now, limit: most - count(), except: skipped })
        for (const candidate of candidates) consider(candidate, trigger)
        last = candidates.length
      }
    }

    function caughtUp(): number {
      return leased.triggers.filter((trigger) => trigger === TRIGGER_CODE.catch_up).length
    }

    function consider({ workspace_key, id }: Candidate, trigger: number): void {
      const row = found.get(workspace_key, id) as Row | undefined
      if (row === undefined) throw new Error(`Execution ${id} is pending, but its job is not there.`)
      const held = limits.of({ ...row, workspaceKey: workspace_key, jobId: row.job_id }, now)
      if (mayStart(row, held)) start(row, trigger, held)
      // Also who did not start may have been let in by a limit that has room: its turn goes to the next.
      for (const one of held) letInNext(one)
      // The limit it waited for does not hold for it any more; so may the next one find.
      if (row.waits_for !== null && held.every(({ key }) => key !== row.waits_for)) letInFirst(row.waits_for)
    }

    function mayStart(row: Row, held: readonly HeldLimit[]): boolean {
      if (row.exclusive === 1 && busy.get(row.job_key) !== undefined) {
        park.run(row.workspace_key, row.id, FOR_ITS_JOB, null)
        return false
      }
      let latest: { readonly key: number; readonly at: number } | null = null
      for (const one of held) {
        const at = limits.roomAt(one, now)
        if (at === null) {
          park.run(row.workspace_key, row.id, FOR_A_LIMIT, one.key)
          return false
        }
        if (at > now && (latest === null || at > latest.at)) latest = { key: one.key, at }
      }
      if (latest === null) return true
      park.run(row.workspace_key, row.id, FOR_A_LIMIT, latest.key)
      wakeAt.run(latest.key, latest.at)
      return false
    }

    function start(row: Row, trigger: number, held: readonly HeldLimit[]): void {
      take.run(row.workspace_key, row.id, nodeKey, now, row.attempt)
      if (held.length > 0) limits.use(held, row.workspace_key, row.id, now)
      leased.executionIds.push(row.id)
      leased.workspaceKeys.push(row.workspace_key)
      leased.jobKeys.push(row.job_key)
      leased.jobIds.push(row.job_id)
      leased.jobNames.push(row.name)
      leased.attempts.push(row.attempt)
      leased.scheduledFor.push(row.scheduled_for)
      leased.triggers.push(trigger)
      leased.targets.push(row.target)
      leased.policies.push(row.policies)
    }

    function letInNext(one: HeldLimit): void {
      if (firstWaiting.get(one.key) === undefined) return
      const at = limits.roomAt(one, now)
      if (at === null) return
      if (at <= now) letInFirst(one.key)
      else wakeAt.run(one.key, at)
    }
  }

  const nextAfter = (now: number): number | null => {
    const times = [...TRIGGERS.map((trigger) => turns.nextAfter(trigger, now)), nextWake.get()?.at as number | null]
    const known = times.filter((time): time is number => time !== null)
    return known.length === 0 ? null : Math.min(...known)
  }

  const letInFirst = (key: number): boolean => {
    const first = firstWaiting.get(key)
    if (first !== undefined) letIn.run(first.workspace_key as number, first.id as string)
    return first !== undefined
  }

  /** Whoever is let in finds at the gate whether there is room; the others wait on. */
  const letInForgotten = (): void => {
    if (limits.areUsed()) freeEnded.run()
    for (let at = waitedFor.get(0); at !== undefined; at = waitedFor.get(at.key as number)) letInFirst(at.key as number)
  }

  const countCatchUp = (leased: LeasedColumns, now: number): void => {
    const slot = Math.floor(now / CATCH_UP_SLOT_MS)
    const started = new Map<number, number>()
    leased.triggers.forEach((trigger, at) => {
      const workspaceKey = leased.workspaceKeys[at] as number
      if (trigger === TRIGGER_CODE.catch_up) started.set(workspaceKey, (started.get(workspaceKey) ?? 0) + 1)
    })
    for (const [workspaceKey, count] of started) {
      countStarted.run(workspaceKey, slot, count)
      forgetStarted.run(workspaceKey, slot - 2 * CATCH_UP_SLOTS)
    }
  }

  const release: Queue['release'] = ({ workspaceKey, executionId, jobKey }) => {
    const first = firstParked.get(jobKey)
    if (first !== undefined) letIn.run(first.workspace_key as number, first.id as string)
    const freed = limits.free(workspaceKey, executionId).map(letInFirst)
    return first !== undefined || freed.includes(true)
  }

  return {
    limits,
    lease,
    release,
    releasesNothing: () => anyParked.get() === undefined && !limits.areUsed(),
  }
}

const FOR_ITS_JOB = 1
const FOR_A_LIMIT = 2

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
