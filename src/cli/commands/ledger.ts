/** `carillon audit`: are there rows for all that should have happened? Made to be run by a monitor. */
import type { LedgerCheck } from '../../api/contract/history.ts'
import { readDuration } from '../duration.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { showInstant } from '../show.ts'
import { type Adder, asking, onServer, type Shared, withJson } from './command.ts'
import { jobId } from './find.ts'

type AuditOptions = Shared & {
  readonly job?: string
  readonly since: string
  readonly from?: string
  readonly until?: string
}

export const addLedgerCommand: Adder = (parent, world) => {
  const { terminal } = world
  withJson(
    onServer(
      parent
        .command('audit')
        .description('recompute what should have happened, and name every occurrence without a row'),
    ),
  )
    .option('--job <job>', 'of one job, by id or name; default: of all')
    .option('--since <duration>', 'so long back from now', '24h')
    .option('--from <instant>', 'the beginning, instead of --since')
    .option('--until <instant>', 'the end; default: now')
    .addHelpText('after', EXAMPLE)
    .action(
      asking<AuditOptions>(world, async (client, { json, job, since, from, until }) => {
        const job_id = job === undefined ? undefined : await jobId(client, job)
        const first: LedgerCheck = await client.get('/ledger/check', {
          job_id,
          until,
          from: from ?? (await ago(since)),
        })
        // The server has said what the present is; the pages that follow are of the same range.
        const range = { from: first.from, until: first.until }
        const sum = { ...range, jobs: 0, expected: 0, waiting: 0, missing: 0, oddities: 0, never_firing: 0 }
        for (let page = first; ; ) {
          for (const name of ['jobs', 'expected', 'waiting', 'missing'] as const) sum[name] += page[name]
          sum.oddities += page.oddities.length
          sum.never_firing += page.never_firing.length
          if (json)
            for (const found of [...page.gaps, ...page.oddities, ...page.never_firing]) terminal.sayJson(found, 0)
          else tell(page)
          if (page.next_cursor === null) break
          if (terminal.interactive) terminal.remark(`${sum.jobs} jobs, ${sum.expected} occurrences …`)
          page = await client.get('/ledger/check', { ...range, job_id, cursor: page.next_cursor })
        }
        if (json) terminal.sayJson(sum, 0)
        else terminal.say(summary(sum))
        if (sum.missing + sum.oddities > 0) throw new CommandFailure('gaps', 'the ledger does not add up')
      }),
    )

  const tell = ({ gaps, oddities, never_firing }: LedgerCheck): void => {
    for (const { job_name, job_id, first, last, count } of gaps) {
      const range =
        count === 1 ? showInstant(first) : `${showInstant(first)} to ${showInstant(last)}, ${count} occurrences`
      terminal.say(safe(`missing: ${job_name} (${job_id}) ${range}`))
    }
    for (const { job_name, job_id, scheduled_for, problem, execution_id } of oddities)
      terminal.say(safe(`${problem}: ${job_name} (${job_id}) ${showInstant(scheduled_for)} (run ${execution_id})`))
    for (const { job_name, job_id } of never_firing)
      terminal.say(safe(`warning: ${job_name} (${job_id}) never fires: its schedule has no instant`))
  }
}

/** By the clock of this machine; a monitor that overlaps its ranges a little misses nothing. */
const ago = async (since: string): Promise<string> => {
  const { systemClock } = await import('../../app.ts')
  return new Date(systemClock.now() - readDuration('--since', since) * 1000).toISOString()
}

const summary = ({
  jobs,
  expected,
  waiting,
  missing,
  oddities,
  never_firing,
  from,
  until,
}: Omit<LedgerCheck, 'gaps' | 'oddities' | 'never_firing' | 'next_cursor'> & {
  oddities: number
  never_firing: number
}): string =>
  [
    `${showInstant(from)} to ${showInstant(until)}: ${jobs} jobs, ${expected} occurrences`,
    missing === 0 ? 'each has its row' : `${missing} without a row`,
    waiting === 0 ? null : `${waiting} wait for a server to take them`,
    oddities === 0 ? null : `${oddities} rows do not fit`,
    never_firing === 0 ? null : `${never_firing} never fire`,
  ]
    .filter((part) => part !== null)
    .join('; ')

const EXAMPLE = `
Example, every hour, with exit code 7 when anything is missing:
  0 * * * *  carillon audit --since 2h`
