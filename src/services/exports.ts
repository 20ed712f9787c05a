/** All jobs or executions of a workspace, page after page: however many there are, few are held at once. */
import type { Actor } from '../domain/actor.ts'
import type { JobAlerts } from '../domain/alerts.ts'
import { invalid } from '../domain/errors.ts'
import type { Status, Trigger } from '../domain/execution.ts'
import type { Page } from '../domain/page.ts'
import type { ExecutionFilter } from '../store/store.ts'
import { allow, jobFor } from './authorise.ts'
import type { Deps } from './deps.ts'
import { type ExecutionView, executionView } from './execution-view.ts'
import { filterOf, type JobSelection } from './job-bulk.ts'
import { type JobView, jobViews } from './job-view.ts'

export type RunSelection = {
  readonly jobId?: string | undefined
  readonly statuses?: readonly Status[] | undefined
  readonly trigger?: Trigger | undefined
  /** By time of creation, epoch ms: from inclusive, until exclusive. */
  readonly from?: number | undefined
  readonly until?: number | undefined
}

/** `alerts` null: it never said who hears of it. */
export type ExportedJob = JobView & { readonly alerts: JobAlerts | null }

/** Rights and filters are judged when asked; pages are read as they are taken, each as things are at that moment. */
export type Exports = {
  readonly jobs: (actor: Actor, filter: JobSelection) => Promise<AsyncIterable<readonly ExportedJob[]>>
  readonly executions: (actor: Actor, filter: RunSelection) => Promise<AsyncIterable<readonly ExecutionView[]>>
}

const PAGE = 200

export const createExports = (deps: Deps): Exports => {
  const { store } = deps
  return {
    jobs: async (actor, selection) => {
      allow(actor, 'job.view', null)
      const { workspaceKey } = actor
      const filter = filterOf(actor, selection)
      return pages(
        (cursor) => store.jobs.list(workspaceKey, { ...filter, cursor, limit: PAGE }),
        async (rows): Promise<ExportedJob[]> => {
          const views = await jobViews(deps, workspaceKey, rows)
          const alerts = await store.alerts.of(rows.map(({ key }) => key))
          return views.map((view, at) => ({ ...view, alerts: alerts.get(rows[at]?.key ?? 0)?.alerts ?? null }))
        },
      )
    },

    executions: async (actor, { jobId, statuses, trigger, from, until }) => {
      allow(actor, 'execution.view', null)
      const { workspaceKey } = actor
      if (from !== undefined && until !== undefined && from >= until) {
        throw invalid('until', until, 'give an instant later than `from`')
      }
      const job = jobId === undefined ? null : await jobFor(store, actor, 'job.view', jobId)
      const filter: Omit<ExecutionFilter, 'cursor' | 'limit'> = {
        descending: false,
        ...(job === null ? {} : { jobKey: job.key }),
        ...(statuses === undefined ? {} : { statuses }),
        ...(trigger === undefined ? {} : { trigger }),
        ...(from === undefined ? {} : { from }),
        ...(until === undefined ? {} : { until }),
      }
      return pages(
        (cursor) => store.executions.list(workspaceKey, { ...filter, cursor, limit: PAGE }),
        (rows) => rows.map(executionView),
      )
    },
  }
}

async function* pages<Row, View>(
  ask: (cursor: string | null) => Promise<Page<Row>>,
  view: (rows: readonly Row[]) => Promise<readonly View[]> | readonly View[],
): AsyncGenerator<readonly View[]> {
  let cursor: string | null = null
  do {
    const page: Page<Row> = await ask(cursor)
    yield await view(page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
}
