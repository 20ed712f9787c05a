/** What kind of place an IP address is, judged by its bytes alone, never by its text. */
import ipaddr from 'ipaddr.js'

export type Network = { readonly bytes: readonly number[]; readonly bits: number }

/** `metadata`: credentials of the machine lie there. `inside`: not a place of the public Internet. */
export type Place = 'public' | 'inside' | 'metadata'

/** Four or sixteen bytes; null when the text is not an address. Zone ids are dropped: they name a link of ours. */
export const bytesOf = (address: string): readonly number[] | null => {
  const bare = address.replace(/%.*$/, '')
  if (ipaddr.IPv6.isValid(bare)) return ipaddr.IPv6.parse(bare).toByteArray()
  return ipaddr.IPv4.isValidFourPartDecimal(bare) ? ipaddr.IPv4.parse(bare).toByteArray() : null
}

/** `10.0.0.0/8`, or a single address; null when it is neither, or when bits beyond the prefix are set. */
export const networkOf = (text: string): Network | null => {
  const [address = '', prefix, ...rest] = text.split('/')
  const bytes = bytesOf(address)
  if (bytes === null || rest.length > 0) return null
  if (prefix === undefined) return { bytes, bits: bytes.length * 8 }
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
  if (!(bits <= bytes.length * 8)) return null
  const clean = bytes.every((byte, at) => (byte & ~maskAt(bits, at)) === 0)
  return clean ? { bytes, bits } : null
}

export const contains = (network: Network, bytes: readonly number[]): boolean =>
  bytes.length === network.bytes.length &&
  bytes.every((byte, at) => (byte & maskAt(network.bits, at)) === network.bytes[at])

const maskAt = (bits: number, at: number): number => (0xff << (8 - Math.min(8, Math.max(0, bits - at * 8)))) & 0xff

const networks = (text: string): readonly Network[] =>
  text
    .trim()
    .split(/\s+/)
    .map((entry) => {
      const network = networkOf(entry)
      if (network === null) throw new Error(`not a network: ${entry}`)
      return network
    })

// Where clouds hand credentials to whoever asks from the machine: AWS, Google, Azure, Alibaba, Oracle, Tencent.
const METADATA = networks(`
  169.254.169.0/24 169.254.170.0/24 169.254.0.23 100.100.100.200 168.63.129.16 192.0.0.192 fd00:ec2::/32 fd20:ce::/32
`)

// IANA IPv4 Special-Purpose Address Registry, with multicast and the reserved class E.
const INSIDE_V4 = networks(`
  0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
  192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24
  203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
`)

// Only 2000::/3 is handed out for the Internet (RFC 4291, 2.4); these parts of it are special.
const [GLOBAL_V6] = networks('2000::/3')
const INSIDE_V6 = networks('2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20')

export const placeOf = (bytes: readonly number[]): Place => {
  const embedded = embeddedV4(bytes)
  if ([bytes, ...embedded].some((form) => METADATA.some((network) => contains(network, form)))) return 'metadata'
  if (bytes.length === 4) return INSIDE_V4.some((network) => contains(network, bytes)) ? 'inside' : 'public'
  // A form that carries an IPv4 address leads wherever a translator sends it: inside, even if the inner address is public.
  if (embedded.length > 0 || GLOBAL_V6 === undefined || !contains(GLOBAL_V6, bytes)) return 'inside'
  return INSIDE_V6.some((network) => contains(network, bytes)) ? 'inside' : 'public'
}

const LOOPBACK = networks('127.0.0.0/8 0.0.0.0/8 ::1 ::')

/** Loopback or unspecified, also in an embedded form: this machine answers there. */
export const isLoopback = (bytes: readonly number[]): boolean =>
  [bytes, ...embeddedV4(bytes)].some((form) => LOOPBACK.some((network) => contains(network, form)))

type Embedding = { readonly within: Network; readonly inner: (bytes: readonly number[]) => readonly number[] }

const last4 = (bytes: readonly number[]): readonly number[] => bytes.slice(12)
const embedding = (within: string, inner: Embedding['inner']): readonly Embedding[] =>
  networks(within).map((network) => ({ within: network, inner }))

const EMBEDDINGS: readonly Embedding[] = [
  // Compatible, mapped, translated (RFC 4291, 2765) and NAT64 (RFC 6052, 8215).
  ...embedding('::/96 ::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48', last4),
  ...embedding('64:ff9b:1::/48', (bytes) => [...bytes.slice(6, 8), ...bytes.slice(9, 11)]),
  // 6to4 (RFC 3056).
  ...embedding('2002::/16', (bytes) => bytes.slice(2, 6)),
  // Teredo (RFC 4380): the server, and the client with its bits turned.
  ...embedding('2001::/32', (bytes) => bytes.slice(4, 8)),
  ...embedding('2001::/32', (bytes) => last4(bytes).map((byte) => byte ^ 0xff)),
]

/** The IPv4 addresses that an IPv6 address carries inside. */
export const embeddedV4 = (bytes: readonly number[]): readonly (readonly number[])[] => {
  if (bytes.length !== 16) return []
  const found = EMBEDDINGS.filter(({ within }) => contains(within, bytes)).map(({ inner }) => inner(bytes))
  // ISATAP (RFC 5214): an interface identifier, so it may follow any prefix. The first byte holds two flag bits.
  const isatap = ((bytes[8] ?? 0) & 0xfc) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe
  return isatap ? [...found, last4(bytes)] : found
}
