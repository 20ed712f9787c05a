/** Hours of creation, and which of them are summed up. */
import type { Kysely } from 'kysely'
import { madeAt } from '../../domain/ids.ts'
import type { Tables } from './tables.ts'
import { type Statement, statement } from './unit.ts'

export const HOUR_MS = 3_600_000

export const HOUR_STATE = { open: 0, summedUp: 1, stale: 2 } as const

export const hourOf = (instant: number): number => Math.floor(instant / HOUR_MS) * HOUR_MS

/** Tells of each of these instants whether its hour is summed up. */
export const isSummedUp = async (
  read: Kysely<Tables>,
  workspaceKey: number,
  instants: readonly number[],
): Promise<(instant: number) => boolean> => {
  if (instants.length === 0) return () => false
  const hours = instants.map(hourOf)
  const rows = await read
    .selectFrom('rollup_hour')
    .select('hour')
    .where('workspace_key', '=', workspaceKey)
    .where('hour', '>=', Math.min(...hours))
    .where('hour', '<=', Math.max(...hours))
    .where('state', '=', HOUR_STATE.summedUp)
    .execute()
  const summedUp = new Set(rows.map(({ hour }) => hour))
  return (instant) => summedUp.has(hourOf(instant))
}

/** An execution that had ended runs once more: its hour is summed up anew, unless others of it are gone. */
export const sumUpAnew = (read: Kysely<Tables>, workspaceKey: number, executionId: string): Statement =>
  statement(
    read
      .updateTable('rollup_hour')
      .set({ state: HOUR_STATE.stale })
      .where('workspace_key', '=', workspaceKey)
      .where('hour', '=', hourOf(madeAt(executionId)))
      .where('complete', '=', 1),
  )
