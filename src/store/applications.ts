/** What is asked of the store about applications and their APIs. Secrets rest here sealed. */
import type { Api, Application } from '../domain/application.ts'
import type { NewJob } from './jobs.ts'

export type NewApplication = Omit<Application, 'key' | 'version' | 'updatedAt'>
export type ApplicationChange = {
  readonly [K in 'name' | 'description' | 'rootUrl' | 'handshakeUrl' | 'sealedSecret']?: Application[K]
}
/** An API, and the job that calls it. */
export type ApiRow = Api & { readonly jobId: string; readonly createdAt: number }

/** What a run of an API must know of it. */
export type HandshakeRow = {
  readonly apiId: string
  readonly apiName: string
  readonly applicationId: string
  readonly handshakeUrl: string | null
  readonly sealedSecret: string | null
  /** What the last handshake granted, where it said for how long. */
  readonly sealedCredentials: string | null
  readonly validUntil: number | null
}

export type ApplicationStore = {
  /** By name. */
  readonly list: (workspaceKey: number) => Promise<readonly Application[]>
  readonly byId: (workspaceKey: number, id: string) => Promise<Application | null>
  /** With the jobs of its APIs. `full`: the workspace has `most` of them already, or two of these APIs have one name. */
  readonly create: (
    made: NewApplication,
    most: number,
    jobs?: readonly NewJob[],
  ) => Promise<Application | 'taken' | 'full'>
  /** Null when the version is no longer the present one. What was granted to its APIs so far is forgotten. */
  readonly update: (
    before: Application,
    change: ApplicationChange,
    now: number,
  ) => Promise<Application | 'taken' | null>
  /** False when the version is no longer the present one, or it has APIs. */
  readonly delete: (before: Application) => Promise<boolean>
  /** By name; those of one application, or those that these jobs call. */
  readonly apis: (
    workspaceKey: number,
    which: { readonly applicationKey: number } | { readonly jobIds: readonly string[] },
  ) => Promise<readonly ApiRow[]>
  readonly recall: (workspaceKey: number, apiId: string) => Promise<HandshakeRow | null>
  /** Null forgets them. */
  readonly keep: (
    workspaceKey: number,
    apiId: string,
    granted: { readonly sealed: string; readonly validUntil: number } | null,
  ) => Promise<void>
  /** Credentials that are no longer valid; answers how many were forgotten. */
  readonly forget: (before: number, limit: number) => Promise<number>
}
