/** The client certificate of a target: who we are to it. Its key is opened only when a connection needs it. */
import { createHash } from 'node:crypto'
import type { Assignment } from '../domain/attempt.ts'
import type { ClientTls } from '../domain/target.ts'
import { ConnectError } from './connect.ts'
import type { Reveal } from './credentials.ts'

export type Identity = {
  /** Equal for equal certificates and keys: connections of one are never used for another. */
  readonly key: string
  /** Throws a ConnectError when the private key cannot be opened. */
  readonly open: () => { readonly certificate: string; readonly privateKey: string; readonly ca: string | undefined }
}

export type IdentityOf = (tls: ClientTls, assignment: Assignment) => Identity

/** Remembered by object: a target is prepared once and then called many times. */
export const createIdentities = (reveal: Reveal): IdentityOf => {
  const known = new WeakMap<ClientTls, Identity>()
  return (tls, assignment) => {
    const found = known.get(tls)
    if (found !== undefined) return found
    const made = { key: digestOf(tls), open: () => opened(tls, assignment, reveal) }
    known.set(tls, made)
    return made
  }
}

const digestOf = ({ certificate, privateKey, ca }: ClientTls): string =>
  createHash('sha256')
    .update(JSON.stringify([certificate, privateKey.sealed, ca]))
    .digest('base64')

const opened = ({ certificate, privateKey, ca }: ClientTls, assignment: Assignment, reveal: Reveal) => {
  try {
    return { certificate, privateKey: reveal(privateKey, assignment, 'target.tls.privateKey'), ca }
  } catch {
    // What was thrown may quote the secret, so it goes no further.
    throw new ConnectError('secret', 'The private key of the target’s certificate cannot be opened; save it again.')
  }
}
