/** What every call over HTTP goes through: guard, names, trust and pooled connections, put together once for a runner. */
import type { Clock } from '../domain/clock.ts'
import type { HttpCallDependencies } from './call.ts'
import { createConnector, dialTcp } from './connect.ts'
import type { Reveal } from './credentials.ts'
import { createEgressGuard, type EgressPolicy } from './egress.ts'
import { createIdentities } from './identity.ts'
import { type NameSources, systemNames } from './names.ts'
import { createPools } from './pools.ts'
import { createResolver } from './resolve.ts'
import type { RevocationLists } from './revocation.ts'
import { createTrust } from './trust.ts'

export type CallOptions = {
  readonly clock: Clock
  readonly egress: EgressPolicy
  readonly reveal: Reveal
  /** Of Carillon, for `user-agent: carillon/<version>`. */
  readonly version: string
  /** Certificate authorities in PEM, instead of those that Node trusts. */
  readonly ca?: readonly string[]
  /** Lists of revoked certificates; null where the operator gives none. */
  readonly revocation?: RevocationLists | null
  /** Where host names are looked up; the hosts file and DNS of this machine by default. */
  readonly names?: NameSources
}

export const createCalls = (options: CallOptions): HttpCallDependencies & { readonly userAgent: string } => {
  const { clock, reveal } = options
  const guard = createEgressGuard(options.egress)
  const names = options.names ?? systemNames(clock, { searchLists: options.egress.allowPrivate })
  const resolve = createResolver(clock, names)
  const trust = createTrust({ ca: options.ca, revocation: options.revocation ?? null })
  const pools = createPools(clock, (reach, identity) =>
    createConnector({ clock, guard, resolve, reach, context: trust(identity), dial: dialTcp }),
  )
  return { clock, guard, pools, reveal, identityOf: createIdentities(reveal), userAgent: `carillon/${options.version}` }
}
