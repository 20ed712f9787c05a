/** What goes into digests: everything that a reader of one is told of, whichever way. Pure. */
import { digestTimes } from '../domain/digest.ts'
import type { Audience } from '../domain/notice.ts'
import type { Collected, DigestReader } from '../store/store.ts'
import { addressKey } from './mailed.ts'
import type { Told } from './rules.ts'
import { weightOf } from './wishes.ts'

export type Happened = {
  readonly told: Told
  readonly job: { readonly id: string; readonly name: string }
  readonly error: string | null
  readonly at: number
}

const LONGEST_ERROR = 300
const FARTHEST_AHEAD_MS = 8 * 86_400_000

/** The next digest; after the last one that was sent too, should the clock have gone back since. */
export const dueAt = (readers: readonly DigestReader[], now: number, zone: string): number => {
  const { next } = digestTimes('daily', now, zone)
  const sent = readers.flatMap(({ upTo }) => [upTo.daily ?? 0, upTo.weekly ?? 0])
  return Math.max(next, ...sent.filter((at) => at < next + FARTHEST_AHEAD_MS).map((at) => at + 1))
}

/** Sums, so that a flood of runs costs no more rows than it has jobs. Nothing where nobody reads a digest. */
export const collectedOf = (
  all: readonly Happened[],
  readers: readonly DigestReader[],
  day: number,
): readonly Collected[] => {
  if (readers.length === 0) return []
  const sums = new Map<string, Collected>()
  for (const { told, job, error, at } of all) {
    for (const { audience, kind } of entriesOf(told, readers)) {
      const key = JSON.stringify([audience, job.id, kind])
      const before = sums.get(key)
      sums.set(key, {
        day,
        audience,
        jobId: job.id,
        jobName: job.name,
        kind,
        weight: weightOf(kind),
        count: (before?.count ?? 0) + 1,
        at: Math.max(before?.at ?? at, at),
        error: error === null ? null : error.slice(0, LONGEST_ERROR),
      })
    }
  }
  return [...sums.values()]
}

type Entry = Pick<Told['lines'][number], 'audience' | 'kind'>

/** The inbox, and what is mailed to readers beyond that: nobody counts one thing twice. */
const entriesOf = ({ lines, posts }: Told, readers: readonly DigestReader[]): readonly Entry[] => {
  const wide = lines.filter(({ audience }) => audience.kind !== 'user')
  const covers = (reader: DigestReader, kind: string): boolean =>
    wide.some((line) => line.kind === kind && isFor(line.audience, reader))
  const own = new Map<string, Entry>()
  for (const reader of readers) {
    const lineKinds = lines.filter(({ audience }) => audience.kind === 'user' && audience.userId === reader.id)
    const mails = posts.filter(
      ({ channel, recipient }) => channel === 'email' && addressKey(recipient) === reader.address,
    )
    for (const kind of [...lineKinds.map((line) => line.kind), ...mails.map(({ facts }) => facts.kind)])
      if (!covers(reader, kind))
        own.set(JSON.stringify([reader.id, kind]), { audience: { kind: 'user', userId: reader.id }, kind })
  }
  return [...wide, ...own.values()]
}

const isFor = (audience: Audience, { id, isAdmin }: DigestReader): boolean =>
  audience.kind === 'all' || (audience.kind === 'admins' ? isAdmin || audience.userId === id : audience.userId === id)
