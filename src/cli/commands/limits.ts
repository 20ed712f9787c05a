/** `carillon limits`: list, show, set, delete; `carillon catch-up`: show, pause, resume. */
import type { CatchUp, Limit, LimitList, LimitSet } from '../../api/contract/limits.ts'
import { showDuration } from '../duration.ts'
import { usage } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { showInstant } from '../show.ts'
import { type Column, facts, table } from '../table.ts'
import { type Adder, asking, onServer, type Shared, withJson } from './command.ts'
import { rateText, readConcurrency, readRate } from './limit-flags.ts'

type SetOptions = Shared & { readonly concurrency?: string; readonly rate?: string }

export const addLimitCommands: Adder = (parent, world) => {
  const { terminal } = world
  const limits = parent.command('limits').description('how much may run at once, and start per time').alias('limit')
  const command = (form: string, summary: string) => withJson(onServer(limits.command(form).description(summary)))
  const tell = (limit: Limit, { json }: Shared, what: string): void =>
    json ? terminal.sayJson(limit) : terminal.say(safe(`${what}${limit.name}: ${boundsText(limit)}`))

  command('list', 'all of the workspace, with who runs and waits').action(
    asking<Shared>(world, async (client, { json }) => {
      const { items } = await client.get<LimitList>('/limits')
      if (json) terminal.sayJson(items)
      else terminal.say(items.length === 0 ? 'No limits.' : table(items, LIMIT_COLUMNS, terminal))
    }),
  )

  command('show <name>', 'one limit').action(
    asking<Shared>(world, async (client, options, [name = '']) => {
      tell(await client.get<Limit>(pathOf(name)), options, '')
    }),
  )

  command('set <name>', 'make or replace one: a name of your own, host:api.example.com, or workspace')
    .option('--concurrency <n>', 'so many at once')
    .option('--rate <n/time>', 'so many starts per time, evenly: 100/1m; 100/1m,10 allows 10 at one moment')
    .action(
      asking<SetOptions>(world, async (client, options, [name = '']) => {
        const allowed: LimitSet = { concurrency: readConcurrency(options.concurrency), rate: readRate(options.rate) }
        if (!allowed.concurrency && !allowed.rate) {
          throw usage('limit', name, 'give --concurrency, --rate, or both; limits delete takes a limit away')
        }
        tell(await client.put<Limit>(pathOf(name), allowed), options, 'Set ')
      }),
    )

  onServer(limits.command('delete <name>').description('take one away that no job names')).action(
    asking<Shared>(world, async (client, _options, [name = '']) => {
      await client.delete(pathOf(name))
      terminal.say(safe(`Deleted ${name}`))
    }),
  )
}

export const addCatchUpCommands: Adder = (parent, world) => {
  const { terminal } = world
  const catchUp = parent.command('catch-up').description('what is made up for after an outage or a pause')
  const command = (form: string, summary: string) => withJson(onServer(catchUp.command(form).description(summary)))
  const tell = (work: CatchUp, { json }: Shared): void =>
    json ? terminal.sayJson(work) : terminal.say(facts(factsOf(work), terminal))

  command('show', 'how much is left, and how long it will take').action(
    asking<Shared>(world, async (client, options) => tell(await client.get<CatchUp>('/catch-up'), options)),
  )
  command('pause', 'start nothing more of it; on-time work goes on').action(
    asking<Shared>(world, async (client, options) => tell(await client.post<CatchUp>('/catch-up/pause'), options)),
  )
  command('resume', 'go on with it').action(
    asking<Shared>(world, async (client, options) => tell(await client.post<CatchUp>('/catch-up/resume'), options)),
  )
}

const pathOf = (name: string): string => `/limits/${encodeURIComponent(name)}`

const boundsText = ({ concurrency, rate, running, waiting }: Limit): string =>
  [
    concurrency === null ? null : `${concurrency} at once`,
    rate === null ? null : rateText(rate),
    `${running} running`,
    `${waiting} waiting`,
  ]
    .filter((part) => part !== null)
    .join('; ')

const LIMIT_COLUMNS: readonly Column<Limit>[] = [
  { title: 'name', of: (limit) => limit.name },
  { title: 'at once', of: (limit) => limit.concurrency?.toString() ?? null, align: 'right', whole: true },
  { title: 'rate', of: (limit) => (limit.rate === null ? null : rateText(limit.rate)), whole: true },
  { title: 'running', of: (limit) => String(limit.running), align: 'right', whole: true },
  { title: 'waiting', of: (limit) => String(limit.waiting), align: 'right', whole: true },
]

const factsOf = (work: CatchUp): [string, string | undefined][] => [
  ['state', work.paused ? `paused since ${showInstant(work.paused_at)}` : 'running'],
  ['waiting', String(work.pending)],
  ['running', String(work.running)],
  ['oldest', showInstant(work.oldest_scheduled_for) ?? undefined],
  ['pace', `${work.started_last_minute} in the last minute`],
  ['left', work.seconds_left === null ? 'not to be told yet' : showDuration(work.seconds_left)],
]
