/** How far catch-up work is: what waits and runs, how fast it goes, whether it is paused. */
import { sql } from 'kysely'
import type { CatchUpDepth } from '../limits.ts'
import type { Access } from './unit.ts'
import { statement } from './unit.ts'

/** Starts are counted by these, so that the pace is known after a restart too. */
export const CATCH_UP_SLOT_MS = 10_000
/** A minute of them. */
export const CATCH_UP_SLOTS = 6

export const readCatchUp = async ({ read }: Access, workspaceKey: number, now: number): Promise<CatchUpDepth> => {
  // The conditions stand as literals, so that the partial indexes serve: execution_turn, execution_catching_up.
  const pending = read
    .selectFrom('execution')
    .where('workspace_key', '=', workspaceKey)
    .where(sql<boolean>`"trigger" = 2 and status = 0`)
  const [workspace, waiting, oldest, running, pace] = await Promise.all([
    read.selectFrom('workspace').select('catch_up_paused_at').where('key', '=', workspaceKey).executeTakeFirst(),
    pending.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirst(),
    // What is parked has its line of its own: the oldest of the three lines is the oldest of all.
    Promise.all(
      [0, 1, 2].map((parked) =>
        pending.select('scheduled_for').where('parked', '=', parked).orderBy('not_before').limit(1).executeTakeFirst(),
      ),
    ),
    read
      .selectFrom('execution')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('workspace_key', '=', workspaceKey)
      .where(sql<boolean>`"trigger" = 2 and status = 1`)
      .executeTakeFirst(),
    read
      .selectFrom('catch_up_pace')
      .select(({ fn }) => fn.sum<number | null>('started').as('started'))
      .where('workspace_key', '=', workspaceKey)
      .where('slot', '>', Math.floor(now / CATCH_UP_SLOT_MS) - CATCH_UP_SLOTS)
      .executeTakeFirst(),
  ])
  const instants = oldest.flatMap((row) => (row === undefined ? [] : [row.scheduled_for]))
  return {
    pausedAt: workspace?.catch_up_paused_at ?? null,
    pending: waiting?.count ?? 0,
    running: running?.count ?? 0,
    oldestScheduledFor: instants.length === 0 ? null : Math.min(...instants),
    startedLastMinute: Number(pace?.started ?? 0),
  }
}

export const pauseCatchUp = async (
  { read, write }: Access,
  workspaceKey: number,
  at: number | null,
): Promise<boolean> => {
  const change = read.updateTable('workspace').set({ catch_up_paused_at: at }).where('key', '=', workspaceKey)
  const results = await write([statement(change.where('catch_up_paused_at', at === null ? 'is not' : 'is', null))])
  return results?.[0]?.changes === 1
}
