/** Where addresses of names come from: the hosts file, DNS, and the operating system as a last resort. */
import { lookup, Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import type { Clock } from '../domain/clock.ts'

export type Address = { readonly address: string; readonly family: 4 | 6 }

export class NameError extends Error {
  readonly notFound: boolean

  constructor(notFound: boolean, cause: unknown) {
    super(notFound ? 'The host name does not exist.' : 'The host name could not be resolved: DNS did not answer.', {
      cause,
    })
    this.name = 'NameError'
    this.notFound = notFound
  }
}

/** Each rejects with `NameError` and never resolves to an empty list. */
export type NameSources = {
  readonly hostsFile: () => Promise<string>
  /** Asks DNS for the name as it stands; `ttl` in seconds. */
  readonly query: (host: string) => Promise<readonly (Address & { readonly ttl: number })[]>
  /** The operating system's way (search lists, mDNS); null where only full names count. */
  readonly system: ((host: string) => Promise<readonly Address[]>) | null
}

const RENEW_MS = 30_000
const HOSTS_FILE = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts'

export type SystemNamesOptions = {
  /** Names that DNS does not know as they stand may be short ones (Kubernetes) or mDNS names. */
  readonly searchLists: boolean
  /** `address:port` of DNS servers; those of this machine by default. */
  readonly servers?: readonly string[]
}

export const systemNames = (clock: Clock, options: SystemNamesOptions): NameSources => {
  const newResolver = () => {
    const dns = new Resolver({ timeout: 2000, tries: 2 })
    if (options.servers !== undefined) dns.setServers(options.servers)
    return { dns, renewAt: clock.monotonic() + RENEW_MS }
  }
  let resolver = newResolver()

  return {
    hostsFile: () => readFile(HOSTS_FILE, 'utf8'),
    query: async (host) => {
      // A new resolver sees a changed resolv.conf.
      if (resolver.renewAt <= clock.monotonic()) resolver = newResolver()
      const { dns } = resolver
      const [v4, v6] = await Promise.allSettled([dns.resolve4(host, { ttl: true }), dns.resolve6(host, { ttl: true })])
      const answers = [
        ...(v4.status === 'fulfilled' ? v4.value.map((record) => ({ ...record, family: 4 as const })) : []),
        ...(v6.status === 'fulfilled' ? v6.value.map((record) => ({ ...record, family: 6 as const })) : []),
      ]
      if (answers.length === 0) throw new NameError(isNotFound(v4) && isNotFound(v6), v4)
      return answers
    },
    system: options.searchLists ? oneAtATime(askSystem) : null,
  }
}

const isNotFound = (result: PromiseSettledResult<unknown>): boolean =>
  result.status === 'fulfilled' || hasCode(result.reason, 'ENOTFOUND') || hasCode(result.reason, 'ENODATA')

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

const askSystem = async (host: string): Promise<readonly Address[]> => {
  try {
    const found = await lookup(host, { all: true })
    return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
  } catch (error) {
    throw new NameError(hasCode(error, 'ENOTFOUND'), error)
  }
}

/** `getaddrinfo` blocks a thread of the pool that files and passwords need too: never more than one. */
const oneAtATime = <A, B>(work: (input: A) => Promise<B>): ((input: A) => Promise<B>) => {
  let last: Promise<unknown> = Promise.resolve()
  return (input) => {
    const mine = last.then(() => work(input))
    last = mine.catch(() => undefined)
    return mine
  }
}

/** Lines of `address name name…`; a name on several lines has several addresses. */
export const parseHosts = (text: string): ReadonlyMap<string, readonly Address[]> => {
  const table = new Map<string, Address[]>()
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (address === undefined || address === '') continue
    for (const name of names.map((each) => each.toLowerCase())) {
      table.set(name, [...(table.get(name) ?? []), { address, family: address.includes(':') ? 6 : 4 }])
    }
  }
  return table
}
