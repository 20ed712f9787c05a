/** Reads the database as the server left it: what the checker compares with what the receiver and the clients saw. */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { firstIdAt } from '../../../src/domain/ids.ts'
import { DELETED, reasonOf, STATUS_CODE, stateOf, statusOf, triggerOf } from '../../../src/store/sql/codes.ts'
import type { Finished, Kept } from '../checker/history.ts'

type Row = Readonly<Record<string, number | string | null>>

const number = (value: Row[string] | undefined): number => {
  if (typeof value !== 'number') throw new Error(`expected a number, found ${JSON.stringify(value)}`)
  return value
}
const numberOrNull = (value: Row[string] | undefined): number | null => (value === null ? null : number(value))

const opened = <T>(path: string, use: (rows: (sql: string) => Row[]) => T): T => {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    return use((sql) => db.prepare(sql).all() as Row[])
  } finally {
    db.close()
  }
}

export const readKept = (path: string): Kept =>
  opened(path, (rows) => ({
    jobs: rows('select key, id, name, state, schedule_version, metadata from job').map((row) => ({
      key: number(row.key),
      id: String(row.id),
      name: String(row.name),
      state: row.state === DELETED ? 'deleted' : stateOf(number(row.state)),
      scheduleVersion: number(row.schedule_version),
      revision: String(JSON.parse(String(row.metadata ?? '{}')).revision ?? ''),
    })),
    executions: rows(
      `select id, job_key, schedule_version, scheduled_for, last_for, occurrences, "trigger", status, reason, attempt, not_before,
        finished_at from execution`,
    ).map((row) => ({
      id: String(row.id),
      jobKey: number(row.job_key),
      scheduleVersion: numberOrNull(row.schedule_version),
      scheduledFor: number(row.scheduled_for),
      lastFor: numberOrNull(row.last_for),
      occurrences: number(row.occurrences),
      trigger: triggerOf(number(row.trigger)),
      status: statusOf(number(row.status)),
      reason: row.reason === null ? null : reasonOf(number(row.reason)),
      attempt: number(row.attempt),
      notBefore: numberOrNull(row.not_before),
      finishedAt: numberOrNull(row.finished_at),
    })),
    attempts: rows('select execution_id, number, status, finished_at from attempt').map((row) => ({
      executionId: String(row.execution_id),
      number: number(row.number),
      status: statusOf(number(row.status)),
      finishedAt: numberOrNull(row.finished_at),
    })),
    due: rows('select next_run_at, job_key, schedule_version from due').map((row) => ({
      nextRunAt: number(row.next_run_at),
      jobKey: number(row.job_key),
      scheduleVersion: number(row.schedule_version),
    })),
  }))

/** What a crash left, byte for byte, to be looked at without touching what the next start will find. */
export const copyOf = (path: string, directory: string): string => {
  mkdirSync(directory, { recursive: true })
  const copy = join(directory, basename(path))
  // The shared-memory file is only an index of the log, made anew by whoever opens first.
  for (const suffix of ['', '-wal']) if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix)
  return copy
}

/** `ok`, or what is broken. */
export const integrityOf = (path: string): string =>
  opened(path, (rows) =>
    rows('pragma integrity_check')
      .map((row) => row.integrity_check)
      .join('; '),
  )

/** Runs born since `since` that are finished by now. */
export const finishedSince = (path: string, since: number): Finished[] =>
  opened(path, (rows) =>
    rows(
      `select id, status, attempt, finished_at from execution
        where id >= '${firstIdAt(since)}' and status >= ${STATUS_CODE.success}`,
    ).map((row) => ({
      id: String(row.id),
      status: statusOf(number(row.status)),
      attempt: number(row.attempt),
      finishedAt: numberOrNull(row.finished_at),
    })),
  )
