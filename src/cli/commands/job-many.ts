/** `carillon jobs clone` and `carillon jobs bulk`: a copy of one job, one thing done to many. */
import { type Command, Option } from 'commander'
import type { BulkRequest, BulkResult } from '../../api/contract/job-many.ts'
import type { Job } from '../../api/contract/jobs.ts'
import type { Client } from '../client/client.ts'
import { CommandFailure, usage } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { type Column, table } from '../table.ts'
import type { World } from '../world.ts'
import { type Adder, asking, listed, onServer, type Shared, several, withJson } from './command.ts'
import { findUser, jobId } from './find.ts'
import { postOnce } from './repeat.ts'

type CloneOptions = Shared & { readonly name?: string; readonly enabled?: boolean }
type BulkOptions = Shared & {
  readonly all?: boolean
  readonly search?: string
  readonly state?: string
  readonly mine?: boolean
  readonly catchUp?: NonNullable<BulkRequest['catch_up']>
  readonly owner?: string
  readonly meta?: readonly string[]
  readonly dryRun?: boolean
  readonly yes?: boolean
}

/** What the server takes at once. */
const MOST_AT_ONCE = 1000
const MOST_JOBS = 1_000_000

export const addJobManyCommands: Adder = (parent, world) => {
  const { terminal } = world
  const jobs = parent.commands.find((command) => command.name() === 'jobs') as Command
  const command = (form: string, summary: string): Command =>
    withJson(onServer(jobs.command(form).description(summary)))

  command('clone <job>', 'a copy with its secrets, paused until you resume it')
    .option('--name <name>', 'its name (default: that of the original with "(copy)")')
    .option('--enabled', 'let it run at once')
    .action(
      asking<CloneOptions>(world, async (client, { json, name, enabled }, [job = '']) => {
        const id = await jobId(client, job)
        const body = { ...(name === undefined ? {} : { name }), ...(enabled ? { enabled } : {}) }
        const copy = await postOnce<Job>(world, client, `/jobs/${id}/clone`, body)
        if (json) terminal.sayJson(copy)
        else terminal.say(safe(`Made ${copy.name} (${copy.id}), ${copy.state}`))
      }),
    )

  command('bulk <action> [jobs...]', 'pause, resume, delete, run or edit many jobs, by id or name or by a filter')
    .option('--all', 'every job that the other options leave')
    .option('--search <text>', 'with this in the name')
    .option('--state <state>', 'active, paused or ended')
    .option('--mine', 'only your own')
    .addOption(new Option('--catch-up <mode>', 'resume: what passed meanwhile').choices(['skip', 'latest', 'all']))
    .option('--owner <user>', 'edit: give them to somebody')
    .option('--meta <name=value>', 'edit: set an entry, or take it away with name=; may be repeated', several)
    .option('--dry-run', 'only tell what would be done')
    .option('--yes', 'delete without asking')
    .action(
      asking<BulkOptions>(world, async (client, options, args) => {
        const action = actionOf(args[0] ?? '')
        const ids = await chosen(client, options, (args[1] ?? []) as unknown as readonly string[])
        if (ids.length === 0) throw new CommandFailure('not_found', 'no job is meant')
        if (action === 'delete' && !options.dryRun && !options.yes && !(await agreed(world, ids.length)))
          throw new CommandFailure('failed', 'nothing was deleted')
        const edit = action === 'edit' ? await editOf(client, options) : undefined
        const results: BulkResult['items'] = []
        for (let at = 0; at < ids.length; at += MOST_AT_ONCE) {
          const body: BulkRequest = {
            action,
            ids: ids.slice(at, at + MOST_AT_ONCE),
            ...(options.catchUp === undefined ? {} : { catch_up: options.catchUp }),
            ...(edit === undefined ? {} : { edit }),
            dry_run: options.dryRun === true,
          }
          results.push(...(await postOnce<BulkResult>(world, client, '/jobs/bulk', body)).items)
        }
        tell(world, options, action, results)
      }),
    )
}

const ACTIONS = ['pause', 'resume', 'delete', 'run', 'edit'] as const
type Action = (typeof ACTIONS)[number]

const actionOf = (text: string): Action => {
  const action = ACTIONS.find((known) => known === text)
  if (action === undefined) throw usage('action', text, `give one of ${ACTIONS.join(', ')}`)
  return action
}

/** All of a filter only by `--all`: a forgotten word must not mean everything. */
const chosen = async (
  client: Client,
  { all, search, state, mine }: BulkOptions,
  names: readonly string[],
): Promise<readonly string[]> => {
  if (names.length > 0) {
    if (all) throw usage('--all', 'given', 'name jobs, or say --all, not both')
    return Promise.all(names.map((name) => jobId(client, name)))
  }
  if (!all) throw usage('jobs', 'missing', 'name jobs, or say --all with --search, --state or --mine')
  const found = await listed<Job>(client, '/jobs', { search, state, owner: mine ? 'me' : undefined }, MOST_JOBS)
  return found.map(({ id }) => id)
}

const editOf = async (client: Client, { owner, meta = [] }: BulkOptions): Promise<NonNullable<BulkRequest['edit']>> => {
  if (owner === undefined && meta.length === 0) throw usage('edit', 'nothing', 'say what to set: --owner or --meta')
  const entries = meta.map((text): [string, string | null] => {
    const at = text.indexOf('=')
    if (at < 1) throw usage('--meta', text, 'write a name, "=" and a value')
    return [text.slice(0, at), text.slice(at + 1) || null]
  })
  return {
    ...(owner === undefined ? {} : { owner_id: (await findUser(client, owner)).id }),
    ...(entries.length === 0 ? {} : { metadata: Object.fromEntries(entries) }),
  }
}

const agreed = async ({ terminal }: World, count: number): Promise<boolean> => {
  if (!terminal.interactive) throw usage('--yes', 'missing', 'nobody can be asked here, so say that you mean it')
  return /^y(es)?$/i.test(await terminal.ask(`Delete ${count} jobs? [y/N] `))
}

const tell = ({ terminal }: World, { json, dryRun }: BulkOptions, action: Action, items: BulkResult['items']): void => {
  const failed = items.filter(({ ok }) => !ok)
  if (json) terminal.sayJson(items)
  else {
    if (failed.length > 0) terminal.say(table(failed, FAILED_COLUMNS, terminal))
    terminal.say(
      `${action}: ${items.length - failed.length} ${dryRun ? 'would be done' : 'done'}, ${failed.length} refused`,
    )
  }
  if (failed.length > 0) throw new CommandFailure('failed', `${failed.length} of ${items.length} jobs were refused`)
}

const FAILED_COLUMNS: readonly Column<BulkResult['items'][number]>[] = [
  { title: 'id', of: (item) => item.id, whole: true },
  { title: 'code', of: (item) => item.code, whole: true },
  { title: 'why', of: (item) => item.message },
]
