/** What ran, for people who turn pages by number: totals, what was called, and sums. */
import type { Actor } from '../domain/actor.ts'
import { notFound } from '../domain/errors.ts'
import type { Status, Trigger } from '../domain/execution.ts'
import { isId } from '../domain/ids.ts'
import type { Target } from '../domain/target.ts'
import type { RanFilter, RanRow, RanTally } from '../store/store.ts'
import { allow, jobFor } from './authorise.ts'
import type { Deps } from './deps.ts'
import { type ExecutionView, executionView } from './execution-view.ts'

export type RanQuery = {
  readonly jobId?: string | undefined
  readonly statuses?: readonly Status[] | undefined
  readonly triggers?: readonly Trigger[] | undefined
  readonly targetKinds?: readonly string[] | undefined
  /** By start, epoch ms: from inclusive, until exclusive. */
  readonly from?: number | undefined
  readonly until?: number | undefined
}

/** `name`: a URL, a function, or owner/repo/workflow. */
export type Called = { readonly kind: string; readonly name: string; readonly repo: string | null }

/** `output`: its first 1000 characters. */
export type RanView = ExecutionView & { readonly called: Called }

/** What was skipped or missed did not run, and what deleted jobs did is not told. */
export type Ran = {
  /** Newest start first; `limit` at most 200. `total` counts among the newest 200 000 executions. */
  readonly page: (
    actor: Actor,
    query: RanQuery & { readonly offset: number; readonly limit: number },
  ) => Promise<{ readonly items: readonly RanView[]; readonly total: number }>
  readonly get: (actor: Actor, id: string) => Promise<RanView>
  readonly tally: (actor: Actor, query: RanQuery) => Promise<RanTally>
}

const LARGEST_PAGE = 200
const OUTPUT_CHARACTERS = 1000

export const createRan = ({ store }: Deps): Ran => {
  const filterOf = async (actor: Actor, query: RanQuery): Promise<RanFilter> => {
    allow(actor, 'execution.view', null)
    const { jobId, statuses, triggers, targetKinds, from, until } = query
    const job = jobId === undefined ? null : await jobFor(store, actor, 'job.view', jobId)
    return {
      ...(job === null ? {} : { jobKey: job.key }),
      ...(statuses === undefined ? {} : { statuses }),
      ...(triggers === undefined ? {} : { triggers }),
      ...(targetKinds === undefined ? {} : { targetKinds }),
      ...(from === undefined ? {} : { from }),
      ...(until === undefined ? {} : { until }),
    }
  }

  return {
    page: async (actor, { offset, limit, ...query }) => {
      const { items, total } = await store.executions.ran(actor.workspaceKey, {
        ...(await filterOf(actor, query)),
        offset: Math.max(0, offset),
        limit: Math.min(Math.max(1, limit), LARGEST_PAGE),
        outputCharacters: OUTPUT_CHARACTERS,
      })
      return { items: items.map(ranView), total }
    },
    get: async (actor, id) => {
      allow(actor, 'execution.view', null)
      const row = isId(id) ? await store.executions.byId(actor.workspaceKey, id) : null
      const job = row === null ? null : await store.jobs.byId(actor.workspaceKey, row.jobId)
      if (row === null || job === null || row.status === 'skipped' || row.status === 'missed')
        throw notFound('execution', id)
      return ranView({ ...row, output: cut(row.output), target: job.target })
    },
    tally: async (actor, query) => store.executions.ranTally(actor.workspaceKey, await filterOf(actor, query)),
  }
}

/** By code points, as the store cuts. */
const cut = (output: string | null): string | null =>
  output === null ? null : [...output.slice(0, 2 * OUTPUT_CHARACTERS)].slice(0, OUTPUT_CHARACTERS).join('')

const ranView = ({ target, ...row }: RanRow): RanView => ({ ...executionView(row), called: calledOf(target) })

const calledOf = (target: Target): Called => {
  if (target.kind === 'http') return { kind: target.kind, name: target.url, repo: null }
  if (target.kind === 'function') return { kind: target.kind, name: target.function, repo: null }
  if (target.kind === 'email') return { kind: target.kind, name: target.to.join(', '), repo: null }
  const { kind, owner, repo, workflow } = target
  return { kind, name: `${owner}/${repo}/${workflow}`, repo }
}
