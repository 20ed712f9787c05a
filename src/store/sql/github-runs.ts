/** Workflow runs at GitHub, by the execution that dispatched them; their rows leave with it. */
import { sql } from 'kysely'
import type { GithubRunStore } from '../github-runs.ts'
import { STATUS_CODE } from './codes.ts'
import { type Access, statement } from './unit.ts'

export const createGithubRunStore = ({ read, write }: Access): GithubRunStore => ({
  recall: async ({ workspaceKey, executionId }) => {
    const row = await read
      .selectFrom('execution')
      .leftJoin('github_run', (join) =>
        join
          .onRef('github_run.workspace_key', '=', 'execution.workspace_key')
          .onRef('github_run.execution_id', '=', 'execution.id'),
      )
      .select(['execution.status', 'github_run.sent_at', 'github_run.run_id', 'github_run.judged'])
      .where('execution.workspace_key', '=', workspaceKey)
      .where('execution.id', '=', executionId)
      .executeTakeFirst()
    const { sent_at: sentAt = null, run_id: runId = null, judged = null } = row ?? {}
    return {
      isCancelled: row?.status === STATUS_CODE.cancelled,
      run: sentAt === null ? null : { sentAt, runId, judged: judged ?? 0 },
    }
  },
  keep: async ({ workspaceKey, executionId }, run) => {
    if (run === null) {
      await write([
        statement(
          read
            .deleteFrom('github_run')
            .where('workspace_key', '=', workspaceKey)
            .where('execution_id', '=', executionId),
        ),
      ])
      return
    }
    const { sentAt, runId, judged } = run
    const known = { sent_at: sentAt, run_id: runId, judged }
    await write([
      statement(
        read
          .insertInto('github_run')
          .columns(['workspace_key', 'execution_id', 'sent_at', 'run_id', 'judged'])
          .expression((eb) =>
            eb
              .selectFrom('execution')
              .select([
                'workspace_key',
                'id',
                sql<number>`${sentAt}`.as('sent_at'),
                sql<number | null>`${runId}`.as('run_id'),
                sql<number>`${judged}`.as('judged'),
              ])
              .where('workspace_key', '=', workspaceKey)
              .where('id', '=', executionId),
          )
          .onConflict((conflict) => conflict.columns(['workspace_key', 'execution_id']).doUpdateSet(known)),
      ),
    ])
  },
  taken: async ({ executionId }, runIds) => {
    if (runIds.length === 0) return []
    const rows = await read
      .selectFrom('github_run')
      .select('run_id')
      .where('run_id', 'in', [...runIds])
      .where('execution_id', '<>', executionId)
      .execute()
    return rows.flatMap(({ run_id }) => run_id ?? [])
  },
})
