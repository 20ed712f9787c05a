/** The first start: an admin to sign in as, a job to look at, and proof that the secret key is the right one. */
import { randomBytes } from 'node:crypto'
import { FIRST_WORKSPACE } from '../auth/permissions.ts'
import type { Actor } from '../domain/actor.ts'
import { DomainError, invalid } from '../domain/errors.ts'
import { newId } from '../domain/ids.ts'
import type { UserRow } from '../store/store.ts'
import type { Deps } from './deps.ts'
import { refuse } from './fields.ts'
import type { HttpTargetInput } from './job-target.ts'
import type { JobView } from './job-view.ts'
import type { Jobs } from './jobs.ts'
import { auditActor, entryOf } from './noting.ts'
import { checkProfile, normalEmail, normalUsername } from './user-rules.ts'

type FirstAdmin = {
  readonly username: string
  /** In clear, for the one time that it is printed. */
  readonly password: string
  /** `given`: by the operator, who knows it; nobody needs to print it. */
  readonly origin: 'given' | 'default' | 'generated'
  readonly workspaceKey: number
}

type FirstAdminSettings = {
  /** The well-known admin/admin123; false in production. */
  readonly allowDefaultAdmin: boolean
  readonly username: string
  readonly email: string
  /** Null: the well-known one where that is allowed, else one is made. */
  readonly password: string | null
}

const DEFAULT_PASSWORD = 'admin123'
const KEY_CHECK = 'secret_key_check'
const KEY_CHECK_PLACE = { workspaceKey: 0, owner: 'server', field: KEY_CHECK }
const DEMO_JOB = 'demo_job'
const SAMPLE_TASK = 'sample_task'
const SYSTEM: Actor = { kind: 'system', workspaceKey: FIRST_WORKSPACE }

export type Setup = {
  /** Throws when the database holds secrets that neither the secret key nor a former one opens. */
  readonly checkSecretKey: () => Promise<void>
  /** Null when somebody has an account already. */
  readonly ensureFirstAdmin: (settings: FirstAdminSettings) => Promise<FirstAdmin | null>
  /** Once in the life of a database: a demo job that was deleted does not come back. */
  readonly ensureDemoJob: (url: string) => Promise<JobView | null>
  /** The key of the workspace of this id; null: the first one. Rejects with `invalid` for one that is not there. */
  readonly schedulerWorkspace: (id: string | null) => Promise<number>
  /** Id of an admin who can sign in. Rejects with `conflict` where there is none. */
  readonly ownerIn: (workspaceKey: number) => Promise<string>
  /** Once in the life of a database, as the demo job. Null as well where functions are not open to the workspace. */
  readonly ensureSampleTask: (workspaceKey: number) => Promise<JobView | null>
}

export const createSetup = (deps: Deps, jobs: Jobs): Setup => {
  const { store, clock, auth } = deps
  const { people } = store

  const firstAdminOf = async (workspaceKey: number): Promise<UserRow | null> => {
    const members = await people.listUsers(workspaceKey, { cursor: null, limit: 100 })
    return members.items.find((user) => user.role === 'admin' && user.enabled) ?? null
  }

  return {
    checkSecretKey: async () => {
      const kept = await people.putServerValue(KEY_CHECK, auth.secrets.seal(KEY_CHECK, KEY_CHECK_PLACE))
      try {
        auth.secrets.open(kept, KEY_CHECK_PLACE)
      } catch (cause) {
        throw new DomainError(
          'conflict',
          'SECRET_KEY: it does not open what this database holds. Give the key it was made with, or add that key to SECRET_KEY_PREVIOUS.',
          { cause },
        )
      }
    },

    ensureFirstAdmin: async (settings) => {
      if ((await people.countUsers()) > 0) return null
      const username = normalUsername(settings.username)
      const email = normalEmail(settings.email)
      const origin = settings.password !== null ? 'given' : settings.allowDefaultAdmin ? 'default' : 'generated'
      const password = settings.password ?? (origin === 'default' ? DEFAULT_PASSWORD : generatedPassword())
      // The well-known password is exactly what the rules are there to refuse.
      const ofPassword = origin === 'given' ? auth.passwords.check(password, [username, email]) : []
      refuse([...checkProfile({ username, email, fullName: null, role: 'admin' }), ...ofPassword])
      const now = clock.now()
      const workspace = { id: newId(), name: 'Default', now }
      const passwordHash = await auth.passwords.hash(password)
      const user = { id: newId(), username, email, fullName: null, passwordHash, role: 'admin', now } as const
      const note = { deed: 'user.created', subject: { kind: 'user', id: user.id } } as const
      const noted = store.noting(entryOf(deps, auditActor(SYSTEM), workspace.id, note))
      const made = await noted.people.createWorkspace(workspace, user)
      // Another process was first.
      return 'taken' in made ? null : { username, password, origin, workspaceKey: made.workspaceKey }
    },

    ensureDemoJob: async (url) => {
      const target = { kind: 'http', url, method: 'POST' } as const
      const kept = await people.serverValue(DEMO_JOB)
      if (kept !== null) return moveDemoJob(kept, target)
      const owner = await firstAdminOf(FIRST_WORKSPACE)
      if (owner === null) return null
      const job = await jobs.create(SYSTEM, {
        name: 'demo: every five seconds',
        description:
          'Calls the echo endpoint of this server, so that there is something to look at. Delete it at will.',
        ownerId: owner.id,
        timetable: { schedules: [{ kind: 'interval', everyMs: 5000, anchor: 0 }], zone: 'UTC' },
        target,
      })
      await people.putServerValue(DEMO_JOB, job.id)
      return job
    },

    schedulerWorkspace: async (id) => {
      if (id === null) return FIRST_WORKSPACE
      const workspace = await people.workspaceById(id)
      if (workspace === null) throw invalid('SCHEDULER_API_WORKSPACE', id, 'give the id of a workspace of this server')
      return workspace.key
    },

    ownerIn,

    ensureSampleTask: async (workspaceKey) => {
      if (!deps.functions.isOpenTo(workspaceKey) || (await people.serverValue(SAMPLE_TASK)) !== null) return null
      const actor: Actor = { kind: 'system', workspaceKey }
      const job = await jobs.create(actor, {
        externalId: SAMPLE_TASK,
        name: SAMPLE_TASK,
        description: 'Does nothing but run, so that clients of APScheduler have a job to look at. Delete it at will.',
        ownerId: await ownerIn(workspaceKey),
        timetable: { schedules: [{ kind: 'interval', everyMs: 5000, anchor: clock.now() }], zone: 'UTC' },
        target: {
          kind: 'function',
          function: 'cronzimus.controller.task:task',
          args: ['<Database instance>'],
          kwargs: {},
        },
      })
      await people.putServerValue(SAMPLE_TASK, job.id)
      return job
    },
  }

  async function ownerIn(workspaceKey: number): Promise<string> {
    const owner = await firstAdminOf(workspaceKey)
    if (owner === null) throw new DomainError('conflict', 'The workspace has no admin who could own a job.')
    return owner.id
  }

  /** The server may listen on another port than when the job was made. Null where the job was deleted. */
  async function moveDemoJob(id: string, target: HttpTargetInput): Promise<JobView | null> {
    if ((await store.jobs.byId(SYSTEM.workspaceKey, id)) === null) return null
    const job = await jobs.get(SYSTEM, id)
    return job.target.kind === 'http' && isMoved(job.target.url, target.url)
      ? jobs.update(SYSTEM, id, { target }, null)
      : job
  }
}

/** Only the port differs: a job that somebody has pointed elsewhere stays as they want it. */
const isMoved = (kept: string, present: string): boolean => {
  const [from, to] = [new URL(kept), new URL(present)]
  return from.port !== to.port && from.hostname === to.hostname && from.pathname === to.pathname
}

/** Nearly 120 random bits in 20 characters that can be copied by a double click. */
const generatedPassword = (): string => randomBytes(15).toString('base64url').replace(/[-_]/g, 'x')
