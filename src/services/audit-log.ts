/** The audit log: who did what, and the proof that nothing of it was changed. */
import type { Actor } from '../domain/actor.ts'
import { type AuditEntry, type Break, followChain, type Link } from '../domain/audit.ts'
import { invalid } from '../domain/errors.ts'
import type { Page } from '../domain/page.ts'
import type { AuditFilter } from '../store/store.ts'
import { allow } from './authorise.ts'
import type { Deps } from './deps.ts'
import { pageOf } from './paging.ts'

type AuditQuery = {
  readonly actorId?: string | undefined
  /** A deed such as `job.changed`, or all of a kind: `job`. */
  readonly deed?: string | undefined
  readonly subjectId?: string | undefined
  readonly from?: number | undefined
  readonly until?: number | undefined
  readonly cursor: string | null
  readonly limit: number
}

export type ChainCheck = {
  /** Entries that were looked at by this request. */
  readonly entries: number
  /** So far the chain holds; the next request goes on from here. */
  readonly upTo: Link
  /** False: there is more to look at. */
  readonly done: boolean
  /** `truncated`: entries at the new end are gone. */
  readonly problem: { readonly number: number; readonly problem: Break['problem'] | 'truncated' } | null
}

export type AuditLog = {
  readonly list: (actor: Actor, query: AuditQuery) => Promise<Page<AuditEntry>>
  /** Follows a stretch of the chain. `remembered`: a head that was kept elsewhere, which must still be in it. */
  readonly check: (
    actor: Actor,
    from: { readonly after: Link | null; readonly remembered: Link | null },
  ) => Promise<ChainCheck>
}

const PAGE = 1000
/** So that one request takes well under a second. */
const MOST_ENTRIES = 10_000

export const createAuditLog = ({ store, auth }: Deps): AuditLog => ({
  list: async (actor, query) => {
    allow(actor, 'audit.view', null)
    const { workspaceKey } = actor
    const { cursor, limit, ...asked } = query
    const { from, until } = asked
    if (from !== undefined && until !== undefined && from >= until) {
      throw invalid('until', until, 'give an instant later than `from`')
    }
    const filter = given(asked)
    return pageOf(
      auth.cursors,
      { cursor, limit, scope: { workspaceKey, list: 'audit', filter } },
      (inner) => store.audit.list(workspaceKey, { ...filter, ...inner }),
      (entries) => entries,
    )
  },

  check: async (actor, { after, remembered }) => {
    allow(actor, 'audit.view', null)
    const { workspaceKey } = actor
    let upTo = after ?? (await store.audit.chain(workspaceKey)).anchor
    let entries = 0
    const found = (problem: ChainCheck['problem']): ChainCheck => ({ entries, upTo, done: true, problem })

    while (entries < MOST_ENTRIES) {
      const page = await store.audit.after(workspaceKey, upTo.number, PAGE)
      const followed = followChain(workspaceKey, upTo, page)
      entries += followed.upTo.number - upTo.number
      upTo = followed.upTo
      if (followed.broken !== null) return found(followed.broken)
      const kept = page.find(({ number }) => number === remembered?.number)
      if (kept !== undefined && kept.hash !== remembered?.hash)
        return found({ number: kept.number, problem: 'altered' })
      if (page.length === 0) return found(await atTheEnd(workspaceKey))
    }
    return { entries, upTo, done: false, problem: null }

    async function atTheEnd(workspace: number): Promise<ChainCheck['problem']> {
      // Read after the entries, so a deed of this very moment may be missing there, but not here.
      const { head } = await store.audit.chain(workspace)
      const missing = { number: upTo.number + 1, problem: 'truncated' } as const
      if (remembered !== null && remembered.number > Math.max(head.number, upTo.number)) return missing
      if (head.number === upTo.number) {
        return head.hash === upTo.hash ? null : { number: head.number, problem: 'altered' }
      }
      const [next] = await store.audit.after(workspace, upTo.number, 1)
      return next === undefined || head.number < upTo.number ? missing : null
    }
  },
})

/** Without the fields that were not given. */
const given = (query: Omit<AuditQuery, 'cursor' | 'limit'>): Omit<AuditFilter, 'cursor' | 'limit'> =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
