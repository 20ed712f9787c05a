/** The runner of HTTP targets: pools, guard and prepared requests behind one call. */
import { createAccessTokens } from './access-tokens.ts'
import { HttpCall, type HttpCallSubject } from './call.ts'
import { type CallOptions, createCalls } from './calls.ts'
import { startHandshakeCall } from './handshake-call.ts'
import { type HandshakeMemory, NO_HANDSHAKES } from './handshake-memory.ts'
import { startOAuth2Call } from './oauth2-call.ts'
import { createPreparer } from './request.ts'
import { failed, type Run, type Runner } from './runner.ts'
import { type ReportPlace, vouchFor } from './vouch.ts'

export type HttpRunnerOptions = CallOptions & {
  /** Where targets that answer 202 report what came of it. */
  readonly reports: ReportPlace
  /** What is known of applications; default: nothing, so that no handshake is made. */
  readonly handshakes?: HandshakeMemory
}

export const createHttpRunner = (options: HttpRunnerOptions): Runner => {
  const { clock, reveal, reports } = options
  const { userAgent, ...call } = createCalls(options)
  const prepare = createPreparer({
    userAgent,
    guard: call.guard,
    vouchFor: (target) => vouchFor(target, { clock, reveal, reports }),
  })
  const tokens = createAccessTokens(clock)
  const oauth2 = { call, tokens, userAgent }
  const plain = (about: HttpCallSubject): Run => {
    const { auth } = about.prepared.first
    return auth?.kind === 'oauth2' ? startOAuth2Call(oauth2, auth, about) : new HttpCall(call, about).start()
  }
  const handshake = { call, clock, tokens, memory: options.handshakes ?? NO_HANDSHAKES, userAgent, plain }

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
      const about = { assignment, prepared, report }
      const place = target.kind === 'http' ? target.handshake : undefined
      return place === undefined ? plain(about) : startHandshakeCall(handshake, place, about)
    },
    close: () => call.pools.close(),
  }
}

const NOTHING_TO_STOP: Run = { stop: () => ({ statusCode: null, output: null, doing: 'starting' }) }
