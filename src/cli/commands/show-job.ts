/** One job, whole, for a person. */
import type { Job } from '../../api/contract/jobs.ts'
import type { Pairs } from '../../api/contract/values.ts'
import { showDuration } from '../duration.ts'
import { showInstant } from '../show.ts'
import { facts, type TableStyle } from '../table.ts'
import { rateText } from './limit-flags.ts'

export const showJob = (job: Job, style: TableStyle): string => {
  const { target, policies } = job
  const instant = (at: string | null) => showInstant(at, job.time_zone)
  const metadata = Object.entries(job.metadata).map(([name, value]) => `${name}=${bodyText(value)}`)
  return facts(
    [
      ['name', job.name],
      ['id', job.id],
      ['description', job.description ?? undefined],
      ['state', job.pause_reason === null ? job.state : `${job.state} (${job.pause_reason})`],
      ['schedule', job.schedule_text],
      ['time zone', job.time_zone],
      ['from', job.start ?? undefined],
      ['until', job.end ?? undefined],
      ['runs', job.max_runs === null ? undefined : `${job.runs} of ${job.max_runs}`],
      ['next run', instant(job.next_run_at)],
      ['last run', job.last_run && `${instant(job.last_run.scheduled_for)} ${job.last_run.status}`],
      ...targetFacts(target, job.time_zone),
      ['timeout', showDuration(policies.timeout_seconds)],
      ['attempts', attemptsText(policies.retry)],
      ['overlap', policies.overlap],
      ['misfire', misfireText(policies.misfire)],
      ['delivery', policies.delivery],
      [
        'pauses after',
        policies.pause_after_failures === null ? undefined : `${policies.pause_after_failures} failures`,
      ],
      ['at once', policies.concurrency === null ? undefined : String(policies.concurrency)],
      ['rate', policies.rate === null ? undefined : rateText(policies.rate)],
      ...policies.limits.map((name) => ['limit', name] as const),
      ['category', job.category?.name],
      ['team', job.team === null ? undefined : `${job.team.name} (${job.team.slack_handle})`],
      ['ends on', job.ends_on ?? undefined],
      ...metadata.map((text) => ['metadata', text] as const),
      ['owner', job.owner_id],
      ['created', instant(job.created_at)],
      ['changed', `${instant(job.updated_at)} (version ${job.version})`],
    ],
    style,
  )
}

type Fact = readonly [string, string | undefined]
type OfKind<Kind> = Extract<Job['target'], { kind: Kind }>

const httpFacts = (target: OfKind<'http'>, zone: string): readonly Fact[] => [
  ['calls', `${target.method} ${target.url}`],
  ...lines(target.headers, ': ').map((text) => ['header', text] as const),
  ...lines(target.query, '=').map((text) => ['query', text] as const),
  ['body', target.body ? `${target.body.type}: ${bodyText(target.body.content)}` : undefined],
  ['signs in', target.auth?.kind],
  ['tokens from', target.auth?.kind === 'oauth2' ? target.auth.token_url : undefined],
  ['certificate', target.tls === null ? undefined : `client certificate, key ${target.tls.private_key.fingerprint}`],
  ['signed', target.signing === null ? undefined : signingText(target.signing, zone)],
  ['success', successText(target.success)],
  ['redirects', target.follow_redirects ? undefined : 'not followed'],
  ['reports', reportsText(target.completion)],
]

const targetFacts = (target: Job['target'], zone: string): readonly Fact[] => {
  switch (target.kind) {
    case 'http':
      return httpFacts(target, zone)
    case 'function':
      return functionFacts(target)
    case 'github':
      return githubFacts(target)
    case 'email':
      return [
        ['sends', `e-mail to ${target.to.join(', ')}`],
        ['subject', target.subject],
        ['text', target.text],
      ]
  }
}

const githubFacts = (target: OfKind<'github'>): readonly Fact[] => [
  ['calls', `GitHub workflow ${target.owner}/${target.repo}/${target.workflow}`],
  ['ref', target.ref ?? undefined],
  ...Object.entries(target.inputs).map(([name, value]) => ['input', `${name}=${bodyText(value)}`] as const),
  ['token', target.token?.fingerprint],
  ['success', target.success_when],
]

const functionFacts = ({ function: name, args, kwargs }: OfKind<'function'>): readonly Fact[] => [
  ['calls', `function ${name}`],
  ['args', args.length === 0 ? undefined : JSON.stringify(args)],
  ['kwargs', Object.keys(kwargs).length === 0 ? undefined : JSON.stringify(kwargs)],
]

const signingText = (
  { secret, previous_valid_until: until }: NonNullable<OfKind<'http'>['signing']>,
  zone: string,
): string => `secret ${secret.fingerprint}${until === null ? '' : `, the former one until ${showInstant(until, zone)}`}`

const reportsText = ({ deadline_seconds: within }: OfKind<'http'>['completion']): string | undefined =>
  within === null ? undefined : `within ${showDuration(within)} of a 202`

const lines = (pairs: Pairs, by: string): string[] =>
  Object.entries(pairs).flatMap(([name, values]) => [values].flat().map((value) => `${name}${by}${value}`))

const bodyText = (content: unknown): string => (typeof content === 'string' ? content : JSON.stringify(content))

const attemptsText = (retry: Job['policies']['retry']): string =>
  retry.attempts === 1
    ? '1'
    : `${retry.attempts}, first wait ${showDuration(retry.first_delay_seconds)}, then × ${retry.factor} up to ${showDuration(retry.longest_delay_seconds)}`

const misfireText = ({ mode, window_seconds, cap }: Job['policies']['misfire']): string =>
  mode === 'skip' ? mode : `${mode}, within ${showDuration(window_seconds)}${mode === 'all' ? `, at most ${cap}` : ''}`

const successText = ({ status, body_contains, body_lacks, longest_seconds }: OfKind<'http'>['success']): string =>
  [
    status.join(', '),
    body_contains === null ? null : `body contains ${JSON.stringify(body_contains)}`,
    body_lacks === null ? null : `body lacks ${JSON.stringify(body_lacks)}`,
    longest_seconds === null ? null : `within ${showDuration(longest_seconds)}`,
  ]
    .filter((part) => part !== null)
    .join('; ')
