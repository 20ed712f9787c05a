/** A copy of a job: its timetable, target, policies and metadata; its secrets move inside the server and are never shown. */
import type { Secrets } from '../auth/secrets.ts'
import type { Actor } from '../domain/actor.ts'
import { invalid } from '../domain/errors.ts'
import { newId } from '../domain/ids.ts'
import type { Job } from '../domain/job.ts'
import { allow, jobFor } from './authorise.ts'
import type { Deps } from './deps.ts'
import { refuse } from './fields.ts'
import { refuseAddress } from './job-draft.ts'
import { checkName } from './job-rules.ts'
import { type JobView, jobViews } from './job-view.ts'
import { beginning, createNewJobs } from './new-job.ts'
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
  const { ownerFor } = createNewJobs(deps)

  return async (actor: Actor, id: string, choice: CloneChoice): Promise<JobView> => {
    const source = await jobFor(store, actor, 'job.view', id)
    const ownerId = await ownerFor(actor, undefined)
    // Whoever may only look at a job must not come to call its target with its secret.
    if (hasSecret(source.target)) allow(actor, 'job.change', source.ownerId)
    const { workspaceKey } = actor
    const copyId = choice.copyId ?? newId()
    const made = choice.copyId === undefined ? null : await store.jobs.byId(workspaceKey, copyId)
    if (made !== null) return viewOf(made)
    const { ifVersion = null } = choice
    if (ifVersion !== null && source.version !== ifVersion) throw staleError(source.version)
    const name = (choice.name ?? [...source.name].slice(0, LONGEST_NAME - COPY.length).join('') + COPY).trim()
    refuse(checkName(name))
    if (source.target.kind === 'http') refuseAddress(source.target, mayCall)
    const places = { workspaceKey, from: source.id, to: copyId }
    const { timetable, description, policies, metadata } = source
    const copy = await store.jobs.create({
      id: copyId,
      workspaceKey,
      ownerId,
      name,
      description,
      timetable,
      target: resealed(auth.secrets, source.target, places),
      policies,
      metadata,
      ...beginning({ id: copyId, timetable }, { now: clock.now(), isEnabled: choice.enabled === true }),
    })
    signals.wake()
    return viewOf(copy)
  }

  async function viewOf(job: Job): Promise<JobView> {
    return (await jobViews(deps, job.workspaceKey, [job]))[0] as JobView
  }
}

type Places = { readonly workspaceKey: number; readonly from: string; readonly to: string }

/** Each sealed text is bound to its job and to its field, which is its path within the target. */
const resealed = <T>(secrets: Secrets, target: T, { workspaceKey, from, to }: Places): T => {
  const walk = (value: unknown, path: string): unknown => {
    if (isSealed(value)) {
      const plain = opened(() => secrets.open(value.sealed, { workspaceKey, owner: from, field: path }), path)
      return { sealed: secrets.seal(plain, { workspaceKey, owner: to, field: path }) }
    }
    if (Array.isArray(value)) return value.map((entry, at) => walk(entry, `${path}[${at}]`))
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).map(([name, entry]) => [
      name,
      path === 'target' && FREE.includes(name) ? entry : walk(entry, `${path}.${name}`),
    ])
    return Object.fromEntries(entries)
  }
  return walk(target, 'target') as T
}

/** Parts of a target whose content is the caller's own: whatever looks sealed in there is none of ours. */
const FREE: readonly string[] = ['body', 'headers', 'query', 'args', 'kwargs']

const opened = (open: () => string, field: string): string => {
  try {
    return open()
  } catch {
    throw invalid(field, undefined, 'the key that sealed this secret is lost: give the original its secret again first')
  }
}

const hasSecret = (target: Job['target']): boolean => {
  const holds = (value: unknown): boolean =>
    isSealed(value) || (typeof value === 'object' && value !== null && Object.values(value).some(holds))
  return Object.entries(target).some(([name, value]) => !FREE.includes(name) && holds(value))
}

const isSealed = (value: unknown): value is { readonly sealed: string } =>
  typeof value === 'object' &&
  value !== null &&
  'sealed' in value &&
  typeof value.sealed === 'string' &&
  Object.keys(value).length === 1
