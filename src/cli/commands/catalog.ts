/** `carillon categories` and `carillon teams`: list, create, rename, disable, enable. */
import type { Category, CategoryList, Team } from '../../api/contract/catalog.ts'
import type { Client } from '../client/client.ts'
import { usage } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { type Column, table } from '../table.ts'
import { type Adder, asking, onServer, type Shared, withJson } from './command.ts'

type Entry = Category & Partial<Pick<Team, 'slack_handle'>>
type ListOptions = Shared & { readonly all?: boolean }
type NameOptions = Shared & { readonly slackHandle?: string }

export const addCatalogCommands: Adder = (parent, world) => {
  addGroup(parent, world, { path: '/categories', plural: 'categories', singular: 'category', hasHandle: false })
  addGroup(parent, world, { path: '/teams', plural: 'teams', singular: 'team', hasHandle: true })
}

type Group = {
  readonly path: string
  readonly plural: string
  readonly singular: string
  readonly hasHandle: boolean
}

const addGroup = (
  parent: Parameters<Adder>[0],
  world: Parameters<Adder>[1],
  { path, plural, singular, hasHandle }: Group,
): void => {
  const { terminal } = world
  const group = parent
    .command(plural)
    .description(hasHandle ? 'who is in charge of jobs' : 'by what people find jobs')
    .alias(singular)
  const command = (form: string, summary: string) => withJson(onServer(group.command(form).description(summary)))
  const tell = (entry: Entry, { json }: Shared, what: string): void =>
    json ? terminal.sayJson(entry) : terminal.say(safe(`${what} ${entry.name} (${entry.slug})`))
  const idOf = async (client: Client, text: string): Promise<string> => {
    const { items } = await client.get<CategoryList>(`${path}?include_inactive=true`)
    const found = items.find(({ id, slug, name }) => [id, slug, name].includes(text))
    if (found === undefined) throw usage(singular, text, `give the id, slug or name of one; ${plural} list shows them`)
    return `${path}/${found.id}`
  }

  command('list', `the ${plural} of the workspace`)
    .option('--all', 'also those that are disabled, for administrators')
    .action(
      asking<ListOptions>(world, async (client, { json, all }) => {
        const { items } = await client.get<{ items: Entry[] }>(`${path}?include_inactive=${all === true}`)
        if (json) terminal.sayJson(items)
        else terminal.say(items.length === 0 ? `No ${plural}.` : table(items, columnsOf(hasHandle), terminal))
      }),
    )

  const create = command('create <name>', `make a ${singular}`)
  if (hasHandle) create.requiredOption('--slack-handle <handle>', 'how Slack calls the team, such as @payments')
  create.action(
    asking<NameOptions>(world, async (client, options, [name = '']) => {
      const { slackHandle } = options
      const body = { name, ...(slackHandle === undefined ? {} : { slack_handle: slackHandle }) }
      tell(await client.post<Entry>(path, body), options, 'Made')
    }),
  )

  command(`rename <${singular}> <name>`, 'give it another name; its jobs follow').action(
    asking<Shared>(world, async (client, options, [which = '', name = '']) => {
      tell(await client.patch<Entry>(await idOf(client, which), { name }), options, 'Renamed to')
    }),
  )

  for (const active of [false, true]) {
    const act = active ? 'enable' : 'disable'
    command(`${act} <${singular}>`, active ? 'offer it to jobs again' : 'offer it to no more jobs').action(
      asking<Shared>(world, async (client, options, [which = '']) => {
        tell(await client.patch<Entry>(await idOf(client, which), { active }), options, active ? 'Enabled' : 'Disabled')
      }),
    )
  }
}

const columnsOf = (hasHandle: boolean): readonly Column<Entry>[] => [
  { title: 'name', of: (entry) => entry.name },
  { title: 'slug', of: (entry) => entry.slug },
  ...(hasHandle ? [{ title: 'slack', of: (entry: Entry) => entry.slack_handle ?? null }] : []),
  { title: 'offered', of: (entry) => (entry.active ? 'yes' : 'no'), whole: true },
]
