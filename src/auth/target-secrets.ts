/** Where the one secret of a target rests: what seals it on saving and opens it on firing must agree. */
import type { HttpAuth, Sealed, Target } from '../domain/target.ts'
import type { Place, Secrets } from './secrets.ts'

/** The field that holds the secret, by kind of authentication. */
export const SECRET_FIELD = { basic: 'password', bearer: 'token', header: 'value' } as const satisfies Record<
  HttpAuth['kind'],
  string
>

/** Where the job's secret may be opened. */
export const secretPlace = (workspaceKey: number, jobId: string, kind: HttpAuth['kind']): Place => ({
  workspaceKey,
  owner: jobId,
  field: `target.auth.${SECRET_FIELD[kind]}`,
})

export const sealedSecretOf = (auth: HttpAuth): Sealed => {
  switch (auth.kind) {
    case 'basic':
      return auth.password
    case 'bearer':
      return auth.token
    case 'header':
      return auth.value
  }
}

/** What `execute` is given to open the secret of an assignment at the last moment; throws where it cannot be opened. */
export const revealWith =
  (secrets: Secrets) =>
  (sealed: Sealed, of: { readonly workspaceKey: number; readonly jobId: string; readonly target: Target }): string => {
    const auth = of.target.kind === 'http' ? of.target.auth : undefined
    if (auth === undefined) throw new Error('The target has no secret.')
    return secrets.open(sealed.sealed, secretPlace(of.workspaceKey, of.jobId, auth.kind))
  }
