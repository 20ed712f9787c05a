/** Could a job reach this target? Goes the way of a call up to the connection, and tells at which step it ends. */
import type { Socket } from 'node:net'
import type { FailureCode } from '../domain/attempt.ts'
import type { Clock } from '../domain/clock.ts'
import { ConnectError, createConnector, dialTcp, EGRESS_DENIED } from './connect.ts'
import { createEgressGuard, type EgressPolicy } from './egress.ts'
import { type NameSources, systemNames } from './names.ts'
import { createResolver, type Resolve } from './resolve.ts'
import type { RevocationLists } from './revocation.ts'
import { createTrust } from './trust.ts'

export type ProbeStep = 'dns' | 'guard' | 'connection' | 'tls'

export type Probed = {
  /** Those behind the name, as far as it was asked for. */
  readonly addresses: readonly string[]
  readonly ms: number
  /** Null: it was reached. */
  readonly ended: { readonly step: ProbeStep; readonly reason: string } | null
}

export type ProbeOptions = {
  readonly clock: Clock
  readonly egress: EgressPolicy
  readonly revocation: RevocationLists | null
  /** Certificate authorities in PEM, instead of those that Node trusts. */
  readonly ca?: readonly string[]
  readonly names?: NameSources
}

/** Sends nothing: the connection is closed as soon as it stands. */
export const probeTarget = async (url: URL, options: ProbeOptions): Promise<Probed> => {
  const { clock, egress, revocation, ca } = options
  const began = clock.monotonic()
  const guard = createEgressGuard(egress)
  const ask = createResolver(clock, options.names ?? systemNames(clock, { searchLists: egress.allowPrivate }))
  let addresses: readonly string[] = []
  const resolve: Resolve = async (host) => {
    const found = await ask(host)
    addresses = found.map(({ address }) => address)
    return found
  }
  const finished = (ended: Probed['ended']): Probed => ({ addresses, ms: clock.monotonic() - began, ended })

  const reach = guard.admitUrl(url)
  if (reach === null) return finished({ step: 'guard', reason: EGRESS_DENIED })
  const context = createTrust({ ca, revocation })(null)
  const { connect } = createConnector({ clock, guard, resolve, reach, context, dial: dialTcp })
  const { promise, resolve: reached, reject } = Promise.withResolvers<Socket>()
  connect({ hostname: bare(url.hostname), protocol: url.protocol, port: url.port }, (error, socket) =>
    error === null ? reached(socket) : reject(error),
  )
  try {
    const socket = await promise
    socket.destroy()
    return finished(null)
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error
    return finished({ step: STEPS[error.failure] ?? 'connection', reason: error.message })
  }
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

const STEPS: Partial<Record<FailureCode, ProbeStep>> = { dns: 'dns', egress_denied: 'guard', tls: 'tls' }
