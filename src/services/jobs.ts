/** The jobs of a workspace: create, find, change, run, pause, resume, delete. */
import { isDeepStrictEqual } from 'node:util'
import type { Actor } from '../domain/actor.ts'
import { DEFAULT_ALERTS } from '../domain/alerts.ts'
import { nameTaken } from '../domain/errors.ts'
import { newId } from '../domain/ids.ts'
import type { Job, JobState } from '../domain/job.ts'
import type { Page } from '../domain/page.ts'
import { signingOf } from '../domain/target.ts'
import type { JobChange, JobFilter } from '../store/store.ts'
import { allow, jobFor, userIdOf } from './authorise.ts'
import type { Deps } from './deps.ts'
import { A_MOMENT_MS, nextInstant, stateWith } from './due.ts'
import { createEndDates, refuseExpired } from './end-dates.ts'
import { jobFacts } from './facts.ts'
import { createCloning } from './job-clone.ts'
import { type Draft, draftOf, type JobEdit, type JobInput } from './job-draft.ts'
import { placesOf } from './job-places.ts'
import { createJobRuns } from './job-runs.ts'
import { type JobView, jobViews, withNewSecret } from './job-view.ts'
import { leavingOf } from './leaving.ts'
import { createNewJobs, noteOfNew, type SavingChoice } from './new-job.ts'
import { noting } from './noting.ts'
import { pageOf } from './paging.ts'
import { createPausing, takenUpTo } from './pausing.ts'
import { rotationOf } from './signing-rotation.ts'
import { withSigningSecret } from './target-signing.ts'
import { draftWithVariables } from './target-variables.ts'
import { createUndoing } from './undoing.ts'
import { written } from './written.ts'

type JobQuery = {
  readonly state?: JobState | undefined
  /** A user id, or `me`. */
  readonly owner?: string | undefined
  readonly search?: string | undefined
  readonly externalId?: string | undefined
  /** Id, slug or name. */
  readonly category?: string | undefined
  readonly team?: string | undefined
  /** The id of one: jobs that call its APIs. */
  readonly application?: string | undefined
  /** YYYY-MM-DD: with an end date before it. */
  readonly endsBefore?: string | undefined
  readonly sort: 'created_at' | 'name' | 'updated_at'
  readonly descending: boolean
  readonly cursor: string | null
  readonly limit: number
}

/** What an edit changes beside a draft. */
type Extras = {
  readonly ownerId?: string | undefined
  readonly enabled?: boolean | undefined
  readonly api?: SavingChoice['api']
}

export type Jobs = {
  readonly create: (actor: Actor, input: JobInput, how?: SavingChoice) => Promise<JobView>
  readonly list: (actor: Actor, query: JobQuery) => Promise<Page<JobView>>
  /** `forWhat`: refused as well when the actor may not do that to it. Default: look at it. */
  readonly get: (actor: Actor, id: string, forWhat?: 'job.view' | 'job.change' | 'job.run') => Promise<JobView>
  /** Whether another job than `exceptId` has exactly this name. */
  readonly isNamed: (actor: Actor, name: string, exceptId?: string | null) => Promise<boolean>
  /**
   * `ifVersion` null: the last writer wins. Otherwise `stale` when it is not the present version. All of the edit is one
   * change, `enabled` included: what was missed while it was paused is told, not made up for.
   */
  readonly update: (
    actor: Actor,
    id: string,
    edit: JobEdit,
    ifVersion: number | null,
    how?: SavingChoice & {
      /** What changes nothing counts as a change all the same, and is told like one. Default false. */
      readonly evenIfSame?: boolean | undefined
    },
  ) => Promise<JobView>
  readonly delete: (actor: Actor, id: string, ifVersion: number | null) => Promise<void>
  /** A copy with another name, paused unless it is to run at once. */
  readonly clone: ReturnType<typeof createCloning>
  /** Runs now, whatever the state of the job. */
  readonly run: ReturnType<typeof createJobRuns>['run']
  /** Once more changes nothing. */
  readonly pause: ReturnType<typeof createPausing>['pause']
  /** A job that is not paused stays as it is. */
  readonly resume: ReturnType<typeof createPausing>['resume']
  /** Makes a new signing secret, or takes one; the former one signs on for a while. */
  readonly rotateSigningSecret: ReturnType<typeof rotationOf>
  /** The last `past` and the next `coming` instants, oldest first. */
  readonly occurrences: ReturnType<typeof createJobRuns>['occurrences']
  /** The versions of the job, newest first; also of a deleted one. */
  readonly history: ReturnType<typeof createUndoing>['history']
  /** Gives it back a former state (default: the one before), or brings a deleted one back. A change like any other. */
  readonly undo: ReturnType<typeof createUndoing>['undo']
}

export const createJobs = (deps: Deps): Jobs => {
  const { store, clock, auth, signals, mayCall } = deps
  const { run, occurrences } = createJobRuns(deps)
  const { pause, resume } = createPausing(deps)
  const { today } = createEndDates(deps)
  const { checkOwner, ownerFor, newJobOf, refuseUnknown } = createNewJobs(deps)
  const viewOf = async (job: Job): Promise<JobView> => (await jobViews(deps, job.workspaceKey, [job]))[0] as JobView

  const draft = async (edit: JobEdit, stored: Job, mayBeOver = false): Promise<Draft> => {
    const { workspaceKey, id, key } = stored
    // Read only where they are to be changed.
    const alerts =
      edit.alerts === undefined ? undefined : ((await store.alerts.of([key])).get(key)?.alerts ?? DEFAULT_ALERTS)
    const given = draftOf(edit, {
      secrets: auth.secrets,
      owner: { workspaceKey, jobId: id },
      stored: stored.target,
      storedTimetable: stored.timetable,
      zone: deps.settings.timeZone,
      today: today(),
      now: clock.now(),
      mayCall,
      mayBeOver,
      ...(alerts === undefined ? {} : { alerts }),
    })
    const { alerts: wanted, ...rest } = draftWithVariables(given, id, stored)
    return isDeepStrictEqual(wanted, alerts) || wanted === undefined ? rest : { ...rest, alerts: wanted }
  }

  const factsOf = (job: Job, change: JobChange = {}) => jobFacts(auth.secrets, job, { ...job, ...change })

  const changing = (actor: Actor, deed: 'job.changed' | 'job.undone', before: Job, change: JobChange) =>
    noting(deps, actor, {
      // A pause is told as one, whatever else changes with it.
      deed:
        deed === 'job.undone' || change.enabled === undefined ? deed : change.enabled ? 'job.resumed' : 'job.paused',
      subject: { kind: 'job', id: before.id },
      before: factsOf(before),
      after: factsOf(before, change),
    })

  const create = async (actor: Actor, input: JobInput, how: SavingChoice = {}): Promise<JobView> => {
    const ownerId = await ownerFor(actor, input.ownerId)
    const { workspaceKey } = actor
    const made = input.id === undefined ? null : await store.jobs.byId(workspaceKey, input.id)
    if (made !== null) return viewOf(made)
    const { job: born, newSecret } = newJobOf(input, { id: input.id ?? newId(), workspaceKey, ownerId }, how)
    const { uniqueName = false } = how
    if (uniqueName && (await store.jobs.isNamed(workspaceKey, born.name, null))) throw nameTaken(born.name)
    await refuseUnknown(born)
    const placed = {
      ...born,
      ...(await placesOf(store, workspaceKey, input)),
      ...(how.api && { api: how.api }),
    }
    const job = await noting(deps, actor, noteOfNew(auth.secrets, placed)).jobs.create({ ...placed, uniqueName })
    signals.wake()
    return withNewSecret(await viewOf(job), newSecret)
  }

  const changeOf = (
    job: Job,
    given: Draft,
    { ownerId, enabled, api, after }: Extras & { readonly after: number },
  ): JobChange => {
    const { timetable = job.timetable, ...rest } = given
    const isPaused = job.state === 'paused'
    const turns = enabled === undefined || enabled === !isPaused ? {} : { enabled }
    // The same timetable again must not raise the schedule version: instants that were claimed stay what they are.
    const moves = isDeepStrictEqual(timetable, job.timetable) ? {} : { timetable }
    const change = {
      ...differing(rest, job),
      ...(ownerId === undefined || ownerId === job.ownerId ? {} : { ownerId }),
      ...moves,
      ...turns,
      ...(api && { api }),
    }
    if (Object.keys(moves).length + Object.keys(turns).length === 0) return change
    if (turns.enabled === false) return { ...change, dueAt: null, state: 'paused' }
    if (isPaused && turns.enabled === undefined) return { ...change, dueAt: null }
    const dueAt = nextInstant({ ...job, timetable }, isPaused ? Math.max(after, takenUpTo(job, after)) : after)
    return { ...change, dueAt, state: stateWith(timetable, dueAt) }
  }

  type Wanted = Draft & Extras
  type How = {
    readonly deed: 'job.changed' | 'job.undone'
    readonly wanted: (before: Job) => Promise<Wanted>
    readonly uniqueName?: boolean | undefined
    readonly evenIfSame?: boolean | undefined
  }

  /** The job with what is wanted of it, as one guarded change; answered when nothing fires as it was before. */
  const rewrite = async (actor: Actor, id: string, ifVersion: number | null, how: How): Promise<Job> => {
    const { deed, wanted, uniqueName = false, evenIfSame = false } = how
    const { job, isChanged } = await written({
      ifVersion,
      read: () => jobFor(store, actor, 'job.change', id),
      write: async (before) => {
        const { ownerId, enabled, api, ...given } = await wanted(before)
        const { name, target, policies, alerts } = differing(given, before)
        const keptAlerts = alerts && (await store.alerts.of([before.key])).get(before.key)?.alerts
        await refuseUnknown({ workspaceKey: before.workspaceKey, target, policies, alerts, keptAlerts })
        const holdsName = uniqueName && name !== undefined
        if (holdsName && (await store.jobs.isNamed(before.workspaceKey, name, id))) throw nameTaken(name)
        if (enabled ?? before.state !== 'paused') refuseExpired(given.timetable ?? before.timetable, today())
        const now = clock.now()
        // A run that was taken a moment ahead of its time is still to come: the new timetable begins after it.
        const taken = await store.jobs.takenUpTo(before.key, { after: now, upTo: now + A_MOMENT_MS })
        const change = changeOf(before, given, { ownerId, enabled, api, after: taken ?? now })
        if (Object.keys(change).length === 0 && !evenIfSame) return { job: before, isChanged: false }
        const reason = change.timetable === undefined ? 'paused' : 'edited'
        const moves = change.timetable !== undefined || change.enabled !== undefined
        const at = moves ? await leavingOf(store, before, { now, reason }) : { now, expectedDueAt: null }
        const held = holdsName ? { ...change, uniqueName: true } : change
        const after = await changing(actor, deed, before, change).jobs.update(before, held, at)
        return after === null ? null : { job: after, isChanged: true }
      },
    })
    if (isChanged) {
      await signals.changed(job.key)
      signals.wake()
    }
    return job
  }

  const update: Jobs['update'] = async (actor, id, edit, ifVersion, { mayBeOver, api, ...how } = {}) => {
    let secretToShow: string | null = null
    const job = await rewrite(actor, id, ifVersion, {
      ...how,
      deed: 'job.changed',
      wanted: async (before) => {
        if (edit.ownerId !== undefined && edit.ownerId !== before.ownerId) {
          allow(actor, 'job.give', before.ownerId)
          await checkOwner(actor, edit.ownerId)
        }
        const { input: target, newSecret } =
          edit.target === undefined
            ? { input: undefined, newSecret: null }
            : withSigningSecret(edit.target, signingOf(before.target))
        secretToShow = newSecret
        const places = await placesOf(store, before.workspaceKey, edit, before)
        const { ownerId, enabled } = edit
        return { ...(await draft({ ...edit, target }, before, mayBeOver)), ...places, ownerId, enabled, api }
      },
    })
    return withNewSecret(await viewOf(job), secretToShow)
  }

  const { history, undo } = createUndoing(deps, rewrite)

  return {
    create,
    clone: createCloning(deps),
    update,
    run,
    pause,
    resume,
    occurrences,
    history,
    undo,
    rotateSigningSecret: rotationOf(deps),

    list: async (actor, query) => {
      allow(actor, 'job.view', null)
      const { workspaceKey } = actor
      const { cursor, limit, state, owner, search, externalId, endsBefore, sort, descending } = query
      const places = await placesAsked(store, workspaceKey, query)
      if (places === null) return { items: [], nextCursor: null }
      const ownerId = owner === 'me' ? (userIdOf(actor) ?? undefined) : owner
      const filter: Omit<JobFilter, 'cursor' | 'limit'> = {
        sort,
        descending,
        ...places,
        ...(state === undefined ? {} : { state }),
        ...(ownerId === undefined ? {} : { ownerId }),
        ...(externalId === undefined ? {} : { externalId }),
        ...(endsBefore === undefined ? {} : { endsBefore }),
        ...(search === undefined || search === '' ? {} : { search }),
      }
      return pageOf(
        auth.cursors,
        { cursor, limit, scope: { workspaceKey, list: 'jobs', filter } },
        (inner) => store.jobs.list(workspaceKey, { ...filter, ...inner }),
        (rows) => jobViews(deps, workspaceKey, rows),
      )
    },

    get: async (actor, id, forWhat = 'job.view') => viewOf(await jobFor(store, actor, forWhat, id)),

    isNamed: (actor, name, exceptId = null) => {
      allow(actor, 'job.view', null)
      return store.jobs.isNamed(actor.workspaceKey, name, exceptId)
    },

    delete: async (actor, id, ifVersion) => {
      const job = await written({
        ifVersion,
        read: () => jobFor(store, actor, 'job.change', id),
        write: async (before) => {
          const at = await leavingOf(store, before, { now: clock.now(), reason: 'job_deleted' })
          const note = { deed: 'job.deleted', subject: { kind: 'job', id }, before: factsOf(before) } as const
          return (await noting(deps, actor, note).jobs.delete(before, at)) ? before : null
        },
      })
      await signals.changed(job.key)
    },
  }
}

const differing = (given: Draft, job: Job): Draft =>
  Object.fromEntries(Object.entries(given).filter(([name, value]) => !isDeepStrictEqual(value, job[name as keyof Job])))

/** Null: no job can have what is asked for. */
const placesAsked = async (
  { catalog, applications }: Pick<Deps['store'], 'catalog' | 'applications'>,
  workspaceKey: number,
  { category, team, application }: Pick<JobQuery, 'category' | 'team' | 'application'>,
): Promise<Pick<JobFilter, 'categoryKey' | 'teamKey' | 'applicationKey'> | null> => {
  const ofCategory = category === undefined ? undefined : await catalog.find(workspaceKey, 'category', category)
  const ofTeam = team === undefined ? undefined : await catalog.find(workspaceKey, 'team', team)
  const ofApplication = application === undefined ? undefined : await applications.byId(workspaceKey, application)
  if (ofCategory === null || ofTeam === null || ofApplication === null) return null
  return {
    ...(ofCategory !== undefined && { categoryKey: ofCategory.key }),
    ...(ofTeam !== undefined && { teamKey: ofTeam.key }),
    ...(ofApplication !== undefined && { applicationKey: ofApplication.key }),
  }
}
