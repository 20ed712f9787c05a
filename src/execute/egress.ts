/** The egress guard: which URLs, and which addresses behind them, this server may call. */
import { networkInterfaces } from 'node:os'
import { bytesOf, embeddedV4, isLoopback, placeOf } from './addresses.ts'
import { type EgressRule, namesAddress, namesHost, opensPort, WELL_KNOWN } from './egress-rules.ts'

/** Our own API. Targets must not reach it, except for paths that do nothing but answer (the built-in echo endpoint). */
type OwnServer = {
  readonly port: number
  readonly allowedPathPrefix: string
  /** Of a second listener, at which nothing may be called. */
  readonly closedPort?: number | null
}

export type EgressPolicy = {
  /** Private, loopback and special addresses may be called: development. */
  readonly allowPrivate: boolean
  readonly allow: readonly EgressRule[]
  readonly self: OwnServer | null
}

/** `own`: the request is one that our own server may get, so its connection may lead to ourselves. */
export type Reach = 'outside' | 'own'

export type EgressGuard = {
  /** Before any name is resolved: host, port and literal address. Null is a refusal; scheme and form are checked elsewhere. */
  readonly admitUrl: (url: URL) => Reach | null
  /** For each address behind a host, before the connection and again after it. `host` is as `URL.hostname` gives it. */
  readonly admitAddress: (address: string, host: string, port: number, reach: Reach) => boolean
}

const METADATA_HOSTS: ReadonlySet<string> = new Set([
  'instance-data',
  'instance-data.ec2.internal',
  'metadata',
  'metadata.azure.internal',
  'metadata.goog',
  'metadata.google.internal',
  'metadata.packet.net',
  'metadata.tencentyun.com',
])

// Names that only a network of our own can answer (RFC 6761, 6762, 8375 and custom).
const INSIDE_SUFFIX = /(^|\.)(internal|local|localhost|localdomain|home\.arpa|lan|intranet)$/

export const createEgressGuard = (
  policy: EgressPolicy,
  ownAddresses: () => readonly string[] = addressesOfThisMachine,
): EgressGuard => {
  const ordinaryPort = (port: number): boolean =>
    policy.allowPrivate ? !WELL_KNOWN.has(port) : port === 80 || port === 443

  const isNamed = (host: string, port: number): boolean => policy.allow.some((rule) => namesHost(rule, host, port))

  const admitName = (host: string, port: number): boolean => {
    if (METADATA_HOSTS.has(host)) return false
    if (isNamed(host, port)) return true
    // A rule for a network may open the port; that is known only once the name is resolved.
    if (!ordinaryPort(port) && !policy.allow.some((rule) => opensPort(rule, port))) return false
    return policy.allowPrivate || (host.includes('.') && !INSIDE_SUFFIX.test(host))
  }

  const admitBytes = (bytes: readonly number[], host: string, port: number): boolean => {
    if (isNamed(host, port) || policy.allow.some((rule) => namesAddress(rule, bytes, port))) return true
    return ordinaryPort(port) && (policy.allowPrivate || placeOf(bytes) === 'public')
  }

  const isOurselves = (bytes: readonly number[], port: number): boolean => {
    if (policy.self === null || (policy.self.port !== port && policy.self.closedPort !== port)) return false
    if (isLoopback(bytes)) return true
    const forms = [bytes, ...embeddedV4(bytes)].map(String)
    return ownAddresses().some((own) => forms.includes(String(bytesOf(own))))
  }

  const admitAddress: EgressGuard['admitAddress'] = (address, hostname, port, reach) => {
    const bytes = bytesOf(address)
    if (bytes === null || placeOf(bytes) === 'metadata') return false
    if (isOurselves(bytes, port)) return reach === 'own'
    const host = bareHost(hostname)
    return (bytesOf(host) !== null || admitName(host, port)) && admitBytes(bytes, host, port)
  }

  return {
    admitUrl: (url) => {
      const host = bareHost(url.hostname)
      const port = portOf(url)
      const reach = policy.self !== null && mayBeOwn(url, port, policy.self) ? 'own' : 'outside'
      if (METADATA_HOSTS.has(host)) return null
      if (bytesOf(host) !== null) return admitAddress(host, host, port, reach) ? reach : null
      // Whether an `own` name really leads to ourselves shows when it is resolved: `admitAddress` judges it then.
      return reach === 'own' || admitName(host, port) ? reach : null
    },
    admitAddress,
  }
}

const portOf = (url: URL): number => Number(url.port) || (url.protocol === 'https:' ? 443 : 80)

/** Without the brackets of an IPv6 literal and the final dot of a full name. */
const bareHost = (hostname: string): string => hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')

// Encoded slashes are refused, as a router may decode them into another path than the one that was compared.
const mayBeOwn = (url: URL, port: number, self: OwnServer): boolean =>
  port === self.port &&
  (url.pathname === self.allowedPathPrefix || url.pathname.startsWith(`${self.allowedPathPrefix}/`)) &&
  !/%2f|%5c|\/\//i.test(url.pathname)

const addressesOfThisMachine = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((entries) => (entries ?? []).map(({ address }) => address))
