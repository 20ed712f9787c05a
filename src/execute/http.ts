/** The runner of HTTP targets: pools, guard and prepared requests behind one call. */
import type { Clock } from '../domain/clock.ts'
import { createAccessTokens } from './access-tokens.ts'
import { HttpCall, type HttpCallDependencies } from './call.ts'
import { createConnector, dialTcp } from './connect.ts'
import type { Reveal } from './credentials.ts'
import { createEgressGuard, type EgressPolicy } from './egress.ts'
import { createIdentities } from './identity.ts'
import { type NameSources, systemNames } from './names.ts'
import { startOAuth2Call } from './oauth2-call.ts'
import { createPools } from './pools.ts'
import { createPreparer } from './request.ts'
import { createResolver } from './resolve.ts'
import type { RevocationLists } from './revocation.ts'
import { failed, type Run, type Runner } from './runner.ts'
import { createTrust } from './trust.ts'
import { type ReportPlace, vouchFor } from './vouch.ts'

export type HttpRunnerOptions = {
  readonly clock: Clock
  readonly egress: EgressPolicy
  readonly reveal: Reveal
  /** Where targets that answer 202 report what came of it. */
  readonly reports: ReportPlace
  /** Of Carillon, for `user-agent: carillon/<version>`. */
  readonly version: string
  /** Certificate authorities in PEM, instead of those that Node trusts. */
  readonly ca?: readonly string[]
  /** Lists of revoked certificates; null where the operator gives none. */
  readonly revocation?: RevocationLists | null
  /** Where host names are looked up; the hosts file and DNS of this machine by default. */
  readonly names?: NameSources
}

export const createHttpRunner = (options: HttpRunnerOptions): Runner => {
  const { clock, reveal, reports } = options
  const userAgent = `carillon/${options.version}`
  const guard = createEgressGuard(options.egress)
  const names = options.names ?? systemNames(clock, { searchLists: options.egress.allowPrivate })
  const resolve = createResolver(clock, names)
  const trust = createTrust({ ca: options.ca, revocation: options.revocation ?? null })
  const pools = createPools(clock, (reach, identity) =>
    createConnector({ clock, guard, resolve, reach, context: trust(identity), dial: dialTcp }),
  )
  const prepare = createPreparer({
    userAgent,
    guard,
    vouchFor: (target) => vouchFor(target, { clock, reveal, reports }),
  })
  const call: HttpCallDependencies = { clock, guard, pools, reveal, identityOf: createIdentities(reveal) }
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
    close: () => pools.close(),
  }
}

const NOTHING_TO_STOP: Run = { stop: () => ({ statusCode: null, output: null, doing: 'starting' }) }
