/** `carillon export`: all jobs or runs into a file, or jobs as a crontab. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { type Command, Option } from 'commander'
import type { Client, Query } from '../client/client.ts'
import { type ExportedJob, toCrontab } from '../crontab/to-crontab.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import type { World } from '../world.ts'
import { type Adder, asking, onServer, type Shared, several } from './command.ts'
import { jobId } from './find.ts'

type Chosen = Shared & { readonly out?: string }
type JobsOptions = Chosen & {
  readonly format: string
  readonly search?: string
  readonly state?: string
  readonly mine?: boolean
}
type RunsOptions = Chosen & {
  readonly format: string
  readonly job?: string
  readonly status?: readonly string[]
  readonly trigger?: string
  readonly from?: string
  readonly until?: string
}

export const addExportCommands: Adder = (parent, world) => {
  const exports = parent.command('export').description('all jobs or runs, into a file; secrets stay on the server')
  const command = (form: string, summary: string): Command =>
    onServer(exports.command(form).description(summary)).option('--out <file>', 'the file (default: standard output)')
  const withFilter = (of: Command): Command =>
    of
      .option('--search <text>', 'part of the name')
      .option('--state <state>', 'active, paused or ended')
      .option('--mine', 'only your own')

  withFilter(command('jobs', 'jobs, as `carillon import jobs` takes them, or as a table'))
    .addOption(new Option('--format <format>', 'json or csv').choices(['json', 'csv']).default('json'))
    .action(
      asking<JobsOptions>(world, async (client, options) => {
        await save(world, client, '/jobs/export', { ...filterOf(options), format: options.format }, options.out)
      }),
    )

  command('runs', 'what ran and what did not, oldest first')
    .addOption(
      new Option('--format <format>', 'csv, or one JSON object a line').choices(['csv', 'ndjson']).default('csv'),
    )
    .option('--job <job>', 'of one job, by id or name')
    .option('--status <status>', 'only in these states; may be repeated', several)
    .option('--trigger <trigger>', 'schedule, catch_up or manual')
    .option('--from <instant>', 'created at or after')
    .option('--until <instant>', 'created before')
    .action(
      asking<RunsOptions>(world, async (client, { job, out, format, status, trigger, from, until }) => {
        const job_id = job === undefined ? undefined : await jobId(client, job)
        await save(world, client, '/executions/export', { job_id, format, status, trigger, from, until }, out)
      }),
    )

  withFilter(command('crontab', 'jobs as lines for cron and curl, with SECRET where a secret belongs')).action(
    asking<JobsOptions>(world, async (client, options) => {
      const chunks: Buffer[] = []
      const query = { ...filterOf(options), format: 'json' }
      await client.download('/jobs/export', query, async (chunk) => void chunks.push(chunk))
      const { jobs } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { readonly jobs: readonly ExportedJob[] }
      const { text, left } = toCrontab(jobs)
      await fileFor(world, options.out, (write) => write(Buffer.from(text)))
      const others = left === 0 ? '' : `, ${left} cannot be and are comments`
      world.terminal.remark(`${jobs.length - left} jobs are lines${others}.`)
    }),
  )
}

const filterOf = ({ search, state, mine }: JobsOptions): Query => ({ search, state, owner: mine ? 'me' : undefined })

const TELL_EVERY_BYTES = 8 * 1024 * 1024

const save = async (
  world: World,
  client: Client,
  path: string,
  query: Query,
  out: string | undefined,
): Promise<void> => {
  const { terminal } = world
  let bytes = 0
  let told = 0
  await fileFor(world, out, (write) =>
    client.download(path, query, async (chunk) => {
      await write(chunk)
      bytes += chunk.length
      if (terminal.interactive && bytes - told >= TELL_EVERY_BYTES) {
        told = bytes
        terminal.remark(`${megabytes(bytes)} so far`)
      }
    }),
  )
  if (out !== undefined) terminal.remark(safe(`Wrote ${out} (${megabytes(bytes)}).`))
}

const megabytes = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${bytes} bytes` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`

/** Written beside and moved over when it is whole: a file that is there is never half of one. Readable by its owner alone. */
const fileFor = async (
  { terminal }: World,
  out: string | undefined,
  fill: (write: (chunk: Buffer) => Promise<void>) => Promise<void>,
): Promise<void> => {
  if (out === undefined) {
    const decoder = new TextDecoder()
    return fill((chunk) => terminal.pour(decoder.decode(chunk, { stream: true })))
  }
  const draft = `${out}.part`
  const file = opened(draft)
  try {
    await fill(async (chunk) => void writeSync(file, chunk))
  } catch (error) {
    closeSync(file)
    rmSync(draft, { force: true })
    throw error
  }
  closeSync(file)
  renameSync(draft, out)
}

const opened = (path: string): number => {
  try {
    return openSync(path, 'w', 0o600)
  } catch (error) {
    throw new CommandFailure('usage', `--out: ${(error as Error).message}`, error)
  }
}
