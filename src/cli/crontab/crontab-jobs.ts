/** Jobs from the lines of a crontab: calls of addresses become http jobs; of all else it is told why, and what to do. */
import type { JobCreate } from '../../api/contract/jobs.ts'
import type { HttpTargetInput } from '../../api/contract/targets.ts'
import { jobPartOf } from './call.ts'
import { curlCall } from './curl.ts'
import { type CrontabEntry, isReadable, parseCrontab, type Unreadable } from './parse-crontab.ts'
import { shellWords } from './shell-words.ts'
import { wgetCall } from './wget.ts'

export type ImportRules = {
  readonly hasUsers: boolean
  /** Before each name. */
  readonly prefix: string
  /** For lines without `CRON_TZ` or `TZ`. */
  readonly zone: string
  readonly enabled: boolean
  /** Takes commands that are no calls: `{user}` stands for the user of the line. */
  readonly runnerUrl: string | null
}

export type CrontabJob = {
  readonly line: number
  readonly job: JobCreate & { readonly target: HttpTargetInput }
  /** What the job does differently from the line. */
  readonly notes: readonly string[]
}

export const isJob = (found: CrontabJob | Unreadable): found is CrontabJob => 'job' in found

export const crontabJobs = (text: string, rules: ImportRules): readonly (CrontabJob | Unreadable)[] =>
  parseCrontab(text, rules.hasUsers).map((entry) => (isReadable(entry) ? jobOf(entry, rules) : entry))

const jobOf = (entry: CrontabEntry, rules: ImportRules): CrontabJob | Unreadable => {
  const found = partOf(entry, rules)
  if ('problem' in found) return { line: entry.line, text: entry.command, problem: found.problem }
  const { target, policies, notes } = found
  const [title] = entry.comment
  return {
    line: entry.line,
    notes,
    job: {
      name: cut(`${rules.prefix}${title ?? nameOf(target.url, entry)}`, LONGEST_NAME),
      description: cut(entry.comment.join('\n'), LONGEST_DESCRIPTION) || null,
      schedules: [{ kind: 'cron', expression: entry.expression, time_zone: entry.zone ?? rules.zone }],
      time_zone: entry.zone ?? rules.zone,
      target,
      policies,
      ...(entry.user === null ? {} : { metadata: { 'crontab.user': entry.user } }),
      enabled: rules.enabled,
    },
  }
}

const LONGEST_NAME = 200
const LONGEST_DESCRIPTION = 2000

type Part = Exclude<ReturnType<typeof jobPartOf>, { problem: string }> & { readonly notes: readonly string[] }

const partOf = (entry: CrontabEntry, { runnerUrl }: ImportRules): Part | { readonly problem: string } => {
  const called = callOf(entry)
  if (!('problem' in called) || runnerUrl === null) return called
  const content = {
    command: entry.command,
    ...(entry.user === null ? {} : { user: entry.user }),
    ...(entry.input === null ? {} : { input: entry.input }),
  }
  const url = runnerUrl.replaceAll('{user}', encodeURIComponent(entry.user ?? ''))
  return { target: { kind: 'http', method: 'POST', url, body: { type: 'json', content } }, policies: {}, notes: [] }
}

const callOf = ({ command, input, variables }: CrontabEntry): Part | { readonly problem: string } => {
  const split = shellWords(command, variables)
  if ('problem' in split) return { problem: `${split.problem}: ${ADVICE}` }
  const [program = '', ...args] = split.words
  const name = program.split('/').at(-1) ?? ''
  const read = name === 'curl' ? curlCall : name === 'wget' ? wgetCall : null
  if (read === null) return { problem: `${program} runs on this machine, and Carillon calls addresses: ${ADVICE}` }
  const found = read(args, input)
  if ('problem' in found) return found
  const part = jobPartOf(found.call)
  return 'problem' in part ? part : { ...part, notes: found.call.notes }
}

const ADVICE = 'put it behind an address, or post it to a runner of yours with --runner-url'

const nameOf = (url: string, { line, command }: CrontabEntry): string => {
  const called = URL.parse(url)
  const isOwn = command.includes(called?.host ?? url)
  return called !== null && isOwn ? `${called.host}${called.pathname.replace(/\/$/, '')}` : `line ${line}: ${command}`
}

const cut = (text: string, longest: number): string => [...text].slice(0, longest).join('')
