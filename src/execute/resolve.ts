/** Host names to addresses, remembered for a short while so that many calls ask once. */
import type { Clock } from '../domain/clock.ts'
import { type Address, NameError, type NameSources, parseHosts } from './names.ts'

/** Rejects with `NameError`; never resolves to an empty list. */
export type Resolve = (host: string) => Promise<readonly Address[]>

const LONGEST_KEPT_MS = 30_000
const KEPT_HOSTS = 1000

type Answer = { readonly addresses: readonly Address[]; readonly keepMs: number }
type Entry = { readonly addresses: Promise<readonly Address[]>; freshUntil: number }
type HostsTable = Promise<ReadonlyMap<string, readonly Address[]>>

export const createResolver = (clock: Clock, sources: NameSources): Resolve => {
  const entries = new Map<string, Entry>()
  let hosts: { readonly table: HostsTable; readonly freshUntil: number } | null = null

  const hostsTable = (): HostsTable => {
    if (hosts === null || hosts.freshUntil <= clock.monotonic()) {
      const table = sources.hostsFile().then(parseHosts, () => new Map())
      hosts = { table, freshUntil: clock.monotonic() + LONGEST_KEPT_MS }
    }
    return hosts.table
  }

  const ask = async (host: string): Promise<Answer> => {
    const listed = (await hostsTable()).get(host)
    if (listed !== undefined) return { addresses: listed, keepMs: LONGEST_KEPT_MS }
    // RFC 6761, 6.3: these names are loopback and are never asked for.
    if (host === 'localhost' || host.endsWith('.localhost')) return { addresses: LOOPBACK, keepMs: LONGEST_KEPT_MS }
    try {
      const records = await sources.query(host)
      const seconds = Math.min(...records.map(({ ttl }) => ttl))
      const addresses = records.map(({ address, family }) => ({ address, family }))
      return { addresses, keepMs: Math.min(LONGEST_KEPT_MS, seconds * 1000) }
    } catch (error) {
      const mayBeShort = sources.system !== null && error instanceof NameError && error.notFound
      if (!mayBeShort) throw error
      return { addresses: await sources.system(host), keepMs: LONGEST_KEPT_MS }
    }
  }

  return (hostname) => {
    const host = hostname.replace(/\.$/, '').toLowerCase()
    const known = entries.get(host)
    if (known !== undefined && known.freshUntil > clock.monotonic()) return known.addresses
    const addresses = ask(host).then(
      (answer) => {
        entry.freshUntil = clock.monotonic() + answer.keepMs
        return answer.addresses
      },
      (error) => {
        entry.freshUntil = 0
        throw error
      },
    )
    // Until it is answered, everybody who asks for the name shares the one question.
    const entry: Entry = { addresses, freshUntil: Number.POSITIVE_INFINITY }
    forgetOldest()
    entries.delete(host)
    entries.set(host, entry)
    return addresses
  }

  function forgetOldest(): void {
    const [oldest] = entries.keys()
    if (entries.size >= KEPT_HOSTS && oldest !== undefined) entries.delete(oldest)
  }
}

const LOOPBACK: readonly Address[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]
