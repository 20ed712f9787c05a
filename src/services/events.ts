/** The events of a workspace: those that were, and those that come. */
import { may } from '../auth/permissions.ts'
import type { Actor } from '../domain/actor.ts'
import type { Clock } from '../domain/clock.ts'
import { DomainError } from '../domain/errors.ts'
import { EVERY_EVENT_TYPE, type Event, type EventType, isForAll } from '../domain/event.ts'
import type { Page } from '../domain/page.ts'
import { allow, jobFor, userIdOf } from './authorise.ts'
import type { Deps } from './deps.ts'
import { pageOf } from './paging.ts'

type Chosen = {
  /** Default: all that the actor may hear of. */
  readonly types?: readonly EventType[] | undefined
  readonly jobId?: string | undefined
  /** Only those after the event of this number. */
  readonly after?: number | undefined
}

export type Events = {
  readonly list: (
    actor: Actor,
    query: Chosen & { readonly descending: boolean; readonly cursor: string | null; readonly limit: number },
  ) => Promise<Page<Event>>
  /**
   * Pages of events, oldest first, those after `after` and then whatever comes, until the signal says stop: nothing twice,
   * and no gap. A page is read when the one before was taken: who reads slowly is waited for.
   */
  readonly follow: (actor: Actor, query: Chosen, stop: AbortSignal) => Promise<AsyncGenerator<readonly Event[]>>
}

const LOOK_EVERY_MS = 250
const PAGE = 100
const MOST_PER_USER = 10
const MOST_PER_WORKSPACE = 50
/** A stream that comes back within this time finds that it was listened for all the while. */
const LISTENED_MS = 60_000
const RENEW_MS = 20_000
/** Written only where somebody listens; all else is there anyway. */
const HEARD_ONLY: readonly EventType[] = ['execution.succeeded', 'execution.skipped', 'job.ended']

export const createEvents = ({ store, clock, auth }: Deps): Events => {
  const open = new Map<string, number>()

  const typesFor = (actor: Actor, wanted: readonly EventType[] | undefined): readonly EventType[] => {
    const hearsAll = may(actor, 'audit.view', null)
    const types = (wanted ?? EVERY_EVENT_TYPE).filter((type) => hearsAll || isForAll(type))
    if (types.length === 0) throw new DomainError('forbidden', 'Only an administrator hears of accounts and sessions.')
    return types
  }

  const enter = (actor: Actor): (() => void) => {
    const counts = [
      [`user ${userIdOf(actor)}`, MOST_PER_USER],
      [`workspace ${actor.workspaceKey}`, MOST_PER_WORKSPACE],
    ] as const
    for (const [name, most] of counts) {
      if ((open.get(name) ?? 0) < most) continue
      const message = `At most ${most} streams of events at a time are open for a ${name.split(' ')[0]}; close one first.`
      throw new DomainError('rate_limited', message, { retryAfter: 10 })
    }
    for (const [name] of counts) open.set(name, (open.get(name) ?? 0) + 1)
    return () => {
      for (const [name] of counts) {
        const left = (open.get(name) ?? 1) - 1
        if (left === 0) open.delete(name)
        else open.set(name, left)
      }
    }
  }

  const listening = (actor: Actor, jobKey: number | null) => {
    let renewAt = Number.NEGATIVE_INFINITY
    return async (): Promise<void> => {
      if (clock.monotonic() < renewAt) return
      renewAt = clock.monotonic() + RENEW_MS
      const now = clock.now()
      // One for all streams of the workspace or the job: they come and go, the row stays one.
      const id = `stream ${actor.workspaceKey} ${jobKey ?? 'all'}`
      const { workspaceKey } = actor
      await store.events.listen({ id, workspaceKey, jobKey, types: null, expiresAt: now + LISTENED_MS }, now)
    }
  }

  const follow = async (actor: Actor, { types, jobId, after }: Chosen, stop: AbortSignal) => {
    allow(actor, 'execution.view', null)
    const chosen = typesFor(actor, types)
    const job = jobId === undefined ? null : await jobFor(store, actor, 'job.view', jobId)
    stop.addEventListener('abort', enter(actor), { once: true })
    const renew = listening(actor, job?.key ?? null)
    const isNeeded = chosen.some((type) => HEARD_ONLY.includes(type))
    const { workspaceKey } = actor

    // Before anybody is told that the stream stands: what happens right after that is part of it.
    const present = await store.events.newest(workspaceKey)
    if (isNeeded) await renew()

    const run = async function* (): AsyncGenerator<readonly Event[]> {
      // A number that was never given belongs to another database.
      let at = Math.min(after ?? present, present)
      while (!stop.aborted) {
        if (isNeeded) await renew()
        const newest = await store.events.newest(workspaceKey)
        while (at < newest && !stop.aborted) {
          const filter = { types: chosen, after: at, descending: false, cursor: null, limit: PAGE }
          const page = await store.events.list(workspaceKey, jobId === undefined ? filter : { ...filter, jobId })
          const last = page.items.at(-1)?.number ?? at
          at = page.nextCursor === null ? Math.max(newest, last) : last
          if (page.items.length > 0) yield page.items
        }
        await ringOrStop(clock, LOOK_EVERY_MS, stop)
      }
    }
    return run()
  }

  return {
    list: async (actor, { types, jobId, after, descending, cursor, limit }) => {
      allow(actor, 'execution.view', null)
      const { workspaceKey } = actor
      const chosen = typesFor(actor, types)
      if (jobId !== undefined) await jobFor(store, actor, 'job.view', jobId)
      const filter = {
        types: chosen,
        descending,
        ...(jobId === undefined ? {} : { jobId }),
        ...(after === undefined ? {} : { after }),
      }
      return pageOf(
        auth.cursors,
        { cursor, limit, scope: { workspaceKey, list: 'events', filter } },
        (inner) => store.events.list(workspaceKey, { ...filter, ...inner }),
        (events) => events,
      )
    },
    follow,
  }
}

const ringOrStop = (clock: Clock, delayMs: number, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      cancel()
      stop.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(delayMs, done)
    if (stop.aborted) done()
    else stop.addEventListener('abort', done)
  })
