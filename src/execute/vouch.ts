/** What goes with a request so that its target may trust it, or report on it later: signature and report token. */
import type { Assignment } from '../domain/attempt.ts'
import type { Clock } from '../domain/clock.ts'
import { signatureOf } from '../domain/signature.ts'
import type { HttpTarget, Signing } from '../domain/target.ts'
import type { Reveal } from './credentials.ts'

/** Where and with what a target reports on an attempt. */
export type ReportPlace = {
  readonly urlOf: (executionId: string) => string
  readonly tokenOf: (assignment: Assignment) => string
}

export type Vouched = {
  /** Name, value, name, value. */
  readonly headers: readonly string[]
  readonly secrets: readonly string[]
}

/** Null when a secret cannot be opened. */
export type Vouch = (body: Buffer | null, assignment: Assignment) => Vouched | null

export type VouchParts = { readonly clock: Clock; readonly reveal: Reveal; readonly reports: ReportPlace }

/** Null for a target that asks for nothing of the kind, as most do. */
export const vouchFor = ({ signing, completion }: HttpTarget, { clock, reveal, reports }: VouchParts): Vouch | null => {
  if (signing === undefined && completion === undefined) return null
  return (body, assignment) => {
    const headers: string[] = []
    const secrets: string[] = []
    if (completion !== undefined) {
      const token = reports.tokenOf(assignment)
      headers.push('carillon-report-url', reports.urlOf(assignment.executionId), 'carillon-report-token', token)
      secrets.push(token)
    }
    if (signing !== undefined) {
      const keys = openKeys(signing, clock.now(), assignment, reveal)
      if (keys === null) return null
      const timestamp = Math.floor(clock.now() / 1000)
      const signatures = keys.map((key) => signatureOf(key, { id: assignment.executionId, timestamp, body }))
      headers.push('webhook-timestamp', String(timestamp), 'webhook-signature', signatures.join(' '))
      secrets.push(...keys)
    }
    return { headers, secrets }
  }
}

/** The present key first; the former one as long as it still signs. */
const openKeys = (
  { secret, previous }: Signing,
  now: number,
  assignment: Assignment,
  reveal: Reveal,
): readonly string[] | null => {
  try {
    const present = reveal(secret, assignment, 'target.signing.secret')
    if (previous === undefined || previous.validUntil <= now) return [present]
    return [present, reveal(previous.secret, assignment, 'target.signing.previous')]
  } catch {
    // What was thrown may quote the secret, so it goes no further.
    return null
  }
}
