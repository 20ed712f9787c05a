/** `carillon runs`: list, show, follow, cancel, retry. */
import type { Attempt, Execution, ExecutionDetail } from '../../api/contract/executions.ts'
import { showDuration } from '../duration.ts'
import { safe, safeLines } from '../safe-text.ts'
import { RUN_COLUMNS, runLine, showInstant, showProgress, statusPaint } from '../show.ts'
import { type Column, facts, table } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { type Adder, asking, listed, onServer, type Shared, several, wholeNumber, withJson } from './command.ts'
import { jobId } from './find.ts'
import { follow } from './follow.ts'

type Chosen = Shared & { readonly job?: string; readonly status?: readonly string[] }
type ListOptions = Chosen & {
  readonly trigger?: string
  readonly from?: string
  readonly until?: string
  readonly limit: number
}
type FollowOptions = Chosen & { readonly last: number }

export const addRunCommands: Adder = (parent, world) => {
  const { terminal } = world
  const runs = parent.command('runs').description('what ran, what did not, and why').alias('run')
  const command = (form: string, summary: string) => withJson(onServer(runs.command(form).description(summary)))
  const tellRun = (run: Execution, json: boolean | undefined): void =>
    json ? terminal.sayJson(run) : terminal.say(safe(runLine(run)))

  command('list', 'newest first')
    .option('--job <job>', 'of one job, by id or name')
    .option('--status <status>', 'pending, running, success, failed, cancelled, uncertain, skipped, missed', several)
    .option('--trigger <trigger>', 'schedule, catch_up or manual')
    .option('--from <instant>', 'created at or after')
    .option('--until <instant>', 'created before')
    .option('--limit <n>', 'how many at most', wholeNumber(1, 999_999_999), 20)
    .action(
      asking<ListOptions>(world, async (client, { job, status, trigger, from, until, limit, json }) => {
        const job_id = job === undefined ? undefined : await jobId(client, job)
        const found = await listed<Execution>(client, '/executions', { job_id, status, trigger, from, until }, limit)
        if (json) terminal.sayJson(found)
        else terminal.say(found.length === 0 ? 'No runs.' : table(found, RUN_COLUMNS, terminal))
      }),
    )

  command('show <id>', 'one run with its attempts and what the target answered').action(
    asking<Shared>(world, async (client, { json }, [id = '']) => {
      const run = await client.get<ExecutionDetail>(`/executions/${encodeURIComponent(id)}`)
      json ? terminal.sayJson(run) : terminal.say(showRun(run, terminal))
    }),
  )

  command('follow', 'print runs as they start and end, until ctrl-c')
    .option('--job <job>', 'of one job, by id or name')
    .option('--status <status>', 'only in these states; may be repeated', several)
    .option('--last <n>', 'begin with so many that are there already', wholeNumber(0, 100), 10)
    .action(
      asking<FollowOptions>(world, async (client, { job, status, last, json }) => {
        const job_id = job === undefined ? undefined : await jobId(client, job)
        await follow(world, client, { job_id, statuses: status, last, json: json === true })
      }),
    )

  command('cancel <id>', 'stop it, or keep it from starting').action(
    asking<Shared>(world, async (client, { json }, [id = '']) => {
      tellRun(await client.post<Execution>(`/executions/${encodeURIComponent(id)}/cancel`), json)
    }),
  )

  command('retry <id>', 'try once more what failed, was cancelled or is uncertain').action(
    asking<Shared>(world, async (client, { json }, [id = '']) => {
      tellRun(await client.post<Execution>(`/executions/${encodeURIComponent(id)}/retry`), json)
    }),
  )
}

const showRun = (run: ExecutionDetail, terminal: Terminal): string => {
  const whole = facts(
    [
      ['job', `${run.job_name} (${run.job_id})`],
      ['id', run.id],
      ['status', run.status],
      ['why', run.reason_text ?? undefined],
      ['by', run.requested_by === null ? run.trigger : `${run.trigger} (${run.requested_by})`],
      ['due', showInstant(run.scheduled_for)],
      ['until', run.last_for === null ? undefined : `${showInstant(run.last_for)} (${run.occurrences} occurrences)`],
      ['started', showInstant(run.started_at)],
      ['late', run.lateness_seconds === null ? undefined : showDuration(run.lateness_seconds)],
      ['ended', showInstant(run.finished_at)],
      ['took', run.duration_seconds === null ? undefined : showDuration(run.duration_seconds)],
      ['reports until', run.report_due_at === null ? undefined : showInstant(run.report_due_at)],
      ['progress', run.progress === null ? undefined : showProgress(run.progress)],
      ['next try', run.not_before === null ? undefined : showInstant(run.not_before)],
      ['attempt', String(run.attempt)],
      ['answer', run.status_code === null ? undefined : String(run.status_code)],
      ['error', run.error ?? undefined],
    ],
    terminal,
  )
  const attempts = run.attempts.length === 0 ? [] : ['', table(run.attempts, ATTEMPT_COLUMNS, terminal)]
  const output = run.output === null || run.output === '' ? [] : ['', safeLines(run.output)]
  const dropped = run.log_dropped === 0 ? [] : [`(${run.log_dropped} older lines are gone)`]
  const log = run.log.length === 0 ? [] : ['', ...dropped, ...run.log.map(safe)]
  return [whole, ...attempts, ...log, ...output].join('\n')
}

const ATTEMPT_COLUMNS: readonly Column<Attempt>[] = [
  { title: 'try', of: (one) => String(one.number), align: 'right', whole: true },
  { title: 'status', of: (one) => one.status, whole: true, paint: (one) => statusPaint(one.status) },
  { title: 'started', of: (one) => showInstant(one.started_at), whole: true },
  { title: 'ended', of: (one) => showInstant(one.finished_at), whole: true },
  { title: 'answer', of: (one) => one.status_code?.toString() ?? null, whole: true },
  { title: 'error', of: (one) => one.error },
]
