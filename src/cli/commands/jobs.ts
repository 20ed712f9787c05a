/** `carillon jobs`: list, show, create, edit, run, pause, resume, delete, and what became of each occurrence. */
import type { Command } from 'commander'
import type { Execution, ExecutionDetail } from '../../api/contract/executions.ts'
import type { Job, Occurrence, OccurrenceList, Resumed } from '../../api/contract/jobs.ts'
import type { Client } from '../client/client.ts'
import { CommandFailure, usage } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { JOB_COLUMNS, runLine, showInstant, statusPaint } from '../show.ts'
import { type Column, table } from '../table.ts'
import type { World } from '../world.ts'
import { type Adder, asking, listed, onServer, type Shared, wholeNumber, withJson } from './command.ts'
import { findJob, jobId } from './find.ts'
import { argumentsOf, type FunctionFlags, withArguments } from './function-flags.ts'
import { merged, readJobFile } from './job-file.ts'
import { type JobFlags, type JobPart, jobFromFlags, withJobFlags } from './job-flags.ts'
import { addVersionCommands } from './job-versions.ts'
import { readSecret } from './secrets.ts'
import { showJob } from './show-job.ts'
import { addSigningCommand, tellNewSecret } from './signing.ts'

type ListOptions = Shared & {
  readonly state?: string
  readonly search?: string
  readonly mine?: boolean
  readonly endsBefore?: string
  readonly sort: string
  readonly limit: number
}
type WriteOptions = Shared &
  JobFlags & { readonly file?: string; readonly secretStdin?: boolean; readonly name?: string }
type ResumeOptions = Shared & { readonly catchUp: string; readonly dryRun?: boolean }
type OccurrenceOptions = Shared & { readonly past: number; readonly coming: number }

export const addJobCommands: Adder = (parent, world) => {
  const { terminal } = world
  const jobs = parent.command('jobs').description('what runs, and when').alias('job')
  const command = (form: string, summary: string): Command =>
    withJson(onServer(jobs.command(form).description(summary)))
  const tellJob = (job: Job, options: Shared, what: string): void => {
    if (options.json) {
      terminal.sayJson(job)
      return
    }
    const next = showInstant(job.next_run_at, job.time_zone)
    terminal.say(
      safe(
        `${what} ${job.name} (${job.id}): ${job.schedule_text.replace(/\.$/, '')}${next === null ? '' : `; next run ${next}`}`,
      ),
    )
    tellNewSecret(terminal, job)
  }

  command('list', 'all jobs you may see')
    .option('--state <state>', 'active, paused or ended')
    .option('--search <text>', 'part of the name')
    .option('--mine', 'only your own')
    .option('--ends-before <day>', 'only those with an end date before this day')
    .option('--sort <field>', 'created_at, name or updated_at', 'name')
    .option('--limit <n>', 'how many at most', wholeNumber(1, 999_999_999), 100)
    .action(
      asking<ListOptions>(world, async (client, { state, search, mine, endsBefore, sort, limit, json }) => {
        const order = sort === 'name' ? 'asc' : 'desc'
        const query = { state, search, owner: mine ? 'me' : undefined, ends_before: endsBefore, sort, order }
        const found = await listed<Job>(client, '/jobs', query, limit)
        if (json) return terminal.sayJson(found)
        terminal.say(found.length === 0 ? 'No jobs.' : table(found, JOB_COLUMNS, terminal))
      }),
    )

  command('show <job>', 'one job, by id or name').action(
    asking<Shared>(world, async (client, { json }, [name = '']) => {
      const job = await findJob(client, name)
      json ? terminal.sayJson(job) : terminal.say(showJob(job, terminal))
    }),
  )

  command('occurrences <job>', 'what became of each instant the job was due, and the instants to come')
    .option('--past <n>', 'how many that have passed', wholeNumber(0, 100), 10)
    .option('--coming <n>', 'how many to come', wholeNumber(0, 100), 5)
    .action(
      asking<OccurrenceOptions>(world, async (client, { json, past, coming }, [name = '']) => {
        const id = await jobId(client, name)
        const { items } = await client.get<OccurrenceList>(`/jobs/${id}/occurrences`, { past, coming })
        if (json) return terminal.sayJson(items)
        terminal.say(items.length === 0 ? 'No occurrences.' : table(items, OCCURRENCE_COLUMNS, terminal))
      }),
    )

  withJobFlags(command('create [name]', 'make a job, from flags, from a file, or from a file changed by flags'))
    .option('--paused', 'born paused')
    .option('--file <path>', 'a job as JSON, as `jobs show --json` prints it or the API takes it; - is standard input')
    .option('--secret-stdin', 'read the secret for --auth from standard input')
    .addHelpText('after', EXAMPLES)
    .action(
      asking<WriteOptions & { paused?: boolean }>(world, async (client, options, [name]) => {
        const part = merged(await partOf(world, options), {
          ...(name === undefined ? {} : { name }),
          ...(options.paused ? { enabled: false } : {}),
        })
        demand(part)
        tellJob(await client.post<Job>('/jobs', part), options, 'Created')
      }),
    )

  withJobFlags(command('edit <job>', 'change what is given, and leave the rest'))
    .option('--name <name>', 'another name')
    .option('--file <path>', 'the fields to change as JSON; - is standard input')
    .option('--secret-stdin', 'read the secret for --auth from standard input')
    .action(
      asking<WriteOptions>(world, async (client, options, [job = '']) => {
        const part = merged(await partOf(world, options), options.name === undefined ? {} : { name: options.name })
        if (Object.keys(part).length === 0) throw new CommandFailure('usage', 'nothing to change was given')
        const { id, version } = await findJob(client, job)
        tellJob(await client.patch<Job>(`/jobs/${id}`, part, version), options, 'Changed')
      }),
    )

  withArguments(command('run <job>', 'run it now, whatever its schedule says'))
    .option('--wait', 'until it has ended; the exit code says whether it succeeded')
    .action(
      asking<Shared & FunctionFlags & { wait?: boolean }>(
        world,
        async (client, { json, wait, ...flags }, [name = '']) => {
          const { args, kwargs } = argumentsOf(flags)
          const body = args === undefined && kwargs === undefined ? undefined : { target: { args, kwargs } }
          const started = await client.post<Execution>(`/jobs/${await jobId(client, name)}/run`, body)
          const run = wait ? await ended(world, client, started.id) : started
          if (json) terminal.sayJson(run)
          else terminal.say(safe(runLine(run)))
          if (wait && run.status !== 'success') throw new CommandFailure('failed', `the run ended as ${run.status}`)
        },
      ),
    )

  addSigningCommand(
    command('rotate-signing-secret <job>', 'sign with a new secret; the present one signs on for a while'),
    world,
  )

  command('pause <job>', 'no more scheduled runs until it is resumed').action(
    asking<Shared>(world, async (client, options, [name = '']) => {
      tellJob(await client.post<Job>(`/jobs/${await jobId(client, name)}/pause`), options, 'Paused')
    }),
  )

  command('resume <job>', 'scheduled runs again')
    .option('--catch-up <mode>', 'runs that passed meanwhile: skip, latest or all', 'skip')
    .option('--dry-run', 'only tell what each mode would do')
    .action(
      asking<ResumeOptions>(world, async (client, { json, catchUp, dryRun }, [name = '']) => {
        const body = { catch_up: catchUp, dry_run: dryRun === true }
        const resumed = await client.post<Resumed>(`/jobs/${await jobId(client, name)}/resume`, body)
        if (json) return terminal.sayJson(resumed)
        const { skip, latest, all } = resumed.would_run
        terminal.say(`${resumed.missed} missed; runs by mode: skip ${skip}, latest ${latest}, all ${all}`)
        if (!dryRun) tellJob(resumed.job, {}, 'Resumed')
      }),
    )

  addVersionCommands(command, world)

  onServer(jobs.command('delete <job>').description('delete it; its runs stay in the history'))
    .option('--yes', 'without asking')
    .action(
      asking<Shared & { yes?: boolean }>(world, async (client, { yes }, [name = '']) => {
        const job = await findJob(client, name)
        if (!yes && !(await agreed(world, job))) throw new CommandFailure('failed', 'nothing was deleted')
        await client.delete(`/jobs/${job.id}`, job.version)
        terminal.remark(safe(`Deleted ${job.name} (${job.id}).`))
      }),
    )
}

const OCCURRENCE_COLUMNS: readonly Column<Occurrence>[] = [
  { title: 'due', of: (one) => showInstant(one.scheduled_for), whole: true },
  { title: 'until', of: (one) => showInstant(one.last_for), whole: true },
  { title: 'count', of: (one) => String(one.occurrences), align: 'right', whole: true },
  { title: 'status', of: (one) => one.status, whole: true, paint: (one) => statusPaint(one.status) },
  { title: 'why', of: (one) => one.reason_text },
  { title: 'run', of: (one) => one.execution_id, whole: true },
]

const EXAMPLES = `
Examples:
  carillon jobs create "nightly report" --cron "30 2 * * *" --tz Europe/Berlin --url https://example.com/report --method POST
  carillon jobs create ping --every 5m --url https://example.com/ping --header "X-Team: billing"
  carillon jobs create cleanup --cron "@daily" --function reports.daily:send --args '["eu"]' --kwargs '{"dry": true}'
  carillon jobs show ping --json | carillon jobs create copy --file -`

const partOf = async ({ terminal }: World, options: WriteOptions) => {
  const secret =
    options.auth === undefined ? undefined : await readSecret(terminal, 'Secret for --auth', options.secretStdin)
  const file = options.file === undefined ? {} : await readJobFile(options.file, terminal)
  return merged(file, jobFromFlags(options, secret))
}

/** What a person most likely forgot, before the server says it in the words of the API. */
const demand = (part: JobPart): void => {
  if (part.name === undefined) throw new CommandFailure('usage', 'the job needs a name')
  if (part.target?.url === undefined && part.target?.function === undefined)
    throw new CommandFailure('usage', 'the job needs an address to call (--url) or a function (--function)')
  if (part.schedules === undefined)
    throw new CommandFailure('usage', 'the job needs a schedule: --cron, --every, --at or --manual')
}

const LOOK_AGAIN_MS = 500

const ended = async ({ pause, untilStopped }: World, client: Client, id: string): Promise<ExecutionDetail> => {
  const stop = untilStopped()
  for (;;) {
    const run = await client.get<ExecutionDetail>(`/executions/${id}`)
    if (run.status !== 'pending' && run.status !== 'running') return run
    await pause(LOOK_AGAIN_MS, stop)
    if (stop.aborted) throw new CommandFailure('failed', `no longer waiting; the run ${id} goes on`)
  }
}

const agreed = async ({ terminal }: World, job: Job): Promise<boolean> => {
  if (!terminal.interactive) throw usage('--yes', 'missing', 'nobody can be asked here, so say that you mean it')
  return /^y(es)?$/i.test(await terminal.ask(`Delete ${safe(job.name)} (${job.id})? [y/N] `))
}
