/** A crontab from jobs: those that cron and curl can do become lines, of the others a comment says why not. */
import type { Job } from '../../api/contract/jobs.ts'
import type { HttpTarget } from '../../api/contract/targets.ts'
import type { Pairs } from '../../api/contract/values.ts'

/** What an export has of a job. */
export type ExportedJob = Pick<
  Job,
  | 'name'
  | 'description'
  | 'schedules'
  | 'start'
  | 'end'
  | 'max_runs'
  | 'jitter_seconds'
  | 'spread_seconds'
  | 'target'
  | 'policies'
> & { readonly enabled: boolean }

export const toCrontab = (jobs: readonly ExportedJob[]): { readonly text: string; readonly left: number } => {
  const lines: string[] = ['# Written by `carillon export crontab`. Put the secrets where it says SECRET.']
  let zone: string | null = null
  let left = 0
  for (const job of jobs) {
    const name = oneLine(job.name)
    const { target } = job
    const why = target.kind === 'http' ? reasonAgainst(job, target) : 'its target is no address to call'
    lines.push('')
    if (target.kind !== 'http' || why !== null) {
      left += 1
      lines.push(`# ${name}: not exported, ${why}`)
      continue
    }
    const wanted = zoneOf(job)
    if (wanted !== zone) lines.push(`CRON_TZ=${wanted}`, '')
    zone = wanted
    lines.push(`# ${name}`)
    const command = curlOf(target, job.policies).replaceAll('%', '\\%')
    for (const schedule of job.schedules) {
      if (schedule.kind === 'cron') lines.push(`${job.enabled ? '' : '# paused: '}${schedule.expression} ${command}`)
    }
  }
  return { text: `${lines.join('\n')}\n`, left }
}

const FIELD = '(?:[\\d*/,-]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)+'
const PLAIN_CRON = new RegExp(`^(?:${FIELD} +){4}${FIELD}$`, 'i')
const MACRO = /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)$/i

const reasonAgainst = (job: ExportedJob, target: HttpTarget): string | null => {
  const { schedules } = job
  if (schedules.some(({ kind }) => kind !== 'cron')) return 'cron knows no schedules but cron expressions'
  const odd = schedules.find(
    (schedule) => schedule.kind === 'cron' && !PLAIN_CRON.test(schedule.expression) && !MACRO.test(schedule.expression),
  )
  if (odd?.kind === 'cron') return `cron does not know ${odd.expression}`
  if (new Set(schedules.map((schedule) => (schedule.kind === 'cron' ? schedule.time_zone : ''))).size > 1)
    return 'its schedules are in several time zones'
  if (job.start !== null || job.end !== null || job.max_runs !== null)
    return 'cron knows no start, end or number of runs'
  if (job.jitter_seconds > 0 || job.spread_seconds > 0) return 'cron knows no jitter and no spread'
  const texts = [target.url, ...(target.body === null ? [] : [bodyText(target)]), ...pairs(target.headers).flat()]
  return texts.some((text) => /[\r\n]/.test(text)) ? 'what it sends has line breaks, and a crontab line has none' : null
}

const zoneOf = ({ schedules }: ExportedJob): string => {
  const [first] = schedules
  return first?.kind === 'cron' ? first.time_zone : 'UTC'
}

const curlOf = (target: HttpTarget, policies: ExportedJob['policies']): string => {
  const url = new URL(target.url)
  for (const [name, value] of pairs(target.query)) url.searchParams.append(name, value)
  const { retry } = policies
  const words = [
    'curl',
    '-fsS',
    ...(target.method === 'GET' ? [] : target.method === 'HEAD' ? ['-I'] : ['-X', target.method]),
    ...(target.follow_redirects ? ['-L'] : []),
    '-m',
    String(policies.timeout_seconds),
    ...(retry.attempts > 1 ? ['--retry', String(retry.attempts - 1)] : []),
    ...pairs(target.headers).flatMap(([name, value]) => ['-H', value === '' ? `${name};` : `${name}: ${value}`]),
    ...authWords(target),
    ...bodyWords(target),
    url.href,
  ]
  return words.map(quoted).join(' ')
}

const authWords = ({ auth }: HttpTarget): string[] => {
  switch (auth?.kind) {
    case 'basic':
      return ['-u', `${auth.username}:SECRET`]
    case 'bearer':
      return ['-H', 'Authorization: Bearer SECRET']
    case 'header':
      return ['-H', `${auth.name}: SECRET`]
    default:
      return []
  }
}

const TYPES = { json: 'application/json', text: 'text/plain', xml: 'application/xml' } as const

const bodyWords = (target: HttpTarget): string[] => {
  const { body, headers } = target
  if (body === null) return []
  const named = Object.keys(headers).some((name) => /^content-type$/i.test(name))
  const type = body.type in TYPES && !named ? ['-H', `Content-Type: ${TYPES[body.type as keyof typeof TYPES]}`] : []
  return [...type, '--data-raw', bodyText(target)]
}

const bodyText = ({ body }: HttpTarget): string => {
  if (body === null) return ''
  if (body.type === 'form')
    return new URLSearchParams(pairs(body.content).map(([name, value]) => [name, value])).toString()
  return typeof body.content === 'string' && body.type !== 'json' ? body.content : JSON.stringify(body.content)
}

const pairs = (given: Pairs): [name: string, value: string][] =>
  Object.entries(given).flatMap(([name, values]) => [values].flat().map((value): [string, string] => [name, value]))

const quoted = (word: string): string => (/^[\w@:/.,=+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

// A comment ends with its line, whatever stands in a name.
const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ')
