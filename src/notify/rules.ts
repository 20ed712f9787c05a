/** Who hears what of an event, by the alerts of its job. Pure. */
import type { AlertKind, AlertRule, JobAlerts } from '../domain/alerts.ts'
import type { Event } from '../domain/event.ts'
import { addressKey } from '../domain/mail-address.ts'
import type { Audience, ChannelKind, NoticeType } from '../domain/notice.ts'
import type { AlertRun, AlertSubject } from '../store/store.ts'
import type { NoticeFacts, NoticeKind } from './channel.ts'
import { concernsOwner } from './wishes.ts'

export type Post = { readonly channel: ChannelKind; readonly recipient: string; readonly facts: NoticeFacts }

export type Line = {
  readonly audience: Audience
  readonly kind: NoticeKind
  readonly type: NoticeType
  readonly title: string
  readonly message: string
  /** Null where it leads nowhere any more. */
  readonly jobId: string | null
  readonly executionId: string | null
}

export type Told = {
  readonly lines: readonly Line[]
  readonly posts: readonly Post[]
  /** What the owner is mailed who asked to be: null where it is nothing of that kind. */
  readonly toOwner: { readonly userId: string; readonly facts: NoticeFacts } | null
}

const NOTHING: Told = { lines: [], posts: [], toOwner: null }

export type Heard = {
  readonly event: Event
  readonly subject: AlertSubject
  readonly run: AlertRun | null
  /** E-mail address of who did it; null: the server itself. */
  readonly actor: string | null
  readonly link: string | null
  readonly zone: string
  readonly isSlackOn: boolean
}

type Series = Pick<AlertSubject, 'failingSince' | 'failures'>

const KIND_OF: Partial<Record<Event['type'], NoticeKind>> = {
  'job.created': 'job.created',
  'job.restored': 'job.created',
  'job.changed': 'job.changed',
  'job.undone': 'job.changed',
  'job.paused': 'job.disabled',
  'job.resumed': 'job.enabled',
  'job.deleted': 'job.deleted',
  'job.auto_paused': 'job.auto_paused',
  'job.ends_soon': 'job.ends_soon',
  'execution.succeeded': 'job.succeeded',
  'execution.failed': 'job.failed',
  'execution.missed': 'job.missed',
  'execution.uncertain': 'job.uncertain',
}

/** The rules that an event meets by its kind alone. */
const RULE_OF: Partial<Record<NoticeKind, AlertKind>> = {
  'job.failed': 'failure',
  'job.succeeded': 'success',
  'job.auto_paused': 'auto_paused',
  'job.missed': 'missed',
  'job.uncertain': 'uncertain',
}

/** What people did to the job is told though it is snoozed: only its runs are noise. */
const OF_CHANGES: readonly NoticeKind[] = ['job.created', 'job.changed', 'job.enabled', 'job.disabled', 'job.deleted']
/** For the owner and the admins, whatever is announced to all. */
const OF_UPKEEP: readonly NoticeKind[] = ['job.auto_paused', 'job.ends_soon']

/** How the series of failures goes on. */
export const seriesAfter = (series: Series, event: Event): Series => {
  if (event.type === 'execution.succeeded') return { failingSince: null, failures: 0 }
  if (event.type !== 'execution.failed') return series
  return { failingSince: series.failingSince ?? event.at, failures: series.failures + 1 }
}

export const toldOf = (heard: Heard): Told => {
  const { event, subject } = heard
  const kind = KIND_OF[event.type]
  if (kind === undefined) return NOTHING
  const { alerts } = subject
  const isAsleep = alerts.snoozedUntil !== null && event.at < alerts.snoozedUntil && !OF_CHANGES.includes(kind)
  if (isAsleep) return NOTHING
  const facts = factsOf(kind, heard)
  const { failures } = seriesAfter(subject, event)
  const met = (rule: AlertRule): NoticeFacts | null => {
    if (rule.on === RULE_OF[kind]) return facts
    if (rule.on === 'failures' && kind === 'job.failed' && failures === rule.count)
      return { ...facts, kind: 'job.failing', count: failures }
    if (rule.on === 'recovery' && kind === 'job.succeeded' && subject.failingSince !== null)
      return { ...facts, kind: 'job.recovered', downtimeMs: event.at - subject.failingSince, count: subject.failures }
    return null
  }
  const byRules = alerts.rules.map((rule) => ({ rule, facts: met(rule) }))
  const audience = announcedTo(kind, alerts, subject.ownerId)
  const lines = [
    ...(audience === null ? [] : [lineOf(facts, heard, audience)]),
    ...byRules.flatMap(({ rule, facts: of }) =>
      of === null || (audience?.kind === 'all' && of.kind === kind) ? [] : inboxLines(of, rule, heard),
    ),
  ]
  const posts = [
    ...mailPosts(facts, alerts),
    ...(OF_UPKEEP.includes(kind) && heard.isSlackOn && alerts.announce !== 'none'
      ? [{ channel: 'slack', recipient: 'slack', facts } as const]
      : []),
    ...byRules.flatMap(({ rule, facts: of }) => (of === null ? [] : postsOf(of, rule))),
  ]
  const { ownerId } = subject
  const toOwner = ownerId === null || !concernsOwner(kind) ? null : { userId: ownerId, facts }
  return { lines: once(lines, lineKey), posts: once(posts, postKey), toOwner }
}

/** What is late or takes long at `now`, or was when it ended; `what` is told once for each execution. */
export const overdueOf = (
  { subject, run, link, zone }: Pick<Heard, 'subject' | 'link' | 'zone'> & { readonly run: AlertRun },
  now: number,
): readonly (Told & { readonly what: string })[] => {
  const { alerts } = subject
  if (alerts.snoozedUntil !== null && now < alerts.snoozedUntil) return []
  return alerts.rules.flatMap((rule) => {
    if (rule.afterMs === null) return []
    const lateMs = (run.startedAt ?? now) - run.scheduledFor
    const tookMs = run.startedAt === null ? 0 : (run.finishedAt ?? now) - run.startedAt
    const ms = rule.on === 'late' ? lateMs : rule.on === 'long' ? tookMs : 0
    if (ms <= rule.afterMs) return []
    const kind = rule.on === 'late' ? 'job.late' : 'job.long'
    const facts = { ...bareFacts(kind, subject, { at: now, link, zone }), execution: { id: run.id }, durationMs: ms }
    const lines = inboxLines(facts, rule, { subject })
    return [{ what: `${rule.on} ${rule.afterMs}`, lines, posts: postsOf(facts, rule), toOwner: null }]
  })
}

const announcedTo = (kind: NoticeKind, { announce }: JobAlerts, ownerId: string | null): Audience | null => {
  if (announce === 'none') return null
  if (OF_UPKEEP.includes(kind)) return { kind: 'admins', userId: ownerId }
  if (announce === 'all') return { kind: 'all' }
  return OF_CHANGES.includes(kind) || kind === 'job.succeeded' ? null : { kind: 'admins', userId: ownerId }
}

const mailPosts = (facts: NoticeFacts, { mail }: JobAlerts): Post[] => {
  const isWanted =
    (facts.kind === 'job.failed' && mail?.onFailure) || (facts.kind === 'job.succeeded' && mail?.onSuccess)
  return mail === null || !isWanted ? [] : mail.to.map((recipient) => ({ channel: 'email', recipient, facts }))
}

const postsOf = (facts: NoticeFacts, { via }: AlertRule): Post[] => [
  ...via.mail.map((recipient) => ({ channel: 'email', recipient, facts }) as const),
  ...(via.slack ? [{ channel: 'slack', recipient: 'slack', facts } as const] : []),
  ...via.webhooks.map((recipient) => ({ channel: 'webhook', recipient, facts }) as const),
]

const inboxLines = (facts: NoticeFacts, { via }: AlertRule, heard: Pick<Heard, 'subject'>): Line[] =>
  via.inbox.map((userId) => lineOf(facts, heard, { kind: 'user', userId }))

const lineOf = (facts: NoticeFacts, { subject }: Pick<Heard, 'subject'>, audience: Audience): Line => ({
  audience,
  kind: facts.kind,
  ...wordsOf(facts),
  jobId: subject.isDeleted ? null : subject.id,
  executionId: subject.isDeleted ? null : (facts.execution?.id ?? null),
})

const bareFacts = (
  kind: NoticeKind,
  { id, name }: AlertSubject,
  { at, link, zone }: { readonly at: number; readonly link: string | null; readonly zone: string },
): NoticeFacts => ({
  kind,
  job: { id, name },
  execution: null,
  error: null,
  durationMs: null,
  downtimeMs: null,
  count: null,
  endsOn: null,
  days: null,
  mention: null,
  link,
  actor: null,
  at,
  zone,
  items: [],
})

const factsOf = (kind: NoticeKind, { event, subject, run, actor, link, zone }: Heard): NoticeFacts => {
  const { data } = event
  const reason = kind === 'job.auto_paused' ? textOf(data.reason) : null
  return {
    ...bareFacts(kind, subject, { at: event.at, link: kind === 'job.deleted' ? null : link, zone }),
    execution: event.subject.kind === 'execution' ? { id: event.subject.id } : null,
    error: reason ?? textOf(data.error),
    durationMs: run?.startedAt == null || run.finishedAt === null ? null : run.finishedAt - run.startedAt,
    count: numberOf(data.failures) ?? numberOf(data.occurrences),
    endsOn: textOf(data.ends_on),
    days: numberOf(data.days),
    mention: textOf(data.mention),
    actor,
  }
}

const wordsOf = (facts: NoticeFacts): Pick<Line, 'type' | 'title' | 'message'> => {
  const { kind, error, count, actor, endsOn, days } = facts
  const job = `Job "${facts.job?.name ?? ''}"`
  const by = actor === null ? '' : ` by ${actor}`
  const words = (type: NoticeType, title: string, message: string) => ({ type, title, message })
  switch (kind) {
    case 'job.created':
      return words('info', 'New Job Created', `${job} was created${by}.`)
    case 'job.changed':
      return words('info', 'Job Updated', `${job} was updated${by}.`)
    case 'job.enabled':
      return words('info', 'Job Enabled', `${job} was enabled${by}.`)
    case 'job.disabled':
      return words('warning', 'Job Disabled', `${job} was disabled${by}.`)
    case 'job.deleted':
      return words('warning', 'Job Deleted', `${job} was deleted${by}.`)
    case 'job.succeeded':
      return words('success', 'Job Completed', `${job} completed successfully.`)
    case 'job.failed':
      return words('error', 'Job Failed', `${job} failed: ${error ?? 'the reason is not known'}`)
    case 'job.auto_paused':
      return error === 'end_date'
        ? words('warning', 'Job auto-paused (end date passed)', `${job} was paused, since its end date has passed.`)
        : words('warning', 'Job auto-paused', `${job} was paused after ${count ?? 'several'} failures in a row.`)
    case 'job.ends_soon':
      return words('warning', 'Job ending soon', `${job} ends on ${endsOn ?? '?'}, in ${days ?? '?'} days.`)
    case 'job.missed':
      return words('warning', 'Job Missed', `${job} missed ${count ?? 1} of its runs.`)
    case 'job.uncertain':
      return words('warning', 'Job Uncertain', `${job} was started, and what came of it is not known.`)
    case 'job.recovered':
      return words('success', 'Job Recovered', `${job} runs again, after ${seconds(facts.downtimeMs)}.`)
    case 'job.failing':
      return words('error', 'Job Failing', `${job} failed ${count ?? 0} times in a row: ${error ?? ''}`)
    case 'job.late':
      return words('warning', 'Job Late', `${job} is late by ${seconds(facts.durationMs)}.`)
    case 'job.long':
      return words('warning', 'Job Running Long', `${job} takes ${seconds(facts.durationMs)}.`)
    case 'test':
    case 'group':
    case 'digest':
      return words('info', 'Messages', `${count ?? 0} messages.`)
  }
}

const seconds = (ms: number | null): string => `${Math.round((ms ?? 0) / 1000)} s`
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)
const lineKey = ({ audience, kind }: Line): string => JSON.stringify([audience, kind])
const postKey = ({ channel, recipient, facts }: Post): string =>
  JSON.stringify([channel, channel === 'email' ? addressKey(recipient) : recipient, facts.kind])

const once = <Thing>(things: readonly Thing[], keyOf: (thing: Thing) => string): Thing[] => [
  ...new Map(things.map((thing) => [keyOf(thing), thing])).values(),
]
