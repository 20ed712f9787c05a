/** The applications of a workspace: what their APIs have in common, and how they say how to sign in to them. */
import type { Actor } from '../domain/actor.ts'
import { type Application, checkPlace, mayShakeHands } from '../domain/application.ts'
import type { FailureCode } from '../domain/attempt.ts'
import { DomainError, type FieldError, invalid, notFound } from '../domain/errors.ts'
import { handshakeTarget, readHandshake } from '../domain/handshake.ts'
import { isId, newId } from '../domain/ids.ts'
import type { ApplicationChange, NewJob } from '../store/store.ts'
import { allow, allowSome, userIdOf } from './authorise.ts'
import type { Deps } from './deps.ts'
import { checkLine, checkText, refuse } from './fields.ts'
import { opening } from './kept-secret.ts'
import { noteOfNew } from './new-job.ts'
import { noting } from './noting.ts'
import { written } from './written.ts'

export type ApplicationInput = {
  /** For a request that may be repeated: an application that has this id already is the answer. */
  readonly id?: string | undefined
  readonly name: string
  readonly description?: string | null | undefined
  readonly rootUrl?: string | null | undefined
  readonly handshakeUrl?: string | null | undefined
  /** What a handshake proves itself with. Null takes it away; left out, an edit keeps it while the addresses stay where they are. */
  readonly secret?: string | null | undefined
}
export type ApplicationEdit = {
  readonly [K in Exclude<keyof ApplicationInput, 'id'>]?: ApplicationInput[K] | undefined
}

export type ApplicationView = Omit<Application, 'key' | 'workspaceKey' | 'sealedSecret'> & {
  /** 8 hex digits; equal secrets of a workspace look equal. Null: it has none. */
  readonly secretFingerprint: string | null
}

export type HandshakeTrial = {
  readonly ok: boolean
  readonly authType: 'Basic' | 'BearerToken' | null
  /** Epoch ms; null where the application does not say. */
  readonly validUntil: number | null
  readonly statusCode: number | null
  /** One sentence; null when it went well. */
  readonly error: string | null
  readonly failure: FailureCode | null
  readonly durationMs: number
}

/** The jobs of the APIs that it begins with, which are made in the same transaction or with it not. */
export type Having = (application: Application) => Promise<readonly NewJob[]>

export type Applications = {
  /** By name. */
  readonly list: (actor: Actor) => Promise<readonly ApplicationView[]>
  readonly get: (actor: Actor, id: string) => Promise<ApplicationView>
  /** conflict: the name is taken. */
  readonly create: (actor: Actor, input: ApplicationInput, having?: Having) => Promise<ApplicationView>
  /** conflict: the name is taken, or it has APIs, whose addresses were made from its root. */
  readonly update: (
    actor: Actor,
    id: string,
    edit: ApplicationEdit,
    ifVersion: number | null,
  ) => Promise<ApplicationView>
  /** conflict: it has APIs. */
  readonly delete: (actor: Actor, id: string, ifVersion: number | null) => Promise<void>
  /** Makes the handshake once, and keeps nothing of what is granted. */
  readonly tryHandshake: (actor: Actor, id: string) => Promise<HandshakeTrial>
}

const MOST_APPLICATIONS = 1000
export const LONGEST_NAME = 99
const LONGEST_SECRET = 4096
const TRIAL_MS = 10_000

/** Where the secret of an application may be opened. */
export const applicationPlace = (workspaceKey: number, id: string) => ({
  workspaceKey,
  owner: id,
  field: 'application.secret',
})

/** Where what a handshake granted to an API may be opened. */
export const credentialsPlace = (workspaceKey: number, apiId: string) => ({
  workspaceKey,
  owner: apiId,
  field: 'api.credentials',
})

/** The application, if the actor may do this to it. */
export const applicationFor = async (
  { store }: Pick<Deps, 'store'>,
  actor: Actor,
  action: 'application.view' | 'application.change',
  id: string,
): Promise<Application> => {
  allowSome(actor, action)
  const found = isId(id) ? await store.applications.byId(actor.workspaceKey, id) : null
  if (found === null) throw notFound('application', id)
  allow(actor, action, found.ownerId)
  return found
}

export const createApplications = (deps: Deps): Applications => {
  const { store, clock, auth, mayCall, tryTarget } = deps

  const secretOf = ({ workspaceKey, id, sealedSecret }: Application): string | null =>
    sealedSecret === null ? null : opening(() => auth.secrets.open(sealedSecret, applicationPlace(workspaceKey, id)))

  const view = (application: Application): ApplicationView => {
    const { key: _, workspaceKey, sealedSecret, ...shown } = application
    const secret = secretOf(application)
    const fingerprint = secret === null ? 'unreadable' : auth.secrets.fingerprint(secret, workspaceKey)
    return { ...shown, secretFingerprint: sealedSecret === null ? null : fingerprint }
  }

  const factsOf = (application: Application) => {
    const { name, description, ownerId, rootUrl, handshakeUrl, secretFingerprint } = view(application)
    return {
      ...{ name, description, owner_id: ownerId, root_url: rootUrl, handshake_url: handshakeUrl },
      secret: secretFingerprint,
    }
  }

  const seal = (of: Pick<Application, 'workspaceKey' | 'id'>, secret: string | null): string | null =>
    secret === null ? null : auth.secrets.seal(secret, applicationPlace(of.workspaceKey, of.id))

  return {
    list: async (actor) => {
      allow(actor, 'application.view', null)
      return (await store.applications.list(actor.workspaceKey)).map(view)
    },

    get: async (actor, id) => view(await applicationFor(deps, actor, 'application.view', id)),

    create: async (actor, input, having = async () => []) => {
      const ownerId = userIdOf(actor)
      allow(actor, 'application.create', ownerId)
      if (ownerId === null) throw invalid('ownerId', undefined, 'the server itself makes none')
      const made = input.id === undefined ? null : await store.applications.byId(actor.workspaceKey, input.id)
      if (made !== null) return view(made)
      check(input, mayCall)
      const of = { workspaceKey: actor.workspaceKey, id: input.id ?? newId() }
      const now = clock.now()
      const fresh = {
        ...of,
        ownerId,
        name: input.name.trim(),
        description: input.description || null,
        rootUrl: input.rootUrl ?? null,
        handshakeUrl: input.handshakeUrl ?? null,
        sealedSecret: seal(of, input.secret ?? null),
        createdAt: now,
      }
      const coming: Application = { ...fresh, key: 0, version: 1, updatedAt: now }
      const subject = { kind: 'application', id: of.id }
      const note = { deed: 'application.created', subject, after: factsOf(coming) } as const
      const jobs = await having(coming)
      const notes = [note, ...jobs.map((job) => noteOfNew(auth.secrets, job))]
      const created = await noting(deps, actor, ...notes).applications.create(fresh, MOST_APPLICATIONS, jobs)
      if (created === 'taken') throw taken(fresh.name)
      if (created === 'full')
        throw new DomainError('conflict', `A workspace has at most ${MOST_APPLICATIONS} applications.`)
      if (jobs.length > 0) deps.signals.wake()
      return view(created)
    },

    update: (actor, id, edit, ifVersion) =>
      written({
        ifVersion,
        read: () => applicationFor(deps, actor, 'application.change', id),
        write: async (before) => {
          check(edit, mayCall)
          const change = changeOf(before, edit, (secret) => seal(before, secret))
          const { rootUrl, handshakeUrl } = { ...before, ...change }
          const ofIt = { applicationKey: before.key }
          const apis = await store.applications.apis(before.workspaceKey, ofIt)
          if (rootUrl !== before.rootUrl && apis.length > 0) throw rooted(apis.length)
          const stray = apis.find(
            (api) => api.handshakeUrl !== null && !mayShakeHands({ rootUrl, handshakeUrl }, api.handshakeUrl),
          )
          const after = { ...before, ...change }
          if (after.sealedSecret !== null && stray !== undefined)
            throw invalid('handshakeUrl', handshakeUrl, `the API ${stray.name} has its handshake on another origin`)
          if (Object.keys(change).length === 0) return view(before)
          const note = {
            deed: 'application.changed',
            subject: { kind: 'application', id },
            before: factsOf(before),
            after: factsOf(after),
          } as const
          const saved = await noting(deps, actor, note).applications.update(before, change, clock.now())
          if (saved === 'taken') throw taken(after.name)
          return saved === null ? null : view(saved)
        },
      }),

    delete: async (actor, id, ifVersion) => {
      await written({
        ifVersion,
        read: () => applicationFor(deps, actor, 'application.change', id),
        write: async (before) => {
          const apis = await store.applications.apis(before.workspaceKey, { applicationKey: before.key })
          if (apis.length > 0)
            throw new DomainError('conflict', `It has ${apis.length} APIs, each with a job: delete them first.`)
          const note = {
            deed: 'application.deleted',
            subject: { kind: 'application', id },
            before: factsOf(before),
          } as const
          return (await noting(deps, actor, note).applications.delete(before)) || null
        },
      })
    },

    tryHandshake: async (actor, id) => {
      const application = await applicationFor(deps, actor, 'application.change', id)
      const { handshakeUrl: url, workspaceKey } = application
      if (url === null) throw invalid('handshakeUrl', null, 'the application has none: there is nothing to try')
      const secret = secretOf(application)
      if (application.sealedSecret !== null && secret === null)
        throw invalid('secret', undefined, 'give it again: its key is lost')
      const handshake = { url, applicationId: id, apiName: null, secret }
      const outcome = await tryTarget(handshakeTarget(handshake), { workspaceKey, timeoutMs: TRIAL_MS })
      const { statusCode, durationMs, failure, error } = outcome
      const told = { statusCode, durationMs, authType: null, validUntil: null }
      if (failure !== null || outcome.kind !== 'success')
        return { ...told, ok: false, failure, error: error ?? 'It was given up.' }
      const granted = readHandshake(outcome.output ?? '', clock.now())
      if (typeof granted === 'string')
        return { ...told, ok: false, failure: 'handshake', error: `The handshake failed: ${granted}.` }
      const { authType } = granted.credentials
      return { ...told, ok: true, authType, validUntil: granted.validUntil, failure: null, error: null }
    },
  }
}

/** Throws for what is wrong. */
const check = (given: ApplicationEdit, mayCall: Deps['mayCall']): void => {
  const { name, description, rootUrl, handshakeUrl, secret } = given
  const addresses = { rootUrl, handshakeUrl }
  const errors: FieldError[] = [
    ...(name === undefined ? [] : checkLine('name', name.trim(), [1, LONGEST_NAME])),
    ...(description == null ? [] : checkText('description', description, 2000)),
    ...Object.entries(addresses).flatMap(([field, url]) => (url == null ? [] : checkPlace(field, url))),
    ...(rootUrl != null && /[?#]/.test(rootUrl)
      ? [{ field: 'rootUrl', value: rootUrl, message: 'paths are joined to it: leave query and fragment out' }]
      : []),
    ...(secret != null && (secret === '' || secret.length > LONGEST_SECRET)
      ? [{ field: 'secret', message: `give 1 to ${LONGEST_SECRET} characters` }]
      : []),
  ]
  refuse(errors)
  for (const [field, url] of Object.entries(addresses)) if (url != null) refusePlace(field, url, mayCall)
}

/** The answer is the same for every reason, so that nobody maps our network by asking. */
export const refusePlace = (field: string, url: string, mayCall: Deps['mayCall']): void => {
  if (mayCall(new URL(url))) return
  const message = 'this server may not call this address'
  throw new DomainError('egress.denied', `${field}: ${message}`, { errors: [{ field, message }] })
}

/** Only what differs. Throws where a kept secret would go somewhere else than it was given for. */
const changeOf = (
  before: Application,
  edit: ApplicationEdit,
  seal: (secret: string | null) => string | null,
): ApplicationChange => {
  const wanted = {
    ...(edit.name === undefined ? {} : { name: edit.name.trim() }),
    ...(edit.description === undefined ? {} : { description: edit.description || null }),
    ...(edit.rootUrl === undefined ? {} : { rootUrl: edit.rootUrl }),
    ...(edit.handshakeUrl === undefined ? {} : { handshakeUrl: edit.handshakeUrl }),
  }
  const leadsElsewhere = wanted.handshakeUrl != null && !mayShakeHands(before, wanted.handshakeUrl)
  if (before.sealedSecret !== null && edit.secret === undefined && leadsElsewhere)
    throw invalid('secret', undefined, 'give it again, since the handshake now leads to another origin')
  const changed = Object.entries(wanted).filter(([name, value]) => value !== before[name as keyof typeof wanted])
  return {
    ...Object.fromEntries(changed),
    ...(edit.secret === undefined || (edit.secret === null && before.sealedSecret === null)
      ? {}
      : { sealedSecret: seal(edit.secret) }),
  }
}

const taken = (name: string): DomainError => {
  const message = 'another application of the workspace has this name'
  return new DomainError('conflict', `name: ${JSON.stringify(name)}: ${message}`, {
    errors: [{ field: 'name', value: name, message }],
  })
}

const rooted = (count: number): DomainError => {
  const message = `the addresses of its ${count} APIs were made from the present one: delete them first`
  return new DomainError('conflict', `rootUrl: ${message}`, { errors: [{ field: 'rootUrl', message }] })
}
