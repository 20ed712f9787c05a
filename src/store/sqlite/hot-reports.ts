/** Reports inside the writer: what they add to an execution, and outcomes that belong to no node. */
import type { DatabaseSync } from 'node:sqlite'
import { EMPTY_LOG, type ReportLog, withLines } from '../../domain/report.ts'
import type { ReportNote } from '../reports.ts'
import type { BatchColumns } from './batch-columns.ts'
import { type OutcomeParts, openOutcomes } from './hot-outcomes.ts'

type Ending = { readonly batch: BatchColumns; readonly note: ReportNote | null }

export type Reports = {
  readonly note: (note: ReportNote) => boolean
  /** A batch of one outcome, whose `nodeKey` is one of ENDS. */
  readonly end: (ending: Ending) => { recorded: boolean; released: boolean; pausedJobKeys: number[] }
}

/** Whose attempt may be ended: one that no node has, or any. */
export const ENDS = { awaited: 1, running: 0 } as const

type Row = { attempt: number; percent: number | null; message: string | null; log: string; log_dropped: number }

export const openReports = (db: DatabaseSync, parts: OutcomeParts): Reports => {
  const outcomes = openOutcomes(db, parts, `(node_key is null or ?4 = ${ENDS.running})`)
  const running = db.prepare(`
    select 1 from execution where workspace_key = ?1 and id = ?2 and attempt = ?3 and status = 1`)
  const known = db.prepare(`
    select attempt, percent, message, log, log_dropped from report where workspace_key = ?1 and execution_id = ?2`)
  const keep = db.prepare(`
    insert into report (workspace_key, execution_id, attempt, percent, message, log, log_dropped, reported_at, final_attempt,
      final_digest)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    on conflict (workspace_key, execution_id) do update set attempt = ?3, percent = ?4, message = ?5, log = ?6,
      log_dropped = ?7, reported_at = ?8, final_attempt = coalesce(?9, final_attempt),
      final_digest = coalesce(?10, final_digest)`)

  const add = (note: ReportNote): void => {
    const { workspaceKey, executionId, attempt, finalDigest } = note
    const row = known.get(workspaceKey, executionId) as Row | undefined
    // Of the same attempt what was said before stays; a new one begins anew, but the log is the execution's.
    const before = row?.attempt === attempt ? row : undefined
    const log = withLines(logOf(row), note.lines)
    keep.run(
      workspaceKey,
      executionId,
      attempt,
      note.percent ?? before?.percent ?? null,
      note.message ?? before?.message ?? null,
      JSON.stringify(log.lines),
      log.dropped,
      note.now,
      finalDigest === null ? null : attempt,
      finalDigest,
    )
  }

  return {
    note: (note) => {
      if (running.get(note.workspaceKey, note.executionId, note.attempt) === undefined) return false
      add(note)
      return true
    },
    end: ({ batch, note }) => {
      const { recorded, released, pausedJobKeys } = outcomes(batch, true)
      const isRecorded = recorded[0] === 1
      if (isRecorded && note !== null) add(note)
      return { recorded: isRecorded, released, pausedJobKeys }
    },
  }
}

const logOf = (row: Row | undefined): ReportLog =>
  row === undefined ? EMPTY_LOG : { lines: JSON.parse(row.log) as string[], dropped: row.log_dropped }
