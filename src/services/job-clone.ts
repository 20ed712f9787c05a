/** A copy of a job: its timetable, target, policies, metadata and alerts; its secrets move inside the server and are never shown. */
import type { Secrets } from '../auth/secrets.ts'
import { placeOf, sealedIn, withSealed } from '../auth/target-secrets.ts'
import type { Actor } from '../domain/actor.ts'
import { invalid } from '../domain/errors.ts'
import { newId } from '../domain/ids.ts'
import type { Job } from '../domain/job.ts'
import type { Target } from '../domain/target.ts'
import type { NewJob } from '../store/store.ts'
import { allow, jobFor } from './authorise.ts'
import type { Deps } from './deps.ts'
import { createEndDates, refuseExpired } from './end-dates.ts'
import { refuse } from './fields.ts'
import { checkName } from './job-rules.ts'
import { type JobView, jobViews } from './job-view.ts'
import { beginning, createNewJobs, noteOfNew } from './new-job.ts'
import { noting } from './noting.ts'
import { refuseAddress } from './targets.ts'
import { staleError } from './written.ts'

export type CloneChoice = {
  /** Default: that of the original with `(copy)` behind it. */
  readonly name?: string | undefined
  /** Default false: a copy is looked at before it runs beside its original. */
  readonly enabled?: boolean | undefined
  readonly ifVersion?: number | null | undefined
  /** Of the copy, for a request that may be repeated: one that is there already is the answer. */
  readonly copyId?: string | undefined
}

const LONGEST_NAME = 200
const COPY = ' (copy)'

export const createCloning = (deps: Deps) => {
  const { store, clock, auth, signals, mayCall } = deps
  const { today } = createEndDates(deps)
  const { ownerFor, refuseUnknown } = createNewJobs(deps)

  return async (actor: Actor, id: string, choice: CloneChoice): Promise<JobView> => {
    const source = await jobFor(store, actor, 'job.view', id)
    const ownerId = await ownerFor(actor, undefined)
    // Whoever may only look at a job must not come to call its target with its secret.
    if (signsIn(source.target)) allow(actor, 'job.change', source.ownerId)
    const { workspaceKey } = actor
    const copyId = choice.copyId ?? newId()
    const made = choice.copyId === undefined ? null : await store.jobs.byId(workspaceKey, copyId)
    if (made !== null) return viewOf(made)
    const { ifVersion = null } = choice
    if (ifVersion !== null && source.version !== ifVersion) throw staleError(source.version)
    const name = (choice.name ?? [...source.name].slice(0, LONGEST_NAME - COPY.length).join('') + COPY).trim()
    refuse(checkName(name))
    if (choice.enabled === true) refuseExpired(source.timetable, today())
    refuseAddress(source.target, mayCall)
    const places = { workspaceKey, from: source.id, to: copyId }
    const { timetable, description, policies, metadata, categoryKey, teamKey } = source
    const kept = (await store.alerts.of([source.key])).get(source.key)?.alerts
    const born: NewJob = {
      id: copyId,
      workspaceKey,
      ownerId,
      name,
      description,
      timetable,
      target: resealed(auth.secrets, source.target, places),
      policies,
      metadata,
      categoryKey,
      teamKey,
      // Snoozed was the original, for what it did.
      ...(kept === undefined ? {} : { alerts: { ...kept, snoozedUntil: null } }),
      ...beginning({ id: copyId, timetable }, { now: clock.now(), isEnabled: choice.enabled === true }),
    }
    await refuseUnknown({ ...born, keptAlerts: kept })
    const copy = await noting(deps, actor, noteOfNew(auth.secrets, born)).jobs.create(born)
    signals.wake()
    return viewOf(copy)
  }

  async function viewOf(job: Job): Promise<JobView> {
    return (await jobViews(deps, job.workspaceKey, [job]))[0] as JobView
  }
}

/** By a secret of its own, or by what a handshake of its application grants. */
const signsIn = (target: Target): boolean =>
  sealedIn(target).length > 0 || (target.kind === 'http' && target.handshake !== undefined)

type Places = { readonly workspaceKey: number; readonly from: string; readonly to: string }

const resealed = (secrets: Secrets, target: Target, { workspaceKey, from, to }: Places): Target =>
  withSealed(target, ({ sealed }, field) => {
    const plain = opened(() => secrets.open(sealed, placeOf({ workspaceKey, jobId: from }, field)), field)
    return { sealed: secrets.seal(plain, placeOf({ workspaceKey, jobId: to }, field)) }
  })

const opened = (open: () => string, field: string): string => {
  try {
    return open()
  } catch {
    throw invalid(field, undefined, 'the key that sealed this secret is lost: give the original its secret again first')
  }
}
