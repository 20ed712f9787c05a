/** Where the secrets of a target rest: what seals them on saving and opens them on firing must agree. */
import type { HttpAuth, Sealed, SecretField, Target } from '../domain/target.ts'
import type { Place, Secrets } from './secrets.ts'

/** The field that holds the secret, by kind of authentication. */
export const SECRET_FIELD = {
  basic: 'password',
  bearer: 'token',
  header: 'value',
  oauth2: 'clientSecret',
} as const satisfies Record<HttpAuth['kind'], string>

/** Whose secret it is. */
export type SecretOwner = { readonly workspaceKey: number; readonly jobId: string }

/** Where this secret of the job may be opened. */
export const placeOf = ({ workspaceKey, jobId }: SecretOwner, field: SecretField): Place => ({
  workspaceKey,
  owner: jobId,
  field,
})

/** The same, of the secret that signs in. */
export const secretPlace = (workspaceKey: number, jobId: string, kind: HttpAuth['kind']): Place =>
  placeOf({ workspaceKey, jobId }, `target.auth.${SECRET_FIELD[kind]}`)

export const sealedSecretOf = (auth: HttpAuth): Sealed => {
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

/** Every secret of a target, with the field it was sealed for. */
export const sealedIn = (target: Target): readonly { readonly field: SecretField; readonly sealed: Sealed }[] => {
  if (target.kind === 'github')
    return target.token === undefined ? [] : [{ field: 'target.token', sealed: target.token }]
  if (target.kind !== 'http') return []
  const { auth, tls, signing } = target
  return [
    ...(auth === undefined
      ? []
      : [{ field: `target.auth.${SECRET_FIELD[auth.kind]}` as const, sealed: sealedSecretOf(auth) }]),
    ...(tls === undefined ? [] : [{ field: 'target.tls.privateKey' as const, sealed: tls.privateKey }]),
    ...(signing === undefined ? [] : [{ field: 'target.signing.secret' as const, sealed: signing.secret }]),
    ...(signing?.previous === undefined
      ? []
      : [{ field: 'target.signing.previous' as const, sealed: signing.previous.secret }]),
  ]
}

/** The target with each of its secrets changed, to be sealed for another place or with another key. */
export const withSealed = (target: Target, change: (sealed: Sealed, field: SecretField) => Sealed): Target => {
  if (target.kind === 'github' && target.token !== undefined)
    return { ...target, token: change(target.token, 'target.token') }
  if (target.kind !== 'http') return target
  const { auth, tls, signing, ...rest } = target
  return {
    ...rest,
    ...(auth && { auth: withSecret(auth, (sealed) => change(sealed, `target.auth.${SECRET_FIELD[auth.kind]}`)) }),
    ...(tls && { tls: { ...tls, privateKey: change(tls.privateKey, 'target.tls.privateKey') } }),
    ...(signing && {
      signing: {
        ...signing,
        secret: change(signing.secret, 'target.signing.secret'),
        ...(signing.previous && {
          previous: { ...signing.previous, secret: change(signing.previous.secret, 'target.signing.previous') },
        }),
      },
    }),
  }
}

const withSecret = (auth: HttpAuth, change: (sealed: Sealed) => Sealed): HttpAuth => {
  switch (auth.kind) {
    case 'basic':
      return { ...auth, password: change(auth.password) }
    case 'bearer':
      return { ...auth, token: change(auth.token) }
    case 'header':
      return { ...auth, value: change(auth.value) }
    case 'oauth2':
      return { ...auth, clientSecret: change(auth.clientSecret) }
  }
}

/** What `execute` is given to open a secret of an assignment at the last moment; throws where it cannot be opened. */
export const revealWith =
  (secrets: Secrets) =>
  (sealed: Sealed, of: SecretOwner, field: SecretField): string =>
    secrets.open(sealed.sealed, placeOf(of, field))
