/** `carillon keys`: create, list, show, revoke. */
import type { Command } from 'commander'
import type { ApiKey, ApiKeyCreate, NewApiKey } from '../../api/contract/keys.ts'
import type { Client } from '../client/client.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { showInstant } from '../show.ts'
import { type Column, facts, table } from '../table.ts'
import { readComing } from './coming.ts'
import { type Adder, asking, listed, onServer, type Shared, several, wholeNumber, withJson } from './command.ts'

type CreateOptions = Shared & { readonly scope: readonly string[]; readonly expires?: string }
type ListOptions = Shared & { readonly mine?: boolean; readonly limit: number }

export const addKeyCommands: Adder = (parent, world) => {
  const { terminal } = world
  const keys = parent.command('keys').description('API keys, for programs that act for you').alias('key')
  const command = (form: string, summary: string): Command =>
    withJson(onServer(keys.command(form).description(summary)))

  command('create <name>', 'make a key; it is shown this once')
    .requiredOption(
      '--scope <scope>',
      'jobs:read, jobs:write, jobs:run, executions:read, executions:write, users:read or system:read; may be repeated',
      several,
    )
    .option('--expires <when>', 'after a time such as 30d, or at an instant (default: 90d; at most 366d)')
    .action(
      asking<CreateOptions>(world, async (client, { json, scope, expires }, [name = '']) => {
        const expires_at = expires === undefined ? undefined : await readComing('--expires', expires)
        const body = { name, scopes: scope as ApiKeyCreate['scopes'], ...(expires_at && { expires_at }) }
        const made = await client.post<NewApiKey>('/api-keys', body)
        if (json) return terminal.sayJson(made)
        terminal.remark(safe(`Made ${made.name} (${made.id}), good until ${showInstant(made.expires_at)}.`))
        terminal.remark(
          'The key is shown this once; programs send it as `Authorization: Bearer …`, or set CARILLON_TOKEN:',
        )
        terminal.say(made.key)
      }),
    )

  command('list', 'your keys; for an administrator those of everybody')
    .option('--mine', 'only your own')
    .option('--limit <n>', 'how many at most', wholeNumber(1, 999_999_999), 100)
    .action(
      asking<ListOptions>(world, async (client, { json, mine, limit }) => {
        const found = await listed<ApiKey>(client, '/api-keys', { owner: mine ? 'me' : undefined }, limit)
        if (json) return terminal.sayJson(found)
        terminal.say(found.length === 0 ? 'No keys.' : table(found, KEY_COLUMNS, terminal))
      }),
    )

  command('show <key>', 'one key, by id, name or the way it begins').action(
    asking<Shared>(world, async (client, { json }, [name = '']) => {
      const key = await findKey(client, name)
      if (json) return terminal.sayJson(key)
      terminal.say(
        facts(
          [
            ['name', key.name],
            ['id', key.id],
            ['begins', key.prefix],
            ['state', key.state],
            ['scopes', key.scopes.join(', ')],
            ['made by', key.created_by],
            ['made', showInstant(key.created_at)],
            ['expires', showInstant(key.expires_at)],
            ['last used', key.last_used_at && `${showInstant(key.last_used_at)} from ${key.last_used_address}`],
            ['revoked', showInstant(key.revoked_at) ?? undefined],
          ],
          terminal,
        ),
      )
    }),
  )

  onServer(keys.command('revoke <key>').description('it is refused at once')).action(
    asking<Shared>(world, async (client, _, [name = '']) => {
      const key = await findKey(client, name)
      await client.delete(`/api-keys/${key.id}`, key.version)
      terminal.remark(safe(`Revoked ${key.name} (${key.prefix}).`))
    }),
  )
}

const KEY_COLUMNS: readonly Column<ApiKey>[] = [
  { title: 'name', of: (key) => key.name },
  { title: 'begins', of: (key) => key.prefix, whole: true },
  { title: 'state', of: (key) => key.state, whole: true, paint: (key) => (key.state === 'active' ? 'green' : 'dim') },
  { title: 'scopes', of: (key) => key.scopes.join(' ') },
  { title: 'expires', of: (key) => showInstant(key.expires_at), whole: true },
  { title: 'last used', of: (key) => showInstant(key.last_used_at), whole: true },
  { title: 'id', of: (key) => key.id, whole: true },
]

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const MOST_KEYS = 10_000

/** By name it is the one that is in force: old ones may have had the same name. */
const findKey = async (client: Client, key: string): Promise<ApiKey> => {
  if (ID.test(key)) return client.get<ApiKey>(`/api-keys/${key.toLowerCase()}`)
  const all = await listed<ApiKey>(client, '/api-keys', {}, MOST_KEYS)
  const named = all.filter(({ name, prefix }) => name === key || prefix === key)
  const active = named.filter(({ state }) => state === 'active')
  const [first, ...others] = active.length > 0 ? active : named
  if (first === undefined) throw new CommandFailure('not_found', `no key is called ${JSON.stringify(key)}`)
  if (others.length === 0) return first
  const ids = [first, ...others].map(({ id, prefix }) => `  ${id} ${prefix}`).join('\n')
  throw new CommandFailure('usage', `several keys are called ${JSON.stringify(key)}; give one id:\n${ids}`)
}
