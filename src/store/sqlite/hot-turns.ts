/**
 * Whose turn it is: pending executions that are due, the oldest first while all of them fit; workspace by workspace when
 * they do not, so that one that floods the queue delays the others by no more than its own next turn.
 */
import type { DatabaseSync } from 'node:sqlite'
import { TRIGGER_CODE } from '../sql/codes.ts'

export type Candidate = { workspace_key: number; id: string; job_key: number; exclusive: number }

export type Turns = {
  /** At most `limit` of one trigger. `except`: workspaces that are not asked. */
  readonly next: (query: {
    readonly trigger: number
    readonly now: number
    readonly limit: number
    readonly except: ReadonlySet<number>
  }) => readonly Candidate[]
  /** When the next pending execution comes due, after `now`; null when none waits for a time. */
  readonly nextAfter: (trigger: number, now: number) => number | null
}

/** So many workspaces share one look; the next look goes on with those after them. */
const MOST_SHARING = 64
/** A workspace whose line is not due yet is passed by; a look passes by so many at most (3 µs each). */
const MOST_PASSED_BY = 2000

export const openTurns = (db: DatabaseSync): Turns => {
  const oldest = db.prepare(`
    select workspace_key, id, job_key, exclusive from execution indexed by execution_queue
    where status = 0 and parked = 0 and "trigger" = ?1 and not_before <= ?2
    order by not_before limit ?3`)
  const workspaceAfter = db.prepare(`
    select workspace_key as key from execution indexed by execution_turn
    where status = 0 and "trigger" = ?1 and workspace_key > ?2 order by workspace_key limit 1`)
  const lineOf = db.prepare(`
    select workspace_key, id, job_key, exclusive from execution indexed by execution_turn
    where status = 0 and "trigger" = ?1 and workspace_key = ?2 and parked = 0 and not_before <= ?3
    order by not_before limit ?4`)
  const waiting = db.prepare(`
    select min(not_before) as next from execution indexed by execution_queue
    where status = 0 and parked = 0 and "trigger" = ?1 and not_before > ?2`)
  const paused = db.prepare('select key from workspace where catch_up_paused_at is not null')
  /** By trigger, the workspace that had the last turn. */
  const lastTurn = new Map<number, number>()

  const next: Turns['next'] = ({ trigger, now, limit, except }) => {
    const isCatchUp = trigger === TRIGGER_CODE.catch_up
    const skipped = isCatchUp ? new Set([...except, ...pausedWorkspaces()]) : except
    // A paused workspace's line may be long: catch-up work is never taken from all lines at once.
    if (skipped.size > 0 || isCatchUp) return inTurns(trigger, now, limit, sharing(trigger, now, skipped))
    const page = oldest.all(trigger, now, limit) as Candidate[]
    if (page.length < limit) return page
    const workspaces = sharing(trigger, now, skipped)
    return workspaces.length < 2 ? page : inTurns(trigger, now, limit, workspaces)
  }

  const inTurns = (trigger: number, now: number, limit: number, workspaces: readonly number[]): Candidate[] => {
    const taken: Candidate[] = []
    // An even part for each; what the short lines leave is shared out by the next call.
    const part = Math.max(1, Math.floor(limit / Math.max(1, workspaces.length)))
    for (const key of workspaces.slice(0, limit)) {
      taken.push(...(lineOf.all(trigger, key, now, part) as Candidate[]))
      lastTurn.set(trigger, key)
    }
    return taken
  }

  /** Workspaces with something due, from the one after the last turn on, around. */
  const sharing = (trigger: number, now: number, skipped: ReadonlySet<number>): number[] => {
    const found: number[] = []
    const start = lastTurn.get(trigger) ?? 0
    let at = start
    let around = false
    for (let passed = 0; passed < MOST_PASSED_BY && found.length < MOST_SHARING; passed++) {
      const key = workspaceAfter.get(trigger, at)?.key as number | undefined
      if (key === undefined) {
        if (around) break
        around = true
        at = 0
        continue
      }
      if (around && key > start) break
      at = key
      if (skipped.has(key)) continue
      if (lineOf.get(trigger, key, now, 1) !== undefined) found.push(key)
    }
    return found
  }

  const pausedWorkspaces = (): number[] => paused.all().map((row) => row.key as number)

  return {
    next,
    nextAfter: (trigger, now) => (waiting.get(trigger, now)?.next as number | null | undefined) ?? null,
  }
}
