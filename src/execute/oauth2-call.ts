/** A call that signs in by OAuth2: first a token, then the call; once more with a new token when the target refuses the old one. */
import { createHash } from 'node:crypto'
import type { Assignment } from '../domain/attempt.ts'
import type { Cancel } from '../domain/clock.ts'
import type { OAuth2Auth } from '../domain/target.ts'
import type { AccessTokens, Got, Wanted } from './access-tokens.ts'
import { HttpCall, type HttpCallDependencies, type HttpCallSubject, SECRET_BROKEN } from './call.ts'
import type { Prepared } from './request.ts'
import { type Finding, failed, type Run } from './runner.ts'
import { tokenFrom, tokenRequest } from './token-request.ts'

export type OAuth2CallParts = {
  readonly call: HttpCallDependencies
  readonly tokens: AccessTokens
  readonly userAgent: string
}

export const startOAuth2Call = (parts: OAuth2CallParts, auth: OAuth2Auth, about: HttpCallSubject): Run => {
  const { assignment, prepared, report } = about
  const clientSecret = opened(parts.call, auth, assignment)
  if (clientSecret === null) {
    report(failed('secret', SECRET_BROKEN))
    return NOTHING_TO_STOP
  }
  const wanted = wantedBy(parts, { auth, clientSecret, assignment })
  let current: Run = NOTHING_TO_STOP
  let renewed = false

  const proceed = (got: Got): void => {
    if ('failure' in got) report(got.failure)
    else current = callWith(got.token).start()
  }

  const callWith = (token: string): HttpCall =>
    new HttpCall(
      { ...parts.call, reveal: ({ sealed }) => sealed },
      {
        assignment,
        prepared: withToken(prepared, token),
        report: (finding) => heard(token, finding),
        hide: [token, clientSecret],
      },
    )

  const heard = (token: string, finding: Finding): void => {
    const mayRenew = finding.failure !== null && finding.statusCode === 401 && !renewed
    if (mayRenew) {
      renewed = true
      parts.tokens.forget(wanted.key, token)
      askForToken()
    } else report(finding)
  }

  const askForToken = (): void => {
    let cancel: Cancel = () => undefined
    current = {
      stop: () => {
        cancel()
        return WAITING
      },
    }
    // A token that is at hand begins the call before this returns, and so replaces what was set above.
    cancel = parts.tokens.get(wanted, proceed)
  }

  askForToken()
  return { stop: () => current.stop() }
}

const WAITING = { statusCode: null, output: null, doing: 'waiting for an access token' } as const
const NOTHING_TO_STOP: Run = { stop: () => WAITING }

const opened = ({ reveal }: HttpCallDependencies, auth: OAuth2Auth, assignment: Assignment): string | null => {
  try {
    return reveal(auth.clientSecret, assignment, 'target.auth.clientSecret')
  } catch {
    // What was thrown may quote the secret, so it goes no further.
    return null
  }
}

/** Independent of the job: jobs with the same client share one token. The secret is part of it, but only as a digest. */
const wantedBy = (
  parts: OAuth2CallParts,
  { auth, clientSecret, assignment }: { auth: OAuth2Auth; clientSecret: string; assignment: Assignment },
): Wanted => {
  const { tokenUrl, clientId, scope, audience, clientAuthentication } = auth
  const about = [assignment.workspaceKey, tokenUrl, clientId, clientSecret, scope, audience, clientAuthentication]
  return {
    key: createHash('sha256').update(JSON.stringify(about)).digest('base64'),
    ask: (report) => {
      const prepared = tokenRequest(auth, clientSecret, { userAgent: parts.userAgent, guard: parts.call.guard })
      return new HttpCall(parts.call, { assignment, prepared, report }).start()
    },
    read: tokenFrom,
  }
}

const withToken = (prepared: Prepared, token: string): Prepared => ({
  ...prepared,
  first: { ...prepared.first, auth: { kind: 'bearer', token: { sealed: token } } },
})
