/** A notice as people read it, in each form that a channel may need. Pure. */
import type { Message, NoticeFacts, NoticeItem } from './channel.ts'
import { htmlText, oneLine, slackText } from './texts.ts'
import { errorText, ITEM_WORDS, nameOf, timeText, type Words, wordsOf, zoneText } from './words.ts'

/** Lines of a group or digest that are written out; the rest is a number. */
const MOST_ITEMS = 100
const MOST_ITEMS_IN_SLACK = 20

export const render = (notice: NoticeFacts): Message => {
  const words = wordsOf(notice)
  return {
    title: words.title,
    subject: words.subject,
    text: textOf(notice, words),
    html: htmlOf(notice, words),
    slackText: slackOf(notice, words),
    data: bodyOf(notice, words),
  }
}

/** The page of a job below `base`, which ends without a slash. */
export const jobLink = (base: string, jobId: string): string => `${base}/jobs/${encodeURIComponent(jobId)}/edit`

const isList = ({ kind }: NoticeFacts): boolean => kind === 'group' || kind === 'digest'

const itemText = ({ kind, job, count, at, error }: NoticeItem, zone: string): string => {
  const times = count === 1 ? '' : ` (${count} times)`
  const why = error === null ? '' : `: ${oneLine(errorText(error))}`
  return `${timeText(at, zone)}  ${nameOf(job)} ${ITEM_WORDS[kind]}${times}${why}`
}

/** What is left out here, and what the notice itself left out. */
const more = ({ items, count }: NoticeFacts, most: number): readonly string[] => {
  const sum = (some: readonly NoticeItem[]): number => some.reduce((total, item) => total + item.count, 0)
  const left = (count ?? sum(items)) - sum(items.slice(0, most))
  return left > 0 ? [`… and ${left} more`] : []
}

const textOf = (notice: NoticeFacts, { sentence, facts }: Words): string => {
  const lines = isList(notice)
    ? [
        sentence,
        '',
        ...notice.items.slice(0, MOST_ITEMS).map((item) => itemText(item, notice.zone)),
        ...more(notice, MOST_ITEMS),
      ]
    : [sentence, '', ...facts.map(([name, value]) => `${name}: ${value}`), ...runText(notice)]
  return [...lines, ...(notice.link === null ? [] : ['', notice.link])].join('\n')
}

const runText = ({ execution, at, zone }: NoticeFacts): readonly string[] => [
  ...(execution === null ? [] : [`Execution ID: ${oneLine(execution.id)}`]),
  `Time: ${timeText(at, zone)}`,
]

const CELL = 'padding:4px 12px 4px 0;vertical-align:top'

const htmlOf = (notice: NoticeFacts, { title, sentence, facts }: Words): string => {
  const { execution, at, zone } = notice
  const all = [
    ...facts,
    ...(execution === null ? [] : [['Execution ID', oneLine(execution.id)] as const]),
    ['Time', timeText(at, zone)] as const,
  ]
  const rows = all.map(
    ([name, value]) =>
      `<tr><th align="left" style="${CELL}">${htmlText(name)}</th><td style="${CELL};white-space:pre-wrap">${htmlText(value)}</td></tr>`,
  )
  const items = [
    ...notice.items.slice(0, MOST_ITEMS).map((item) => linked(itemText(item, zone), item.link)),
    ...more(notice, MOST_ITEMS).map(htmlText),
  ].map((item) => `<li>${item}</li>`)
  const body = isList(notice) ? `<ul>${items.join('')}</ul>` : `<table>${rows.join('')}</table>`
  const link = notice.link === null ? '' : `<p>${linked('Open in Carillon', notice.link)}</p>`
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${htmlText(title)}</title></head>`,
    '<body style="font-family:sans-serif;color:#1f2328">',
    `<h2>${htmlText(title)}</h2><p style="white-space:pre-wrap">${htmlText(sentence)}</p>${body}${link}`,
    '</body></html>',
  ].join('\n')
}

/** Only links over the web: the base of links is a setting, and nothing else may become one. */
const linked = (text: string, link: string | null): string =>
  link !== null && /^https?:\/\//i.test(link) ? `<a href="${htmlText(link)}">${htmlText(text)}</a>` : htmlText(text)

const slackOf = (notice: NoticeFacts, { title, sign, sentence }: Words): string => {
  if (isList(notice)) {
    const lines = notice.items.slice(0, MOST_ITEMS_IN_SLACK).map((item) => slackText(itemText(item, notice.zone)))
    return [
      slackText(`${sign} ${sentence}`),
      ...lines.map((line) => `• ${line}`),
      ...more(notice, MOST_ITEMS_IN_SLACK),
    ].join('\n')
  }
  if (notice.kind === 'test') return slackText(`${sign} ${sentence}`)
  const who = mentionOf(notice.mention)
  const name = slackLink(nameOf(notice.job), notice.link)
  if (notice.kind === 'job.ends_soon') {
    const zone = zoneText(notice.zone, notice.at)
    return `:warning: ${who}Job ending soon (${notice.days ?? 0}d): ${name} (end_date ${slackText(notice.endsOn ?? '')} ${slackText(zone)})`
  }
  if (notice.kind === 'job.auto_paused') return `:warning: ${who}${slackText(title)}: ${name}`
  const detail = notice.kind === 'job.failed' || notice.kind === 'job.failing' ? errorText(notice.error) : sentence
  return `${sign === '' ? '' : `${sign} `}${who}${slackText(title)}: ${name}\n${slackText(detail)}`
}

/** Within a link, a bar would end its address. */
const slackLink = (name: string, link: string | null): string =>
  link === null
    ? slackText(name)
    : `<${slackText(link.replaceAll('|', '%7C'))}|${slackText(name.replaceAll('|', '¦'))}>`

/**
 * The handle as the team gave it: `@handle`, a member `<@U…>` or a group `<!subteam^S…>` in Slack's own marks, which alone
 * are left as marks. S80: nothing from people calls everybody.
 */
const mentionOf = (handle: string | null): string => {
  const text = oneLine(handle ?? '', 100)
  if (text === '') return ''
  if (/^<(@[UW][A-Z0-9]{2,20}|!subteam\^S[A-Z0-9]{2,20})(\|@?[\w .-]{1,60})?>$/.test(text)) return `${text} `
  const isForAll = /^[@!]?(channel|here|everyone)$/i.test(text)
  return `${slackText(isForAll ? text.replace(/^[@!]/, '') : text)} `
}

/** As Standard Webhooks lays a body out: kind, time, facts. Facts that do not belong to the kind are null. */
const bodyOf = (notice: NoticeFacts, { title, sentence }: Words): Message['data'] => {
  const { kind, at, items, error, mention: _, zone: __, ...facts } = notice
  return {
    type: kind,
    timestamp: new Date(at).toISOString(),
    data: {
      title,
      message: sentence,
      ...facts,
      error: boundError(error),
      items: items
        .slice(0, MOST_ITEMS)
        .map((item) => ({ ...item, error: boundError(item.error), at: new Date(item.at).toISOString() })),
    },
  }
}

const boundError = (error: string | null): string | null => (error === null ? null : errorText(error))
