/** A job's HTTP target on its way in and out: secrets come as plain text, are kept sealed, and are shown as a fingerprint. */
import type { Secrets } from '../auth/secrets.ts'
import { SECRET_FIELD, sealedSecretOf } from '../auth/target-secrets.ts'
import type { FieldError } from '../domain/errors.ts'
import type { HttpAuth, HttpTarget, OAuth2Auth, Sealed } from '../domain/target.ts'
import { checkHttpTarget, isHeaderValue } from '../domain/target-rules.ts'
import { type Fingerprint, fingerprintOf, keptSecret } from './kept-secret.ts'
import { keptSigning, type SigningInput, type SigningView, signingView } from './target-signing.ts'
import { type ClientTlsInput, type ClientTlsView, keptTls, tlsView } from './target-tls.ts'

type OAuth2Parts = Omit<OAuth2Auth, 'clientSecret'>

/** Without its secret an update keeps the stored one. */
export type HttpAuthInput =
  | { readonly kind: 'basic'; readonly username: string; readonly password?: string | undefined }
  | { readonly kind: 'bearer'; readonly token?: string | undefined }
  | { readonly kind: 'header'; readonly name: string; readonly value?: string | undefined }
  | (OAuth2Parts & { readonly clientSecret?: string | undefined })

type Optional = 'query' | 'headers' | 'body' | 'success' | 'redirects' | 'completion'

export type HttpTargetInput = Pick<HttpTarget, 'kind' | 'url' | 'method'> & {
  readonly [K in Optional]?: HttpTarget[K] | undefined
} & {
  readonly auth?: HttpAuthInput | undefined
  readonly tls?: ClientTlsInput | undefined
  readonly signing?: SigningInput | undefined
  /** Of services/apis.ts alone; a target that stays on its origin keeps what it has. */
  readonly handshake?: HttpTarget['handshake'] | undefined
}

export type HttpAuthView =
  | { readonly kind: 'basic'; readonly username: string; readonly password: Fingerprint }
  | { readonly kind: 'bearer'; readonly token: Fingerprint }
  | { readonly kind: 'header'; readonly name: string; readonly value: Fingerprint }
  | (OAuth2Parts & { readonly clientSecret: Fingerprint })

export type HttpTargetView = Omit<HttpTarget, 'auth' | 'tls' | 'signing' | 'variables' | 'handshake'> & {
  readonly auth?: HttpAuthView
  readonly tls?: ClientTlsView
  readonly signing?: SigningView
}

/** Whose target it is: its secrets are sealed to this place. */
export type TargetOwner = { readonly workspaceKey: number; readonly jobId: string }

/** What the job has now (null for a new one), and the time by which certificates are judged. */
type Present = { readonly stored: HttpTarget | null; readonly now: number }

/** The target to keep, and all that is wrong with it. */
export const keptHttpTarget = (
  secrets: Secrets,
  owner: TargetOwner,
  input: HttpTargetInput,
  { stored, now }: Present,
): { readonly target: HttpTarget; readonly errors: readonly FieldError[] } => {
  const { auth, tls, signing, handshake: given, ...rest } = input
  const errors: FieldError[] = []
  const staysThere = stored !== null && isSameOrigin(stored.url, input.url)
  const context = { secrets, owner, staysThere, now }
  const handshake = given ?? (staysThere ? stored.handshake : undefined)
  const target: HttpTarget = {
    ...withoutUndefined(rest),
    ...(handshake && { handshake }),
    ...(auth && { auth: keptAuth(auth, { ...context, stored: stored?.auth }, errors) }),
    ...(tls && { tls: keptTls(tls, { ...context, stored: stored?.tls }, errors) }),
    ...(signing && { signing: keptSigning(signing, { ...context, stored: stored?.signing }, errors) }),
  }
  return { target, errors: [...checkHttpTarget(target), ...errors] }
}

/** Targets are kept as text: a field that is absent and one that is undefined must be the same. */
const withoutUndefined = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }

type AuthContext = {
  readonly secrets: Secrets
  readonly owner: TargetOwner
  readonly stored: HttpAuth | undefined
  readonly staysThere: boolean
}

const keptAuth = (
  auth: HttpAuthInput,
  { secrets, owner, stored, staysThere }: AuthContext,
  errors: FieldError[],
): HttpAuth => {
  const isSameKind = stored?.kind === auth.kind
  // This secret goes to the token endpoint as well.
  const isSameEndpoint =
    auth.kind !== 'oauth2' || (stored?.kind === 'oauth2' && isSameOrigin(stored.tokenUrl, auth.tokenUrl))
  const secret = keptSecret(
    secrets,
    owner,
    {
      field: `target.auth.${SECRET_FIELD[auth.kind]}`,
      given: secretIn(auth),
      stored: isSameKind ? sealedSecretOf(stored) : undefined,
      staysThere: staysThere && isSameEndpoint,
      check: (plain) =>
        isHeaderValue(plain) ? null : 'at most 8192 characters, without line breaks, NUL or characters above U+00FF',
    },
    errors,
  )
  return authWith(auth, secret?.sealed ?? { sealed: '' })
}

const secretIn = (auth: HttpAuthInput): string | undefined => {
  switch (auth.kind) {
    case 'basic':
      return auth.password
    case 'bearer':
      return auth.token
    case 'header':
      return auth.value
    case 'oauth2':
      return auth.clientSecret
  }
}

const authWith = (auth: HttpAuthInput, secret: Sealed): HttpAuth => {
  switch (auth.kind) {
    case 'basic':
      return { kind: 'basic', username: auth.username, password: secret }
    case 'bearer':
      return { kind: 'bearer', token: secret }
    case 'header':
      return { kind: 'header', name: auth.name, value: secret }
    case 'oauth2':
      return { ...withoutUndefined(auth), clientSecret: secret }
  }
}

export const isSameOrigin = (one: string, other: string): boolean => {
  const origin = URL.parse(one)?.origin
  return origin !== undefined && origin === URL.parse(other)?.origin
}

export const httpTargetView = (
  secrets: Secrets,
  owner: TargetOwner,
  { auth, tls, signing, variables: _, handshake: __, ...rest }: HttpTarget,
): HttpTargetView => ({
  ...rest,
  ...(auth && { auth: authView(secrets, owner, auth) }),
  ...(tls && { tls: tlsView(secrets, owner, tls) }),
  ...(signing && { signing: signingView(secrets, owner, signing) }),
})

const authView = (secrets: Secrets, owner: TargetOwner, auth: HttpAuth): HttpAuthView => {
  const shown = fingerprintOf(secrets, owner, `target.auth.${SECRET_FIELD[auth.kind]}`, sealedSecretOf(auth))
  switch (auth.kind) {
    case 'basic':
      return { kind: 'basic', username: auth.username, password: shown }
    case 'bearer':
      return { kind: 'bearer', token: shown }
    case 'header':
      return { kind: 'header', name: auth.name, value: shown }
    case 'oauth2':
      return { ...auth, clientSecret: shown }
  }
}
