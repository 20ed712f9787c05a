/** Events inside the writer: each has the next number of its workspace, and is written in the transaction of its cause. */
import type { DatabaseSync } from 'node:sqlite'
import type { EventType, Fact } from '../../domain/event.ts'
import { REASON_CODE, STATUS_CODE } from '../sql/codes.ts'
import { type BatchColumns, CLAIM, EXECUTION, OUTCOME } from './batch-columns.ts'

export type NewEvent = {
  readonly workspaceKey: number
  readonly at: number
  readonly type: EventType
  readonly subject: { readonly kind: string; readonly id: string }
  readonly jobId: string | null
  readonly actorId: string | null
  readonly data: Readonly<Record<string, unknown>>
}

/** `failures`: how many in a row. */
type WhyPaused =
  | { readonly reason: 'failures'; readonly failures: number }
  | { readonly reason: 'quarantined' }
  | { readonly reason: 'end_date'; readonly ends_on: string }

export type EventWriter = {
  readonly write: (event: NewEvent) => void
  /** An outcome that was recorded as `to`: told when it is exceptional, or the caller says that somebody listens. */
  readonly recorded: (batch: BatchColumns, index: number, to: number) => void
  /** An occurrence that did not run: missed ones always, skipped ones where somebody listens. */
  readonly unran: (batch: BatchColumns, claimAt: number, index: number) => void
  readonly ended: (batch: BatchColumns, claimAt: number) => void
  readonly autoPaused: (workspaceKey: number, jobKey: number, at: number, why: WhyPaused) => void
  /** `days` from now to `ends_on`. */
  readonly endsSoon: (
    workspaceKey: number,
    jobKey: number,
    at: number,
    ends: { readonly ends_on: string; readonly days: number },
  ) => void
  readonly uncertain: (workspaceKey: number, executionId: string, at: number, error: string) => void
}

/** An error may repeat what a target said. */
const LONGEST_ERROR = 500

const CALLS_THE_TEAM: ReadonlySet<Fact> = new Set(['job.auto_paused', 'job.ends_soon'])

const FACT_OF: Readonly<Record<number, Fact>> = {
  [STATUS_CODE.success]: 'execution.succeeded',
  [STATUS_CODE.failed]: 'execution.failed',
  [STATUS_CODE.uncertain]: 'execution.uncertain',
}

const REASON_NAMES = new Map<number, string>(Object.entries(REASON_CODE).map(([name, code]) => [code, name]))

export const openEvents = (db: DatabaseSync): EventWriter => {
  // The newest event of a workspace is never forgotten, so that no number is given twice.
  const insert = db.prepare(`
    insert into event (workspace_key, number, at, type, subject_kind, subject_id, job_id, actor_id, data)
    select ?1, 1 + coalesce((select number from event where workspace_key = ?1 order by number desc limit 1), 0),
      ?2, ?3, ?4, ?5, ?6, ?7, ?8`)
  const job = db.prepare(`
    select id, name, (select slack_handle from catalog where key = job.team_key) as mention from job where key = ?1`)
  // Asked for each success: a row that is mostly not there, found in the transaction of the outcome itself.
  const hearsSuccess = db.prepare('select 1 from job_alerts where job_key = ?1 and hears % 2 = 1')
  const execution = db.prepare(`
    select j.id, j.name, e.scheduled_for, e."trigger" from execution e join job j on j.key = e.job_key
    where e.workspace_key = ?1 and e.id = ?2`)

  const write = ({ workspaceKey, at, type, subject, jobId, actorId, data }: NewEvent): void => {
    insert.run(workspaceKey, at, type, subject.kind, subject.id, jobId, actorId, JSON.stringify(data))
  }

  const ofExecution = (
    of: { readonly workspaceKey: number; readonly id: string; readonly at: number; readonly type: Fact },
    data: Readonly<Record<string, unknown>>,
  ): void => {
    const row = execution.get(of.workspaceKey, of.id)
    if (row === undefined) return
    write({
      workspaceKey: of.workspaceKey,
      at: of.at,
      type: of.type,
      subject: { kind: 'execution', id: of.id },
      jobId: row.id as string,
      actorId: null,
      data: { job_name: row.name, scheduled_for: instant(row.scheduled_for as number), ...data },
    })
  }

  const ofJob = (
    of: { readonly workspaceKey: number; readonly jobKey: number; readonly at: number; readonly type: Fact },
    data: Readonly<Record<string, unknown>>,
  ): void => {
    const row = job.get(of.jobKey)
    if (row === undefined) return
    const id = row.id as string
    const { workspaceKey, at, type } = of
    // Those in charge are called by their handle in what is said of it.
    const mention = CALLS_THE_TEAM.has(type) && row.mention !== null ? { mention: row.mention } : {}
    write({
      workspaceKey,
      at,
      type,
      subject: { kind: 'job', id },
      jobId: id,
      actorId: null,
      data: { job_name: row.name, ...data, ...mention },
    })
  }

  return {
    write,

    recorded: ({ now, outcomes }, index, to) => {
      const at = index * OUTCOME.width
      const type = FACT_OF[to]
      if (type === undefined) return
      const isTold = to !== STATUS_CODE.success || outcomes.numbers[at + OUTCOME.told] === 1
      if (!isTold && hearsSuccess.get(outcomes.numbers[at + OUTCOME.jobKey] as number) === undefined) return
      const statusCode = outcomes.numbers[at + OUTCOME.statusCode] as number
      const error = outcomes.errors[index] ?? null
      ofExecution(
        {
          workspaceKey: outcomes.numbers[at + OUTCOME.workspaceKey] as number,
          id: outcomes.ids[index] as string,
          at: now,
          type,
        },
        {
          attempt: outcomes.numbers[at + OUTCOME.attempt],
          status_code: Number.isNaN(statusCode) ? null : statusCode,
          ...(error === null ? {} : { error: error.slice(0, LONGEST_ERROR) }),
        },
      )
    },

    unran: ({ now, claims, executions }, claimAt, index) => {
      const at = index * EXECUTION.width
      const birth = executions.numbers[at + EXECUTION.birth] as number
      const isMissed = birth === STATUS_CODE.missed
      if (!isMissed && claims.numbers[claimAt + CLAIM.told] !== 1) return
      const lastFor = executions.numbers[at + EXECUTION.lastFor] as number
      ofExecution(
        {
          workspaceKey: claims.numbers[claimAt + CLAIM.workspaceKey] as number,
          id: executions.ids[index] as string,
          at: now,
          type: isMissed ? 'execution.missed' : 'execution.skipped',
        },
        {
          reason: REASON_NAMES.get(executions.numbers[at + EXECUTION.reason] as number) ?? null,
          ...(isMissed
            ? {
                last_for: Number.isNaN(lastFor) ? null : instant(lastFor),
                occurrences: executions.numbers[at + EXECUTION.occurrences],
              }
            : {}),
        },
      )
    },

    ended: ({ now, claims }, claimAt) => {
      if (claims.numbers[claimAt + CLAIM.told] !== 1) return
      const workspaceKey = claims.numbers[claimAt + CLAIM.workspaceKey] as number
      ofJob({ workspaceKey, jobKey: claims.numbers[claimAt + CLAIM.jobKey] as number, at: now, type: 'job.ended' }, {})
    },

    autoPaused: (workspaceKey, jobKey, at, why) => ofJob({ workspaceKey, jobKey, at, type: 'job.auto_paused' }, why),

    endsSoon: (workspaceKey, jobKey, at, ends) => ofJob({ workspaceKey, jobKey, at, type: 'job.ends_soon' }, ends),

    uncertain: (workspaceKey, id, at, error) =>
      ofExecution({ workspaceKey, id, at, type: 'execution.uncertain' }, { error }),
  }
}

const instant = (epochMs: number): string => new Date(epochMs).toISOString()
