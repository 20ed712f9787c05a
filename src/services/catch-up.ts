/** Catch-up work of a workspace: how much there is, how long it will take; pausing it and going on. */
import type { Actor } from '../domain/actor.ts'
import type { CatchUpDepth } from '../store/store.ts'
import { allow } from './authorise.ts'
import type { Deps } from './deps.ts'
import { noting } from './noting.ts'

export type CatchUpView = CatchUpDepth & {
  /** At the pace of the last minute; null while that is none, or while it is paused. */
  readonly secondsLeft: number | null
}

export type CatchUpWork = {
  readonly show: (actor: Actor) => Promise<CatchUpView>
  /** What runs goes on; what waits stays. Once more changes nothing. */
  readonly pause: (actor: Actor) => Promise<CatchUpView>
  readonly resume: (actor: Actor) => Promise<CatchUpView>
}

export const createCatchUpWork = (deps: Deps): CatchUpWork => {
  const { store, clock, signals } = deps
  const steering = async (actor: Actor, deed: 'catch_up.paused' | 'catch_up.resumed') => {
    const workspace = await store.people.workspaceByKey(actor.workspaceKey)
    return noting(deps, actor, { deed, subject: { kind: 'workspace', id: workspace?.id ?? '' } }).limits
  }

  const view = async ({ workspaceKey }: Actor): Promise<CatchUpView> => {
    const depth = await store.limits.catchUp(workspaceKey, clock.now())
    return { ...depth, secondsLeft: secondsLeft(depth) }
  }

  return {
    show: async (actor) => {
      allow(actor, 'catch-up.view', null)
      return view(actor)
    },
    pause: async (actor) => {
      allow(actor, 'catch-up.change', null)
      await (await steering(actor, 'catch_up.paused')).pauseCatchUp(actor.workspaceKey, clock.now())
      return view(actor)
    },
    resume: async (actor) => {
      allow(actor, 'catch-up.change', null)
      await (await steering(actor, 'catch_up.resumed')).pauseCatchUp(actor.workspaceKey, null)
      signals.wake()
      return view(actor)
    },
  }
}

const secondsLeft = ({ pending, startedLastMinute, pausedAt }: CatchUpDepth): number | null => {
  if (pending === 0) return 0
  return startedLastMinute === 0 || pausedAt !== null ? null : Math.ceil((pending * 60) / startedLastMinute)
}
