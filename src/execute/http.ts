/** The runner of HTTP targets: pools, guard and prepared requests behind one call. */
import { createAccessTokens } from './access-tokens.ts'
import { HttpCall } from './call.ts'
import { type CallOptions, createCalls } from './calls.ts'
import { startOAuth2Call } from './oauth2-call.ts'
import { createPreparer } from './request.ts'
import { failed, type Run, type Runner } from './runner.ts'
import { type ReportPlace, vouchFor } from './vouch.ts'

export type HttpRunnerOptions = CallOptions & {
  /** Where targets that answer 202 report what came of it. */
  readonly reports: ReportPlace
}

export const createHttpRunner = (options: HttpRunnerOptions): Runner => {
  const { clock, reveal, reports } = options
  const { userAgent, ...call } = createCalls(options)
  const prepare = createPreparer({
    userAgent,
    guard: call.guard,
    vouchFor: (target) => vouchFor(target, { clock, reveal, reports }),
  })
  const oauth2 = { call, tokens: createAccessTokens(clock), userAgent }

  return {
    kind: 'http',
    start: (assignment, report) => {
      const { target } = assignment
      const known = target.kind === 'http' ? prepare(target) : 'The target is not one that is called over HTTP.'
      const prepared = typeof known === 'string' || known.fill === null ? known : known.fill(assignment)
      if (typeof prepared === 'string') {
        report(failed('malformed', prepared))
        return NOTHING_TO_STOP
      }
      const { auth } = prepared.first
      const about = { assignment, prepared, report }
      return auth?.kind === 'oauth2' ? startOAuth2Call(oauth2, auth, about) : new HttpCall(call, about).start()
    },
    close: () => call.pools.close(),
  }
}

const NOTHING_TO_STOP: Run = { stop: () => ({ statusCode: null, output: null, doing: 'starting' }) }
