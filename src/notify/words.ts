/** What each kind of notice says: a title, a subject, a sentence, and the facts that go below it. */
import type { NoticeFacts, NoticeItem, NoticeKind } from './channel.ts'
import { oneLine, severalLines } from './texts.ts'

type SingleKind = NoticeItem['kind']

export type Words = {
  readonly title: string
  /** A sign that tells at a glance; empty where nothing is wrong or right. */
  readonly sign: string
  readonly subject: string
  readonly sentence: string
  /** Name and value, in order. */
  readonly facts: readonly (readonly [name: string, value: string])[]
}

const LONGEST_NAME = 200
const LONGEST_ERROR = 2000
const UNNAMED = '(no name)'

export const nameOf = (job: { readonly name: string } | null): string =>
  oneLine(job?.name ?? '', LONGEST_NAME) || UNNAMED

export const errorText = (error: string | null): string => severalLines(error ?? '', LONGEST_ERROR) || 'no reason given'

/** `45.23 seconds`, whatever the length: what reads these mails may be a program. */
export const secondsText = (ms: number | null): string => `${((ms ?? 0) / 1000).toFixed(2)} seconds`

/** The two largest units: `2 d 3 h`, `5 min 20 s`, `12 s`. */
export const spanText = (ms: number | null): string => {
  let left = Math.max(0, Math.round((ms ?? 0) / 1000))
  const parts: string[] = []
  for (const [unit, seconds] of UNITS) {
    const count = Math.floor(left / seconds)
    left -= count * seconds
    if (count > 0) parts.push(`${count} ${unit}`)
  }
  return parts.slice(0, 2).join(' ') || '0 s'
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const

/** `2026-11-24 21:00:00 JST`; a zone without a short name of its own in English shows its distance to UTC. */
export const timeText = (at: number, zone: string): string => {
  const time = new Date(at).toLocaleString('sv-SE', { timeZone: zone })
  return `${time} ${zoneText(zone, at)}`
}

/** Asia/Tokyo has a name that everybody there uses and that ICU keeps for one locale only. */
export const zoneText = (zone: string, at: number): string => {
  if (zone === 'Asia/Tokyo') return 'JST'
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'short' }).formatToParts(at)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone
}

/** Of one line of a group: what happened, in a word or two. */
export const ITEM_WORDS: Readonly<Record<SingleKind, string>> = {
  'job.failed': 'failed',
  'job.succeeded': 'succeeded',
  'job.recovered': 'recovered',
  'job.failing': 'keeps failing',
  'job.late': 'was late',
  'job.long': 'ran too long',
  'job.auto_paused': 'was paused',
  'job.ends_soon': 'ends soon',
  'job.missed': 'missed runs',
  'job.uncertain': 'has a run without a known outcome',
  'job.created': 'was created',
  'job.changed': 'was changed',
  'job.enabled': 'was enabled',
  'job.disabled': 'was disabled',
  'job.deleted': 'was deleted',
}

const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** Pure: the same facts give the same words. Nothing is escaped here, but every text is bounded and fit to be shown. */
export const wordsOf = (notice: NoticeFacts): Words => WORDS[notice.kind](notice)

const ofJob = ({ job }: NoticeFacts): [string, string][] => [
  ['Job Name', nameOf(job)],
  ['Job ID', oneLine(job?.id ?? '')],
]

const said = (
  notice: NoticeFacts,
  title: string,
  sign: string,
  sentence: string,
  facts: Words['facts'] = [],
  subject = `${sign === '' ? '' : `${sign} `}${title}: ${nameOf(notice.job)}`,
): Words => ({ title, sign, subject, sentence, facts: [...ofJob(notice), ...facts] })

const error = (notice: NoticeFacts): [string, string] => ['Error', errorText(notice.error)]
const byWhom = ({ actor }: NoticeFacts): string => oneLine(actor ?? '', LONGEST_NAME) || 'somebody'

const done =
  (title: string, deed: string, sign = '') =>
  (notice: NoticeFacts) =>
    said(notice, title, sign, `Job "${nameOf(notice.job)}" was ${deed} by ${byWhom(notice)}.`)

const isOver = ({ error: reason }: NoticeFacts): boolean => reason === 'end_date'

const WORDS: Readonly<Record<NoticeKind, (notice: NoticeFacts) => Words>> = {
  'job.failed': (notice) =>
    said(
      notice,
      'Job Failed',
      '🔴',
      `Job "${nameOf(notice.job)}" failed: ${errorText(notice.error)}`,
      [error(notice)],
      `🔴 Job Failure Alert: ${nameOf(notice.job)}`,
    ),
  'job.succeeded': (notice) =>
    said(
      notice,
      'Job Completed',
      '✅',
      `Job "${nameOf(notice.job)}" completed successfully in ${secondsText(notice.durationMs)}.`,
      [['Duration', secondsText(notice.durationMs)]],
      `✅ Job Success: ${nameOf(notice.job)}`,
    ),
  'job.recovered': (notice) =>
    said(
      notice,
      'Job Recovered',
      '✅',
      `Job "${nameOf(notice.job)}" works again after ${spanText(notice.downtimeMs)}.`,
      [
        ['Downtime', spanText(notice.downtimeMs)],
        ...(notice.durationMs === null ? [] : [['Duration', secondsText(notice.durationMs)] as const]),
      ],
    ),
  'job.failing': (notice) =>
    said(notice, 'Job Keeps Failing', '🔴', `Job "${nameOf(notice.job)}" failed ${notice.count ?? 0} times in a row.`, [
      ['Failures in a row', String(notice.count ?? 0)],
      error(notice),
    ]),
  'job.late': (notice) =>
    said(notice, 'Job Late', '⚠️', `Job "${nameOf(notice.job)}" is late by ${spanText(notice.durationMs)}.`, [
      ['Late by', spanText(notice.durationMs)],
    ]),
  'job.long': (notice) =>
    said(
      notice,
      'Job Running Long',
      '⚠️',
      `Job "${nameOf(notice.job)}" has been running for ${spanText(notice.durationMs)}.`,
      [['Running for', spanText(notice.durationMs)]],
    ),
  'job.auto_paused': (notice) =>
    isOver(notice)
      ? said(
          notice,
          'Job auto-paused (end date passed)',
          '⚠️',
          `Job "${nameOf(notice.job)}" was paused, because its end date ${notice.endsOn ?? ''} has passed.`,
          [['End date', notice.endsOn ?? '']],
        )
      : said(
          notice,
          'Job auto-paused',
          '⚠️',
          `Job "${nameOf(notice.job)}" was paused after ${plural(notice.count ?? 0, 'failure')} in a row.`,
          [['Failures in a row', String(notice.count ?? 0)]],
        ),
  'job.ends_soon': (notice) =>
    said(
      notice,
      'Job ending soon',
      '⚠️',
      `Job "${nameOf(notice.job)}" ends on ${notice.endsOn ?? ''} (in ${plural(notice.days ?? 0, 'day')}).`,
      [['End date', notice.endsOn ?? '']],
    ),
  'job.missed': (notice) =>
    said(notice, 'Runs Missed', '⚠️', `Job "${nameOf(notice.job)}" missed ${plural(notice.count ?? 1, 'run')}.`, [
      ['Runs missed', String(notice.count ?? 1)],
    ]),
  'job.uncertain': (notice) =>
    said(
      notice,
      'Outcome Unknown',
      '⚠️',
      `A run of job "${nameOf(notice.job)}" was sent, and its outcome is not known. It is not sent again.`,
    ),
  'job.created': done('New Job Created', 'created'),
  'job.changed': done('Job Updated', 'updated'),
  'job.enabled': done('Job Enabled', 'enabled'),
  'job.disabled': done('Job Disabled', 'disabled', '⚠️'),
  'job.deleted': done('Job Deleted', 'deleted', '⚠️'),
  test: (notice) => ({
    title: 'Test message',
    sign: '🔔',
    subject: '🔔 Test message of Carillon',
    sentence: `${byWhom(notice)} asked for this test. Notices of jobs will come the same way.`,
    facts: [],
  }),
  group: (notice) => {
    const count = notice.count ?? total(notice)
    const title = plural(count, 'notice')
    return {
      title,
      sign: '🔔',
      subject: `🔔 ${title} of jobs`,
      sentence: `${title} came within a short time and ${count === 1 ? 'is' : 'are'} told together.`,
      facts: [],
    }
  },
  digest: (notice) => {
    const period = (notice.days ?? 1) > 1 ? 'Weekly' : 'Daily'
    const days = notice.days ?? 1
    const count = notice.count ?? total(notice)
    return {
      title: `${period} digest`,
      sign: '🗒️',
      subject: `🗒️ ${period} digest: ${plural(count, 'notice')}`,
      sentence: `What happened to jobs in the last ${days === 1 ? '24 hours' : `${days} days`}: ${count === 0 ? 'nothing' : plural(count, 'notice')}.`,
      facts: [],
    }
  },
}

const total = ({ items }: NoticeFacts): number => items.reduce((sum, { count }) => sum + count, 0)
