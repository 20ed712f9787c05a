/** What a job calls. Data only: how it is called is the business of `execute`. */
import type { JsonObject } from './json.ts'

/** A secret as it rests in the database: opened by `auth/secrets` alone, just before use. */
export type Sealed = { readonly sealed: string }

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
export const HTTP_METHODS: readonly HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

export type NameValue = { readonly name: string; readonly value: string }

export type HttpBody =
  | { readonly type: 'json'; readonly content: unknown }
  | { readonly type: 'text'; readonly content: string }
  | { readonly type: 'xml'; readonly content: string }
  | { readonly type: 'form'; readonly content: readonly NameValue[] }

export type HttpAuth =
  | { readonly kind: 'basic'; readonly username: string; readonly password: Sealed }
  | { readonly kind: 'bearer'; readonly token: Sealed }
  | { readonly kind: 'header'; readonly name: string; readonly value: Sealed }
  | OAuth2Auth

/** Client credentials of RFC 6749, 4.4: an access token is fetched from `tokenUrl` and kept until shortly before it ends. */
export type OAuth2Auth = {
  readonly kind: 'oauth2'
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: Sealed
  readonly scope?: string
  readonly audience?: string
  /** Where the credentials stand in the token request (RFC 6749, 2.3.1). */
  readonly clientAuthentication: 'basic' | 'body'
}

/** Who we are to the target, and whom we believe: PEM texts. */
export type ClientTls = {
  /** The certificate, then those of the authorities between it and the root. */
  readonly certificate: string
  readonly privateKey: Sealed
  /** Authorities trusted for this target instead of those that Node trusts. */
  readonly ca?: string
}

/** Keys of Standard Webhooks 1.0.0, each `whsec_` and the base64 of 24 to 64 bytes. */
export type Signing = {
  readonly secret: Sealed
  /** Signs as well until its end, so that receivers can change over one after the other. Epoch ms. */
  readonly previous?: { readonly secret: Sealed; readonly validUntil: number }
}

/** The target may answer 202 and tell later what came of it. Absent: its answer is the outcome. */
export type Completion = { readonly mode: 'report'; readonly deadlineMs: number }

export type SuccessRule = {
  /** Inclusive ranges of status codes; default 200 to 299. */
  readonly status?: readonly (readonly [from: number, to: number])[]
  readonly bodyContains?: string
  readonly bodyLacks?: string
  /** An answer that takes longer than this is a failure, though it came. */
  readonly longestMs?: number
}

export type HttpTarget = {
  readonly kind: 'http'
  readonly url: string
  readonly method: HttpMethod
  readonly query?: readonly NameValue[]
  readonly headers?: readonly NameValue[]
  readonly body?: HttpBody
  readonly auth?: HttpAuth
  readonly success?: SuccessRule
  /** Follow at most 3 redirects, each checked like the first address. Default true. */
  readonly redirects?: boolean
  readonly tls?: ClientTls
  readonly signing?: Signing
  readonly completion?: Completion
  /**
   * The API of an application that is called: how to sign in to it is asked of the application before each run. Set on
   * saving, never by a caller.
   */
  readonly handshake?: { readonly applicationId: string; readonly apiId: string }
  /**
   * Present where URL, headers or body hold template variables; holds a copy of the job's metadata that they name, so that a
   * fire needs nothing but the target. Set on saving, never by a caller.
   */
  readonly variables?: Readonly<Record<string, string>>
}

/** A callable of a module that the operator has put into the folder of functions. */
export type FunctionTarget = {
  readonly kind: 'function'
  /** `report`, `reports.daily` or `reports.daily:send`; the grammar is in `functions.ts`. */
  readonly function: string
  readonly args: readonly unknown[]
  readonly kwargs: Readonly<Record<string, unknown>>
}

/** A workflow of GitHub Actions, which is dispatched. */
export type GithubTarget = {
  readonly kind: 'github'
  readonly owner: string
  readonly repo: string
  /** Name of its file, with or without `.yml`, or its number. */
  readonly workflow: string
  /** Branch or tag; null: the `branchDetails` of the metadata, else `master`. */
  readonly ref: string | null
  /** Go before entries of the metadata that have the same name. */
  readonly inputs: JsonObject
  /** Absent: the one of the server. */
  readonly token?: Sealed
  /** `concluded`: the run is followed to its end, and has to end well. */
  readonly success: 'dispatched' | 'concluded'
  /** Not called: an address that a dialect keeps beside the workflow, for the day when the workflow is taken away. */
  readonly webhookUrl?: string
  /**
   * A copy of the metadata of the job, whose entries are inputs of the workflow as well. Set on saving, never by a
   * caller, so that a fire needs nothing but the target.
   */
  readonly metadata: JsonObject
}

/** A message that the job sends by the mail server of the operator. */
export type EmailTarget = {
  readonly kind: 'email'
  readonly to: readonly string[]
  readonly subject: string
  /** Plain text. */
  readonly text: string
}

/** Which secret of a target it is: what seals and what opens it must say the same, and a fault of it is told under this name. */
export type SecretField =
  | 'target.token'
  | 'target.auth.password'
  | 'target.auth.token'
  | 'target.auth.value'
  | 'target.auth.clientSecret'
  | 'target.tls.privateKey'
  | 'target.signing.secret'
  | 'target.signing.previous'

/** Grows by a kind for each runner. */
export type Target = HttpTarget | FunctionTarget | GithubTarget | EmailTarget

/** How long after its 202 the target may take to report; null where its answer is the outcome. */
export const reportWithinMs = (target: Target): number | null =>
  target.kind === 'http' ? (target.completion?.deadlineMs ?? null) : null

export const signingOf = (target: Target): Signing | undefined => (target.kind === 'http' ? target.signing : undefined)
