/** The APIs of applications: each is a job of its own, whose address and credentials come from its application. */
import type { Actor } from '../domain/actor.ts'
import {
  type Api,
  type Application,
  addressOf,
  apiTaken,
  checkPlace,
  mayShakeHands,
  noAddress,
} from '../domain/application.ts'
import { DomainError, type FieldError, invalid, notFound } from '../domain/errors.ts'
import { newId } from '../domain/ids.ts'
import type { JsonObject } from '../domain/json.ts'
import type { ApiRow, NewJob } from '../store/store.ts'
import {
  type ApplicationInput,
  type Applications,
  type ApplicationView,
  applicationFor,
  LONGEST_NAME,
  refusePlace,
} from './applications.ts'
import { allow } from './authorise.ts'
import type { Deps } from './deps.ts'
import { checkLine, refuse } from './fields.ts'
import type { JobEdit, JobInput } from './job-draft.ts'
import { placesOf } from './job-places.ts'
import type { HttpTargetInput } from './job-target.ts'
import type { JobView } from './job-view.ts'
import type { Jobs } from './jobs.ts'
import { createNewJobs } from './new-job.ts'

/** Where it is called, and with what; the address is made by its application. */
export type ApiCall = { readonly path: string; readonly target: Omit<HttpTargetInput, 'kind' | 'url' | 'handshake'> }

type OfApi = {
  readonly name: string
  readonly call: ApiCall
  readonly handshakeUrl?: string | null | undefined
  readonly said?: JsonObject | undefined
}
export type ApiInput = Omit<JobInput, 'name' | 'target' | 'ownerId'> & OfApi
export type ApiEdit = Omit<JobEdit, 'id' | 'name' | 'target' | 'ownerId'> & {
  readonly [K in keyof OfApi]?: OfApi[K] | undefined
}

export type ApiView = Omit<ApiRow, 'applicationId' | 'jobId'> & {
  readonly application: { readonly id: string; readonly name: string }
  readonly job: JobView
}

export type Apis = {
  /** By name. */
  readonly list: (actor: Actor, applicationId: string) => Promise<readonly ApiView[]>
  /** A new application together with its first APIs: all of it, or nothing. Fields of the nth API begin with `apis[n].`. */
  readonly createAll: (
    actor: Actor,
    application: ApplicationInput,
    apis: readonly ApiInput[],
  ) => Promise<{ readonly application: ApplicationView; readonly apis: readonly ApiView[] }>
  /** By its id or its name. */
  readonly get: (actor: Actor, applicationId: string, api: string) => Promise<ApiView>
  /** conflict: an API of the application has the name. Throws what `jobs.create` throws as well. */
  readonly create: (actor: Actor, applicationId: string, input: ApiInput) => Promise<ApiView>
  /** `ifVersion`: of its job. What was left out stays; `call` is replaced whole. */
  readonly update: (
    actor: Actor,
    applicationId: string,
    api: string,
    edit: ApiEdit,
    ifVersion: number | null,
  ) => Promise<ApiView>
  /** Its job goes with it. */
  readonly delete: (actor: Actor, applicationId: string, api: string, ifVersion: number | null) => Promise<void>
  /** Those that these jobs call, by the id of the job. */
  readonly ofJobs: (actor: Actor, jobs: readonly JobView[]) => Promise<ReadonlyMap<string, ApiView>>
}

type Given = { readonly [K in 'name' | 'path' | 'handshakeUrl' | 'said']?: Api[K] | undefined }

const MOST_APIS = 1000
const LONGEST_PATH = 2048
/** What is said rests beside the job; a body is at most 1 MiB. */
const LONGEST_SAID = 64 * 1024

export const createApis = (deps: Deps, jobs: Jobs, applications: Applications): Apis => {
  const { store, mayCall } = deps
  const { ownerFor, newJobOf, refuseUnknown } = createNewJobs(deps)

  const rowsOf = (application: Application): Promise<readonly ApiRow[]> =>
    store.applications.apis(application.workspaceKey, { applicationKey: application.key })

  const find = async (application: Application, api: string): Promise<ApiRow> => {
    const rows = await rowsOf(application)
    const row = rows.find(({ name }) => name === api) ?? rows.find(({ id }) => id === api)
    if (row === undefined) throw notFound('API of this application', api)
    return row
  }

  const targetOf = (application: Application, apiId: string, { path, target }: ApiCall): HttpTargetInput => {
    const url = addressOf(application, path)
    if (url === null) throw invalid('path', path, noAddress(application, path))
    return { ...target, kind: 'http', url, handshake: { applicationId: application.id, apiId } }
  }

  /** Throws for what is wrong with what a job does not check. */
  const check = (application: Application, given: Given): void => {
    const { name, path, handshakeUrl, said } = given
    const errors: FieldError[] = [
      ...(name === undefined ? [] : checkLine('name', name, [1, LONGEST_NAME])),
      ...(path === undefined ? [] : checkLine('path', path, [0, LONGEST_PATH])),
      ...(handshakeUrl == null ? [] : checkPlace('handshakeUrl', handshakeUrl)),
      ...(said !== undefined && Buffer.byteLength(JSON.stringify(said)) > LONGEST_SAID
        ? [{ field: 'said', message: `at most ${LONGEST_SAID} bytes, written as JSON` }]
        : []),
    ]
    refuse(errors)
    if (handshakeUrl == null) return
    refusePlace('handshakeUrl', handshakeUrl, mayCall)
    if (application.sealedSecret !== null && !mayShakeHands(application, handshakeUrl))
      throw invalid(
        'handshakeUrl',
        handshakeUrl,
        'the secret of the application was given for its own handshake and root, and goes to no other origin',
      )
  }

  const newApi = ({ id }: Application, { name, call, handshakeUrl, said }: OfApi): Api => ({
    id: newId(),
    applicationId: id,
    name,
    path: call.path,
    handshakeUrl: handshakeUrl ?? null,
    said: said ?? {},
  })

  /** The jobs of first APIs; throws for what is wrong with one. */
  const bornOf = async (actor: Actor, application: Application, inputs: readonly ApiInput[]): Promise<NewJob[]> => {
    const jobs: NewJob[] = []
    const names = new Set<string>()
    for (const [at, { name, call, handshakeUrl, said, ...input }] of inputs.entries()) {
      const title = name.trim()
      await withinList(at, async () => {
        check(application, { name: title, path: call.path, handshakeUrl: handshakeUrl ?? null, said: said ?? {} })
        if (names.has(title)) throw apiTaken(title)
        names.add(title)
        const api = newApi(application, { name: title, call, handshakeUrl, said })
        const whole: JobInput = {
          ...input,
          name: jobName(application, title),
          target: targetOf(application, api.id, call),
        }
        const ownerId = await ownerFor(actor, undefined)
        const { job } = newJobOf(whole, { id: newId(), workspaceKey: application.workspaceKey, ownerId })
        await refuseUnknown(job)
        jobs.push({ ...job, ...(await placesOf(store, application.workspaceKey, whole)), api })
      })
    }
    return jobs
  }

  const view = (application: Application, row: ApiRow, job: JobView): ApiView => {
    const { applicationId: _, jobId: __, ...shown } = row
    return { ...shown, application: { id: application.id, name: application.name }, job }
  }

  const read = async (actor: Actor, application: Application, api: string): Promise<ApiView> => {
    const row = await find(application, api)
    return view(application, row, await jobs.get(actor, row.jobId))
  }

  const list: Apis['list'] = async (actor, applicationId) => {
    const application = await applicationFor(deps, actor, 'application.view', applicationId)
    const rows = await rowsOf(application)
    return Promise.all(rows.map(async (row) => view(application, row, await jobs.get(actor, row.jobId))))
  }

  return {
    list,

    get: async (actor, applicationId, api) =>
      read(actor, await applicationFor(deps, actor, 'application.view', applicationId), api),

    create: async (actor, applicationId, { name, call, handshakeUrl, said, ...input }) => {
      const application = await applicationFor(deps, actor, 'application.change', applicationId)
      const title = name.trim()
      const rows = await rowsOf(application)
      // The id of what a repeated request makes is known before.
      const made = rows.find(({ jobId }) => jobId === input.id)
      if (made !== undefined) return read(actor, application, made.id)
      check(application, { name: title, path: call.path, handshakeUrl: handshakeUrl ?? null, said: said ?? {} })
      if (rows.some((row) => row.name === title)) throw apiTaken(title)
      if (rows.length >= MOST_APIS) throw new DomainError('conflict', `An application has at most ${MOST_APIS} APIs.`)
      const api = newApi(application, { name: title, call, handshakeUrl, said })
      const target = targetOf(application, api.id, call)
      await jobs.create(actor, { ...input, name: jobName(application, title), target }, { api })
      return read(actor, application, api.id)
    },

    createAll: async (actor, input, inputs) => {
      if (inputs.length > MOST_APIS)
        throw invalid('apis', inputs.length, `an application has at most ${MOST_APIS} APIs`)
      const application = await applications.create(actor, input, (coming) => bornOf(actor, coming, inputs))
      return { application, apis: await list(actor, application.id) }
    },

    update: async (actor, applicationId, which, { name, call, handshakeUrl, said, ...edit }, ifVersion) => {
      const application = await applicationFor(deps, actor, 'application.change', applicationId)
      const rows = await rowsOf(application)
      const before = await find(application, which)
      const title = name?.trim()
      check(application, { name: title, path: call?.path, handshakeUrl, said })
      if (rows.some((row) => row.name === title && row.id !== before.id)) throw apiTaken(title ?? '')
      const api: Api = {
        id: before.id,
        applicationId: application.id,
        name: title ?? before.name,
        path: call?.path ?? before.path,
        handshakeUrl: handshakeUrl === undefined ? before.handshakeUrl : handshakeUrl,
        said: said ?? before.said,
      }
      const change: JobEdit = {
        ...edit,
        ...(title === undefined || title === before.name ? {} : { name: jobName(application, title) }),
        ...(call === undefined ? {} : { target: targetOf(application, api.id, call) }),
      }
      await jobs.update(actor, before.jobId, change, ifVersion, { api })
      return read(actor, application, api.id)
    },

    delete: async (actor, applicationId, which, ifVersion) => {
      const application = await applicationFor(deps, actor, 'application.change', applicationId)
      await jobs.delete(actor, (await find(application, which)).jobId, ifVersion)
    },

    ofJobs: async (actor, views) => {
      allow(actor, 'application.view', null)
      const rows = await store.applications.apis(actor.workspaceKey, { jobIds: views.map(({ id }) => id) })
      if (rows.length === 0) return new Map()
      const all = new Map((await store.applications.list(actor.workspaceKey)).map((each) => [each.id, each]))
      const byJob = new Map(rows.map((row) => [row.jobId, row]))
      return new Map(
        views.flatMap((job) => {
          const row = byJob.get(job.id)
          const application = row && all.get(row.applicationId)
          return row && application ? [[job.id, view(application, row, job)] as const] : []
        }),
      )
    },
  }
}

/** People find it in lists of jobs; the name of the application is the one of that time. */
const jobName = (application: Application, name: string): string => `${application.name}/${name}`

/** A fault of one of several says which. */
const withinList = async (at: number, act: () => Promise<void>): Promise<void> => {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    const errors = error.errors.map((fault) => ({ ...fault, field: `apis[${at}].${fault.field}` }))
    throw new DomainError(error.code, error.message, { errors, cause: error })
  }
}
