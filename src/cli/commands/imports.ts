/** `carillon import`: jobs from a file of jobs, or from a crontab. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { ImportRequest, ImportResult } from '../../api/contract/job-many.ts'
import type { Client } from '../client/client.ts'
import { type CrontabJob, crontabJobs, isJob } from '../crontab/crontab-jobs.ts'
import type { Unreadable } from '../crontab/parse-crontab.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { showInstant } from '../show.ts'
import { type Column, table } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import type { World } from '../world.ts'
import { clientOf } from '../world.ts'
import { type Adder, onServer, type Shared, withJson } from './command.ts'
import { readJson } from './flag-texts.ts'
import { importSheet, type SheetOptions } from './import-sheet.ts'
import { SET_BY_SERVER } from './job-file.ts'
import { postOnce } from './repeat.ts'

type JobsOptions = Shared & { readonly secrets?: string; readonly paused?: boolean; readonly dryRun?: boolean }
type CrontabOptions = Shared & {
  readonly system?: boolean
  readonly prefix: string
  readonly tz?: string
  readonly paused?: boolean
  readonly runnerUrl?: string
  readonly skip?: boolean
  readonly dryRun?: boolean
}

export const addImportCommands: Adder = (parent, world) => {
  const { terminal } = world
  const imports = parent.command('import').description('make many jobs at once, from a file')
  const command = (form: string, summary: string): Command =>
    withJson(onServer(imports.command(form).description(summary)))

  command('jobs <file>', 'jobs as JSON, as `carillon export jobs` writes them; - is standard input')
    .option('--secrets <file>', 'JSON with the secrets by their fingerprints: {"1a2b3c4d": "…"}')
    .option('--paused', 'all of them, whatever the file says')
    .option('--dry-run', 'only check')
    .action(async (path: string, options: JobsOptions) => {
      const jobs = jobsIn(readJson(path, await read(terminal, path)), path)
      const secrets =
        options.secrets === undefined ? {} : readJson(options.secrets, await read(terminal, options.secrets))
      const rows = options.paused ? jobs.map((job) => ({ ...job, enabled: false })) : jobs
      await importRows(world, options, rows, secrets as Readonly<Record<string, string>>)
    })

  command('csv <file>', 'a sheet with a row for each job; - is standard input')
    .option('--dry-run', 'only check')
    .action((path: string, options: SheetOptions) => importSheet(world, path, options))

  command('crontab [file]', 'a job of each line that calls an address with curl or wget; - is standard input')
    .option('--system', 'a system crontab, with a user name before each command')
    .option('--prefix <text>', 'before each name', '')
    .option('--tz <zone>', 'the time zone of lines without CRON_TZ (default: that of this machine)')
    .option('--paused', 'born paused, so that nothing runs twice while cron goes on')
    .option('--runner-url <url>', 'post all other commands to this address, as JSON; {user} stands for the user')
    .option('--skip', 'leave out the lines that no job can be made of')
    .option('--dry-run', 'only show what would be made, and when it would run next; needs no server')
    .action(async (path: string | undefined, options: CrontabOptions) => {
      const zone = options.tz ?? new Intl.DateTimeFormat().resolvedOptions().timeZone
      const found = crontabJobs(await read(terminal, path ?? '-'), {
        hasUsers: options.system === true,
        prefix: options.prefix,
        zone,
        enabled: options.paused !== true,
        runnerUrl: options.runnerUrl ?? null,
      })
      const shown = await Promise.all(found.map(planned))
      if (options.dryRun) return tellPlan(terminal, options, shown)
      const others = shown.filter((one) => one.problem !== null)
      for (const { line, problem } of others) terminal.remark(safe(`line ${line}: ${problem}`))
      if (others.length > 0 && !options.skip)
        throw new CommandFailure(
          'usage',
          `${others.length} lines are no jobs, so nothing was made; --skip leaves them out`,
        )
      for (const { line, notes } of shown) for (const note of notes) terminal.remark(safe(`line ${line}: ${note}`))
      const jobs = shown.flatMap(({ job }) => (job === null ? [] : [job]))
      if (jobs.length === 0) throw new CommandFailure('usage', 'there is no line that a job can be made of')
      await importRows(world, options, jobs, {})
    })
}

type Row = Readonly<Record<string, unknown>>

/** An export, a list of jobs, or one job. */
const jobsIn = (content: unknown, path: string): readonly Row[] => {
  const isObject = (value: unknown): value is Row =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  const list = Array.isArray(content)
    ? content
    : isObject(content) && Array.isArray(content.jobs)
      ? content.jobs
      : [content]
  if (list.length === 0 || !list.every(isObject)) throw new CommandFailure('usage', `${path}: it holds no jobs`)
  return list.map((job) => Object.fromEntries(Object.entries(job).filter(([name]) => !SET_BY_SERVER.includes(name))))
}

/** Few enough for the largest bodies; all parts are checked before the first one is made. */
const ROWS_AT_ONCE = 1000

const importRows = async (
  world: World,
  { server, json, dryRun = false }: Shared & { readonly dryRun?: boolean },
  rows: readonly Row[],
  secrets: Readonly<Record<string, string>>,
): Promise<void> => {
  const { terminal } = world
  const client = clientOf(world, server)
  const parts = Array.from({ length: Math.ceil(rows.length / ROWS_AT_ONCE) }, (_, at) => at * ROWS_AT_ONCE)
  const send = (at: number, isDry: boolean): Promise<ImportResult> =>
    sendPart(world, client, at, { jobs: rows.slice(at, at + ROWS_AT_ONCE), secrets, dry_run: isDry })
  const checked: ImportResult[] = []
  if (dryRun || parts.length > 1) for (const at of parts) checked.push(await send(at, true))
  const made: ImportResult[] = []
  if (!dryRun) {
    for (const at of parts) {
      made.push(await send(at, false))
      if (parts.length > 1) terminal.remark(`${Math.min(at + ROWS_AT_ONCE, rows.length)} of ${rows.length}`)
    }
  }
  const items = (dryRun ? checked : made).flatMap((result) => result.items)
  if (json) return terminal.sayJson(items)
  if (!dryRun) for (const { name, id } of items) terminal.say(safe(`Created ${name} (${id})`))
  terminal.remark(dryRun ? `${items.length} jobs would be made.` : `${items.length} jobs were made.`)
}

const sendPart = async (world: World, client: Client, at: number, body: ImportRequest): Promise<ImportResult> => {
  const result = await postOnce<ImportResult>(world, client, '/jobs/import', body)
  return { ...result, items: result.items.map((item) => ({ ...item, row: item.row + at })) }
}

type Planned = {
  readonly line: number
  readonly job: CrontabJob['job'] | null
  readonly next: string | null
  readonly problem: string | null
  readonly notes: readonly string[]
}

/** When it would run next, by the code that runs it; a line that cron reads and we do not is told here. */
const planned = async (found: CrontabJob | Unreadable): Promise<Planned> => {
  if (!isJob(found)) return { line: found.line, job: null, next: null, problem: found.problem, notes: [] }
  const { job, line, notes } = found
  const [schedule] = job.schedules
  const zone = job.time_zone ?? 'UTC'
  const expression = schedule?.kind === 'cron' ? schedule.expression : ''
  try {
    const { previewTimetable } = await import('../../app.ts')
    const { next } = previewTimetable({ schedules: [{ kind: 'cron', expression, zone }], zone }, { count: 1 })
    const [first] = next
    return { line, job, next: first === undefined ? null : new Date(first).toISOString(), problem: null, notes }
  } catch (error) {
    return { line, job: null, next: null, problem: (error as Error).message, notes }
  }
}

const tellPlan = (terminal: Terminal, { json }: Shared, shown: readonly Planned[]): void => {
  // What is shown may hold the secrets of the lines, and a screen is not the place for them.
  if (json) {
    terminal.sayJson(shown.map(({ job, ...rest }) => ({ ...rest, job: job && withoutSecrets(job) })))
    return
  }
  terminal.say(table(shown, PLAN_COLUMNS, terminal))
  for (const { line, notes } of shown) for (const note of notes) terminal.remark(safe(`line ${line}: ${note}`))
  const others = shown.filter(({ job }) => job === null).length
  terminal.remark(`${shown.length - others} jobs would be made${others > 0 ? `, ${others} lines are none` : ''}.`)
}

const withoutSecrets = (job: CrontabJob['job']) =>
  job.target.kind === 'http' && job.target.auth
    ? { ...job, target: { ...job.target, auth: job.target.auth.kind } }
    : job

const PLAN_COLUMNS: readonly Column<Planned>[] = [
  { title: 'line', of: ({ line }) => String(line), align: 'right', whole: true },
  { title: 'name', of: ({ job }) => job?.name ?? null },
  { title: 'when', of: ({ job }) => scheduleOf(job), whole: true },
  { title: 'next run', of: ({ job, next }) => showInstant(next, job?.time_zone), whole: true },
  { title: 'calls', of: ({ job }) => (job?.target.kind === 'http' ? `${job.target.method} ${job.target.url}` : null) },
  { title: 'why not', of: ({ problem }) => problem },
]

const scheduleOf = (job: Planned['job']): string | null => {
  const [schedule] = job?.schedules ?? []
  return schedule?.kind === 'cron' ? `${schedule.expression} ${schedule.time_zone}` : null
}

const read = async (terminal: Terminal, path: string): Promise<string> => {
  if (path === '-') return terminal.readInput()
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandFailure('usage', (error as Error).message, error)
  }
}
