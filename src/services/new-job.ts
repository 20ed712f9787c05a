/** A job that is about to be made: whose it will be, and all that is stored of it. */
import type { Secrets } from '../auth/secrets.ts'
import type { Actor } from '../domain/actor.ts'
import type { JobAlerts } from '../domain/alerts.ts'
import type { Api } from '../domain/application.ts'
import { invalid } from '../domain/errors.ts'
import { isId } from '../domain/ids.ts'
import type { PolicyChoices } from '../domain/policies.ts'
import type { Target } from '../domain/target.ts'
import type { NewJob } from '../store/store.ts'
import { refuseStrangers } from './alerts.ts'
import { allow, allowSome, userIdOf } from './authorise.ts'
import type { Deps } from './deps.ts'
import { nextInstant, stateWith } from './due.ts'
import { refuseEmail } from './email-target.ts'
import { createEndDates } from './end-dates.ts'
import { jobFacts } from './facts.ts'
import { refuseFunction } from './functions.ts'
import { draftOf, type JobInput } from './job-draft.ts'
import { refuseUnknownLimits } from './limits.ts'
import type { Note } from './noting.ts'
import { withSigningSecret } from './target-signing.ts'
import { draftWithVariables } from './target-variables.ts'

/** `newSecret`: a signing secret that was made for it, to be shown once. */
export type Born = { readonly job: NewJob; readonly newSecret: string | null }

/** What some surfaces hold jobs to, and others do not. */
export type SavingChoice = {
  /** Refused as conflict where another job of the workspace has the name. Default false. */
  readonly uniqueName?: boolean | undefined
  /** A timetable without a coming instant is taken; the job has ended then. Default false: `schedule.never_fires`. */
  readonly mayBeOver?: boolean | undefined
  /** So is an end date that has passed. */
  readonly mayHaveEnded?: boolean | undefined
  /** The API that the job is made from, kept with it. conflict: its application has another of the name. */
  readonly api?: Api | undefined
}

export type Identity = Pick<NewJob, 'id' | 'workspaceKey' | 'ownerId'>

export const createNewJobs = ({ store, clock, auth, mayCall, functions, emailJobs, settings }: Deps) => {
  const { today } = createEndDates({ clock, settings })
  const checkOwner = async (actor: Actor, ownerId: string): Promise<void> => {
    const owner = isId(ownerId) ? await store.people.userById(ownerId) : null
    if (owner === null || owner.workspaceKey !== actor.workspaceKey) {
      throw invalid('ownerId', ownerId, 'give the id of a user of this workspace')
    }
  }

  /** `wanted`: somebody else only by an admin; default: the actor. */
  const ownerFor = async (actor: Actor, wanted: string | undefined): Promise<string> => {
    allowSome(actor, 'job.create')
    const ownerId = wanted ?? userIdOf(actor)
    if (ownerId === null) throw invalid('ownerId', undefined, 'the server itself creates jobs for a user only')
    allow(actor, 'job.create', ownerId)
    if (ownerId !== userIdOf(actor)) await checkOwner(actor, ownerId)
    return ownerId
  }

  /** Throws for what is wrong with the input, like every draft. */
  const newJobOf = (
    input: JobInput,
    identity: Identity,
    { mayBeOver = false, mayHaveEnded = false }: SavingChoice = {},
  ): Born => {
    const { workspaceKey, id } = identity
    const now = clock.now()
    const { input: wanted, newSecret } = withSigningSecret(input.target, undefined)
    const given = draftOf(
      { ...input, target: wanted },
      {
        secrets: auth.secrets,
        owner: { workspaceKey, jobId: id },
        stored: null,
        storedTimetable: null,
        zone: settings.timeZone,
        today: today(),
        now,
        mayCall,
        mayBeOver,
        externalId: input.externalId,
        mayHaveEnded,
      },
    )
    const { name, timetable, target, description, policies, metadata, alerts } = draftWithVariables(given, id, null)
    if (name === undefined || timetable === undefined || target === undefined) throw new Error('A draft lacks a field.')
    const job: NewJob = {
      ...identity,
      name,
      description: description ?? null,
      timetable,
      target,
      policies: policies ?? {},
      metadata: metadata ?? {},
      ...(alerts === undefined ? {} : { alerts }),
      ...(input.externalId === undefined ? {} : { externalId: input.externalId }),
      ...beginning({ id, timetable }, { now, isEnabled: input.enabled !== false }),
    }
    return { job, newSecret }
  }

  /** Throws when it names what is not there: a misspelt limit would be none at all, a misspelt function would fail. */
  const refuseUnknown = async (job: {
    readonly workspaceKey: number
    readonly target?: Target | undefined
    readonly policies?: PolicyChoices | undefined
    readonly alerts?: JobAlerts | undefined
    /** What the job has so far. */
    readonly keptAlerts?: JobAlerts | undefined
  }): Promise<void> => {
    if (job.target !== undefined) {
      await refuseFunction(functions, job.workspaceKey, job.target)
      refuseEmail(emailJobs, job.workspaceKey, job.target)
    }
    await refuseUnknownLimits(store, job.workspaceKey, job.policies ?? {})
    if (job.alerts !== undefined) await refuseStrangers({ store }, job.workspaceKey, job.alerts, job.keptAlerts)
  }

  return { checkOwner, ownerFor, newJobOf, refuseUnknown }
}

/** What the audit log is told of it. */
export const noteOfNew = (
  secrets: Secrets,
  job: NewJob,
  deed: 'job.created' | 'job.imported' = 'job.created',
): Note => ({
  deed,
  subject: { kind: 'job', id: job.id },
  after: jobFacts(secrets, job, job),
})

/** In which state a job begins, and when it is first due. */
export const beginning = (
  { id, timetable }: Pick<NewJob, 'id' | 'timetable'>,
  { now, isEnabled }: { readonly now: number; readonly isEnabled: boolean },
): Pick<NewJob, 'state' | 'dueAt' | 'now'> => {
  if (!isEnabled) return { state: 'paused', dueAt: null, now }
  const dueAt = nextInstant({ id, timetable, runs: 0 }, now)
  return { state: stateWith(timetable, dueAt), dueAt, now }
}
