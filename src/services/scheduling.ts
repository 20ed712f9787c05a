/** Holding all claiming, and letting it go on: for the operator, who is the admin of the first workspace. */
import { isOperator } from '../auth/permissions.ts'
import type { Actor } from '../domain/actor.ts'
import { DomainError, invalid } from '../domain/errors.ts'
import { allow, userIdOf } from './authorise.ts'
import type { Deps } from './deps.ts'
import type { Held } from './hold.ts'
import { noting } from './noting.ts'

const LONGEST_NOTE = 200

export type Scheduling = {
  /** What is claimed already (at most 50 ms ahead) is still sent, what runs goes on. Once more changes the note alone. */
  readonly pause: (actor: Actor, note: string | null, how?: 'paused' | 'stopped') => Promise<Held>
  /** What came due meanwhile is dealt with by each job's misfire policy. */
  readonly resume: (actor: Actor) => Promise<void>
}

export const createScheduling = (deps: Deps): Scheduling => {
  const { hold, clock, signals, log } = deps
  const telling = (actor: Actor, deed: 'scheduling.held' | 'scheduling.released') =>
    noting(deps, actor, { deed, subject: { kind: 'server', id: 'scheduling' } }).people

  const operator = (actor: Actor): void => {
    allow(actor, 'scheduling.hold', null)
    if (!isOperator(actor))
      throw new DomainError('forbidden', 'Only an admin of the first workspace may hold the scheduling of all.')
  }

  return {
    pause: async (actor, note, how = 'paused') => {
      operator(actor)
      if (note !== null && note.length > LONGEST_NOTE)
        throw invalid('note', note, `give at most ${LONGEST_NOTE} characters`)
      await hold.refresh()
      const since = hold.held()?.since ?? clock.now()
      const held: Held = { since, by: userIdOf(actor), note, ...(how === 'stopped' ? { stopped: true } : {}) }
      await hold.set(held, telling(actor, 'scheduling.held'))
      log.warn('all claiming is held by the operator', { user_id: held.by, note })
      return held
    },
    resume: async (actor) => {
      operator(actor)
      await hold.set(null, telling(actor, 'scheduling.released'))
      log.warn('claiming goes on', { user_id: userIdOf(actor) })
      signals.wake()
    },
  }
}
