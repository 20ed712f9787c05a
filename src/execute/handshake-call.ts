/** A call of an API of an application: first the handshake, then the call; once more with new credentials when the old ones are refused. */
import { createHash } from 'node:crypto'
import type { Assignment } from '../domain/attempt.ts'
import type { Cancel, Clock } from '../domain/clock.ts'
import { type CallCredentials, handshakeTarget, readHandshake } from '../domain/handshake.ts'
import type { HttpAuth, HttpTarget } from '../domain/target.ts'
import type { AccessTokens, Got, Wanted } from './access-tokens.ts'
import { HttpCall, type HttpCallDependencies, type HttpCallSubject, SECRET_BROKEN } from './call.ts'
import type { HandshakeMemory, KnownApi } from './handshake-memory.ts'
import { type Prepared, prepare } from './request.ts'
import { type Finding, failed, faulted, type Run } from './runner.ts'
import type { Token } from './token-request.ts'

export type HandshakeCallParts = {
  readonly call: HttpCallDependencies
  readonly clock: Clock
  readonly tokens: AccessTokens
  readonly memory: HandshakeMemory
  readonly userAgent: string
  /** The call as it is, where the application wants no handshake. */
  readonly plain: (about: HttpCallSubject) => Run
}

type Known = Exclude<KnownApi, string>
type Place = NonNullable<HttpTarget['handshake']>

/** So that credentials do not end between here and the application. */
const LEAST_LEFT_MS = 1000

export const startHandshakeCall = (parts: HandshakeCallParts, place: Place, about: HttpCallSubject): Run => {
  const { clock, memory, tokens } = parts
  const { assignment, prepared } = about
  let over = false
  let renewed = false
  let current: Run = WAITING_RUN

  const report = (finding: Finding): void => {
    over = true
    about.report(finding)
  }

  const begin = (known: KnownApi): void => {
    if (known === 'none') current = parts.plain(about)
    else if (known === 'gone') report(failed('handshake', GONE, { retryable: false }))
    else if (known === 'sealed') report(failed('secret', SECRET_BROKEN))
    else if (known.kept !== null && known.kept.validUntil - LEAST_LEFT_MS > clock.now())
      callWith(known, known.kept.credentials)
    else shakeHands(known)
  }

  const shakeHands = (known: Known): void => {
    let cancel: Cancel = () => undefined
    current = {
      stop: () => {
        cancel()
        return WAITING
      },
    }
    // What is at hand begins the call before this returns, and so replaces what was set above.
    cancel = tokens.get(wantedBy(parts, { place, known, assignment }), (got: Got) => {
      if (over) return
      if ('failure' in got) {
        // What was kept is refused, or over: whoever comes next need not try it.
        if (known.kept !== null) void memory.keep(assignment, place, null)
        report(got.failure)
      } else callWith(known, got.token)
    })
  }

  const callWith = (known: Known, kept: string): void => {
    const { auth, hide } = authOf(JSON.parse(kept) as CallCredentials)
    const { secret } = known.handshake
    const call = new HttpCall(
      { ...parts.call, reveal: ({ sealed }) => sealed },
      {
        ...about,
        prepared: { ...prepared, first: { ...prepared.first, auth }, needsWholeBody: true },
        hide: [...hide, ...(secret === null ? [] : [secret])],
        report: (finding) => heard(known, kept, finding),
      },
    )
    current = call
    call.start()
  }

  const heard = (known: Known, used: string, finding: Finding): void => {
    if (over) return
    if (finding.failure !== null && finding.statusCode === 401 && !renewed) {
      renewed = true
      tokens.forget(keyOf(known, place), used)
      shakeHands(known)
    } else report(finding)
  }

  memory.recall(assignment, place).then(
    (known) => {
      if (!over) begin(known)
    },
    (error: unknown) => {
      if (!over) report(faulted(error))
    },
  )
  return {
    stop: () => {
      over = true
      return current.stop()
    },
  }
}

const WAITING = {
  statusCode: null,
  output: null,
  doing: 'waiting for the handshake of the application',
} as const
const WAITING_RUN: Run = { stop: () => WAITING }

const GONE =
  'The API of the application that this job was made from is no longer there, so nobody says how to sign in to it.'

/** The same for runs of the same API, as long as its application stays what it is. Secrets are part of it as a digest alone. */
const keyOf = ({ handshake }: Known, place: Place): string =>
  createHash('sha256')
    .update(JSON.stringify([place.applicationId, place.apiId, handshake]))
    .digest('base64')

const wantedBy = (
  parts: HandshakeCallParts,
  { place, known, assignment }: { readonly place: Place; readonly known: Known; readonly assignment: Assignment },
): Wanted => ({
  key: keyOf(known, place),
  ask: (report) => {
    const request = requestOf(parts, known)
    if (typeof request === 'string') {
      report(failed('malformed', request))
      return WAITING_RUN
    }
    let body = ''
    return new HttpCall(parts.call, {
      assignment,
      prepared: request,
      hear: (answer) => {
        body = answer.body.toString('utf8')
      },
      // The body as it came: what is kept of an answer has secrets cut out of it.
      report: (finding) => report({ ...finding, output: finding.failure === null ? body : null }),
    }).start()
  },
  read: (finding) => grantedBy(parts, { place, assignment, finding }),
})

const requestOf = ({ call, userAgent }: HandshakeCallParts, { handshake }: Known): Prepared | string => {
  const request = prepare(handshakeTarget(handshake), { userAgent, guard: call.guard, vouchFor: () => null })
  // Nothing of the execution is told: it is between us and the application.
  return typeof request === 'string' ? request : { ...request, needsWholeBody: true, announce: () => [] }
}

const grantedBy = (
  { clock, memory }: HandshakeCallParts,
  { place, assignment, finding }: { readonly place: Place; readonly assignment: Assignment; readonly finding: Finding },
): Token | Finding => {
  if (finding.failure !== null) return notGranted(finding)
  const now = clock.now()
  const granted = readHandshake(finding.output ?? '', now)
  if (typeof granted === 'string') return failed('handshake', `The handshake of the application failed: ${granted}.`)
  const credentials = JSON.stringify(granted.credentials)
  const { validUntil } = granted
  void memory.keep(assignment, place, validUntil === null ? null : { credentials, validUntil })
  return { value: credentials, expiresInMs: validUntil === null ? 0 : Math.max(0, validUntil - now) }
}

/** Answers to a handshake that would be the same next time. */
const FINAL = new Set([400, 401, 403, 404, 405])

const notGranted = (finding: Finding): Finding => {
  const { statusCode, failure, error } = finding
  if (failure === 'status')
    return failed('handshake', `The handshake of the application failed: it answered ${statusCode ?? ''}.`, {
      retryable: !FINAL.has(statusCode ?? 0),
      retryAfterMs: finding.retryAfterMs,
    })
  const why = `The handshake of the application failed. ${error ?? ''}`
  return { ...finding, statusCode: null, output: null, error: why }
}

/** The call's credentials, and what of them must not show. */
const authOf = (credentials: CallCredentials): { readonly auth: HttpAuth; readonly hide: readonly string[] } =>
  credentials.authType === 'Basic'
    ? {
        auth: { kind: 'basic', username: credentials.username, password: { sealed: credentials.password } },
        hide: credentials.password === '' ? [] : [credentials.password],
      }
    : { auth: { kind: 'bearer', token: { sealed: credentials.token } }, hide: [credentials.token] }
