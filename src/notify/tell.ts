/** Turns events, and what is late or takes long, into notices and messages: each once, in one transaction with how far it was told. */
import type { Clock } from '../domain/clock.ts'
import { GIVE_UP_AFTER_MS } from '../domain/notice.ts'
import type { AlertSubject, NewDelivery, NewNotice, Series, Store, Telling, Untold } from '../store/store.ts'
import { collectedOf, dueAt, type Happened } from './collecting.ts'
import { addressedBy, mailed, type Numbered } from './mailed.ts'
import { type Heard, overdueOf, seriesAfter, type Told, toldOf } from './rules.ts'

const EVENTS_AT_ONCE = 200
/** Switched off in the same request as it was changed: one notice says both. */
const SAME_REQUEST_MS = 1000

export type TellParts = {
  readonly store: Pick<Store, 'outbox' | 'channels' | 'digests'>
  readonly clock: Clock
  readonly newId: () => string
  /** The page of a job; null where there is none. */
  readonly linkOf: (jobId: string) => string | null
  /** IANA name; in which times are shown. */
  readonly zone: string
}

export type Teller = { readonly take: () => Promise<void>; readonly watch: () => Promise<void> }

export const createTeller = ({ store, clock, newId, linkOf, zone }: TellParts): Teller => {
  const { outbox } = store

  const noticesOf = ({ lines }: Told, at: number): NewNotice[] => lines.map((line) => ({ ...line, id: newId(), at }))

  const deliveriesOf = async (workspaceKey: number, all: readonly Numbered[]): Promise<NewDelivery[]> => {
    const users = await outbox.addressees(workspaceKey, addressedBy(all))
    const now = clock.now()
    return all.flatMap(({ told, eventNumber }) =>
      mailed(told, users).map((post) => ({
        ...post,
        id: newId(),
        eventNumber,
        createdAt: now,
        notBefore: now,
        giveUpAt: now + GIVE_UP_AFTER_MS,
      })),
    )
  }

  const collected = async (workspaceKey: number, all: readonly Happened[]) => {
    const readers = await store.digests.readers(workspaceKey)
    return collectedOf(all, readers, dueAt(readers, clock.now(), zone))
  }

  const tellOverdue = async (workspaceKey: number, about: Parameters<typeof overdueOf>[0], now: number) => {
    for (const { what, ...told } of overdueOf(about, now)) {
      const { run } = about
      if (await outbox.wasTold(workspaceKey, run.id, what)) continue
      await outbox.tell({
        workspaceKey,
        notices: noticesOf(told, now),
        deliveries: await deliveriesOf(workspaceKey, [{ told, eventNumber: null }]),
        collected: await collected(workspaceKey, [{ told, job: about.subject, error: null, at: now }]),
        series: [],
        supersedes: [],
        of: { kind: 'once', executionId: run.id, what, at: now },
      })
    }
  }

  const takeOf = async ({ workspaceKey, after, events }: Untold): Promise<boolean> => {
    const upTo = events.at(-1)?.number
    if (upTo === undefined) return false
    const jobIds = [...new Set(events.flatMap(({ jobId }) => jobId ?? []))]
    const executions = events.flatMap(({ subject }) => (subject.kind === 'execution' ? subject.id : []))
    const [subjects, runs, names, slack] = await Promise.all([
      outbox.subjects(workspaceKey, jobIds),
      outbox.runs(workspaceKey, executions),
      outbox.namesOf([...new Set(events.flatMap(({ actorId }) => actorId ?? []))]),
      store.channels.slack(workspaceKey),
    ])
    const present = new Map<string, AlertSubject>(subjects)
    const series = new Map<number, Series>()
    const notices: NewNotice[] = []
    const all: Numbered[] = []
    const happened: Happened[] = []
    const supersedes: Telling['supersedes'][number][] = []
    for (const event of events) {
      const subject = event.jobId === null ? undefined : present.get(event.jobId)
      if (subject === undefined) continue
      const heard: Heard = {
        event,
        subject,
        run: runs.get(event.subject.id) ?? null,
        actor: event.actorId === null ? null : (names.get(event.actorId) ?? null),
        link: subject.isDeleted ? null : linkOf(subject.id),
        zone,
        isSlackOn: slack?.enabled === true,
      }
      const told = toldOf(heard)
      notices.push(...noticesOf(told, event.at))
      all.push({ told, eventNumber: event.number })
      const { error } = event.data
      happened.push({ told, job: subject, error: typeof error === 'string' ? error : null, at: event.at })
      if (event.type === 'job.paused' || event.type === 'job.resumed')
        supersedes.push({ jobId: subject.id, from: event.at - SAME_REQUEST_MS })
      const { failingSince, failures } = seriesAfter(subject, event)
      if (failures !== subject.failures) {
        series.set(subject.jobKey, { jobKey: subject.jobKey, since: failingSince, failures })
        present.set(subject.id, { ...subject, failingSince, failures })
      }
    }
    const left = notices.filter(
      ({ kind, jobId, at }) =>
        kind !== 'job.changed' ||
        !supersedes.some((one) => one.jobId === jobId && at >= one.from && at <= one.from + SAME_REQUEST_MS),
    )
    const of = { kind: 'events', after, upTo } as const
    const deliveries = await deliveriesOf(workspaceKey, all)
    const collectedNow = await collected(workspaceKey, happened)
    await outbox.tell({
      workspaceKey,
      notices: left,
      deliveries,
      collected: collectedNow,
      series: [...series.values()],
      supersedes,
      of,
    })
    // What started late and ended before anybody looked at it.
    for (const [id, run] of runs) {
      const subject = subjects.get(events.find((event) => event.subject.id === id)?.jobId ?? '')
      if (subject === undefined || run.finishedAt === null) continue
      await tellOverdue(workspaceKey, { subject, run, link: linkOf(subject.id), zone }, run.finishedAt)
    }
    return events.length === EVENTS_AT_ONCE
  }

  return {
    take: async () => {
      for (let more = true; more; ) {
        more = false
        for (const untold of await outbox.untold(EVENTS_AT_ONCE)) if (await takeOf(untold)) more = true
      }
    },
    watch: async () => {
      const now = clock.now()
      for (const { workspaceKey, subject, run } of await outbox.watched()) {
        await tellOverdue(workspaceKey, { subject, run, link: linkOf(subject.id), zone }, now)
      }
    },
  }
}
