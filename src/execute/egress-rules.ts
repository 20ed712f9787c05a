/** Reads `EGRESS_ALLOW`: the addresses and names that an operator opens to targets. */
import { invalid } from '../domain/errors.ts'
import { bytesOf, contains, type Network, networkOf, placeOf } from './addresses.ts'

/** `port: null` opens every port except the well-known ones of other protocols. */
export type EgressRule =
  | { readonly kind: 'network'; readonly network: Network; readonly port: number | null }
  /** `*.example.com` stands for the names below it, not for `example.com` itself. */
  | { readonly kind: 'host'; readonly host: string; readonly subdomains: boolean; readonly port: number | null }

const SETTING = 'EGRESS_ALLOW'
const FORMS = 'use 10.0.0.0/8, 10.1.2.3:8080, [fd00::1]:8080, api.internal, *.example.com or api.internal:8443'

/** A comma list of networks, addresses, hosts and `*.suffix`, each with an optional `:port`. */
export const parseEgressAllow = (text: string): readonly EgressRule[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseEntry)

const parseEntry = (entry: string): EgressRule => {
  const { place, port } = splitPort(entry)
  const network = networkOf(place)
  if (network !== null) {
    const single = network.bits === network.bytes.length * 8
    if (single && placeOf(network.bytes) === 'metadata') {
      throw invalid(SETTING, entry, 'metadata addresses of clouds are never called, this entry would do nothing')
    }
    return { kind: 'network', network, port }
  }
  const [address = '', ...prefix] = place.split('/')
  if (prefix.length > 0) {
    const hint = bytesOf(address) === null ? FORMS : 'the prefix is too long, or bits beyond it are not zero'
    throw invalid(SETTING, entry, hint)
  }
  const subdomains = place.startsWith('*.')
  const host = subdomains ? place.slice(2) : place
  return { kind: 'host', host: canonicalHost(host, entry), subdomains, port }
}

const splitPort = (entry: string): { place: string; port: number | null } => {
  const bracketed = /^\[([^\]]*)\](\/\d+)?(?::(.*))?$/.exec(entry)
  if (bracketed !== null) {
    return { place: `${bracketed[1]}${bracketed[2] ?? ''}`, port: portOf(bracketed[3], entry) }
  }
  const colons = entry.split(':').length - 1
  // More than one colon without brackets is an IPv6 address.
  if (colons !== 1) return { place: entry, port: null }
  const at = entry.indexOf(':')
  return { place: entry.slice(0, at), port: portOf(entry.slice(at + 1), entry) }
}

const portOf = (text: string | undefined, entry: string): number | null => {
  if (text === undefined) return null
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw invalid(SETTING, entry, 'a port is a number from 1 to 65535')
  return port
}

const canonicalHost = (host: string, entry: string): string => {
  const url = /^[^\s/?#@:[\]*%]+$/.test(host) && URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : null
  const name = url?.hostname.replace(/\.$/, '') ?? ''
  if (name === '' || bytesOf(name) !== null) throw invalid(SETTING, entry, FORMS)
  return name
}

const opens = (rule: EgressRule, port: number): boolean =>
  rule.port === port || (rule.port === null && !WELL_KNOWN.has(port))

/** Does the rule name this host? `host` is as `URL.hostname` gives it, without a final dot. */
export const namesHost = (rule: EgressRule, host: string, port: number): boolean =>
  rule.kind === 'host' && opens(rule, port) && (rule.subdomains ? host.endsWith(`.${rule.host}`) : host === rule.host)

export const namesAddress = (rule: EgressRule, bytes: readonly number[], port: number): boolean =>
  rule.kind === 'network' && opens(rule, port) && contains(rule.network, bytes)

export const opensPort = (rule: EgressRule, port: number): boolean => rule.kind === 'network' && opens(rule, port)

/**
 * Ports of protocols that can be spoken to by accident through HTTP: the "bad ports" of the Fetch standard, and
 * databases, caches and brokers. Called only where a rule names the port.
 */
export const WELL_KNOWN: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526, 530, 531,
  532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1433, 1521, 1719, 1720, 1723, 2049, 2181, 3306, 3389,
  3659, 4045, 4190, 5060, 5061, 5432, 5672, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9092, 10080,
  11211, 27017,
])
