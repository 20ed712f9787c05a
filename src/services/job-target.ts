/** A job's HTTP target on its way in and out: secrets come as plain text, are kept sealed, and are shown as a fingerprint. */
import type { Secrets } from '../auth/secrets.ts'
import { SECRET_FIELD, sealedSecretOf, secretPlace } from '../auth/target-secrets.ts'
import type { FieldError } from '../domain/errors.ts'
import type { HttpAuth, HttpTarget, Sealed } from '../domain/target.ts'
import { checkHttpTarget, isHeaderValue } from '../domain/target-rules.ts'

/** Without its secret an update keeps the stored one. */
export type HttpAuthInput =
  | { readonly kind: 'basic'; readonly username: string; readonly password?: string | undefined }
  | { readonly kind: 'bearer'; readonly token?: string | undefined }
  | { readonly kind: 'header'; readonly name: string; readonly value?: string | undefined }

type Optional = 'query' | 'headers' | 'body' | 'success' | 'redirects'

export type HttpTargetInput = Pick<HttpTarget, 'kind' | 'url' | 'method'> & {
  readonly [K in Optional]?: HttpTarget[K] | undefined
} & { readonly auth?: HttpAuthInput | undefined }

/** First 8 hex digits of a keyed hash: equal secrets of one workspace look equal, nothing else can be told. */
type Fingerprint = { readonly fingerprint: string }

export type HttpAuthView =
  | { readonly kind: 'basic'; readonly username: string; readonly password: Fingerprint }
  | { readonly kind: 'bearer'; readonly token: Fingerprint }
  | { readonly kind: 'header'; readonly name: string; readonly value: Fingerprint }

export type HttpTargetView = Omit<HttpTarget, 'auth'> & { readonly auth?: HttpAuthView }

/** Whose target it is: its secret is sealed to this place. */
export type TargetOwner = { readonly workspaceKey: number; readonly jobId: string }

/** The target to keep, and all that is wrong with it. `stored`: what the job has now, null for a new one. */
export const keptHttpTarget = (
  secrets: Secrets,
  owner: TargetOwner,
  input: HttpTargetInput,
  stored: HttpTarget | null,
): { readonly target: HttpTarget; readonly errors: readonly FieldError[] } => {
  const { auth, ...rest } = input
  const plain = withoutUndefined(rest)
  if (auth === undefined) return { target: plain, errors: checkHttpTarget(plain) }
  const errors: FieldError[] = []
  const secret = keptSecret(secrets, owner, { auth, url: input.url, stored }, errors)
  const target = { ...plain, auth: authWith(auth, secret) }
  return { target, errors: [...checkHttpTarget(target), ...errors] }
}

/** Targets are kept as text: a field that is absent and one that is undefined must be the same. */
const withoutUndefined = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }

const keptSecret = (
  secrets: Secrets,
  owner: TargetOwner,
  { auth, url, stored }: { auth: HttpAuthInput; url: string; stored: HttpTarget | null },
  errors: FieldError[],
): Sealed => {
  const name = SECRET_FIELD[auth.kind]
  const wrong = (message: string): Sealed => {
    // The value is never repeated: it is, or nearly is, the secret.
    errors.push({ field: `target.auth.${name}`, message })
    return { sealed: '' }
  }
  const given = secretIn(auth)
  const place = secretPlace(owner.workspaceKey, owner.jobId, auth.kind)
  if (given !== undefined) {
    if (given === '') return wrong('it must not be empty')
    if (!isHeaderValue(given))
      return wrong('at most 8192 characters, without line breaks, NUL or characters above U+00FF')
    return { sealed: secrets.seal(given, place) }
  }
  if (stored?.auth?.kind !== auth.kind) return wrong('this is missing')
  // A URL that leads elsewhere would carry the secret there, to somebody who was never told it.
  if (!isSameOrigin(stored.url, url)) return wrong('give it again, since the URL now leads to another origin')
  const kept = sealedSecretOf(stored.auth)
  if (secrets.isCurrent(kept.sealed)) return kept
  const opened = opening(() => secrets.open(kept.sealed, place))
  return opened === null ? wrong('give it again: its key is lost') : { sealed: secrets.seal(opened, place) }
}

const secretIn = (auth: HttpAuthInput): string | undefined => {
  switch (auth.kind) {
    case 'basic':
      return auth.password
    case 'bearer':
      return auth.token
    case 'header':
      return auth.value
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
  }
}

export const isSameOrigin = (one: string, other: string): boolean => {
  const origin = URL.parse(one)?.origin
  return origin !== undefined && origin === URL.parse(other)?.origin
}

export const httpTargetView = (secrets: Secrets, owner: TargetOwner, { auth, ...rest }: HttpTarget): HttpTargetView =>
  auth === undefined ? rest : { ...rest, auth: authView(secrets, owner, auth) }

const authView = (secrets: Secrets, { workspaceKey, jobId }: TargetOwner, auth: HttpAuth): HttpAuthView => {
  const shown = { fingerprint: fingerprintOf() }
  switch (auth.kind) {
    case 'basic':
      return { kind: 'basic', username: auth.username, password: shown }
    case 'bearer':
      return { kind: 'bearer', token: shown }
    case 'header':
      return { kind: 'header', name: auth.name, value: shown }
  }

  function fingerprintOf(): string {
    const { sealed } = sealedSecretOf(auth)
    const plain = opening(() => secrets.open(sealed, secretPlace(workspaceKey, jobId, auth.kind)))
    return plain === null ? 'unreadable' : secrets.fingerprint(plain, workspaceKey)
  }
}

/** Null when the key is lost: that must not hide the job, which can still be given a new secret. */
const opening = (open: () => string): string | null => {
  try {
    return open()
  } catch {
    return null
  }
}
