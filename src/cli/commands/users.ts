/** `carillon users`: list, create, enable, disable, reset-password. */
import { randomBytes } from 'node:crypto'
import { Option } from 'commander'
import type { User, UserUpdate } from '../../api/contract/users.ts'
import type { Client } from '../client/client.ts'
import { safe } from '../safe-text.ts'
import { showInstant } from '../show.ts'
import { type Column, table } from '../table.ts'
import type { World } from '../world.ts'
import { type Adder, asking, listed, onServer, type Shared, wholeNumber, withJson } from './command.ts'
import { findUser } from './find.ts'
import { readNewPassword } from './secrets.ts'

type PasswordOptions = Shared & { readonly passwordStdin?: boolean; readonly generate?: boolean }
type CreateOptions = PasswordOptions & { readonly email: string; readonly fullName?: string; readonly role: string }

export const addUserCommands: Adder = (parent, world) => {
  const { terminal } = world
  const users = parent.command('users').description('who may use the server (for administrators)').alias('user')
  const command = (form: string, summary: string) => withJson(onServer(users.command(form).description(summary)))
  const withPassword = (form: string, summary: string) =>
    command(form, summary)
      .option('--password-stdin', 'read the password from standard input')
      .addOption(new Option('--generate', 'make a password and print it once').conflicts('passwordStdin'))
  const tellUser = (user: User, { json }: Shared, what: string, made: string | null = null): void => {
    if (json) return void terminal.sayJson(made === null ? user : { ...user, password: made })
    terminal.say(safe(`${what} ${user.username} (${user.role}, ${user.id})`))
    if (made !== null) terminal.say(`Password: ${made}`)
  }
  const change = async (client: Client, name: string, fields: UserUpdate): Promise<User> => {
    const { id, version } = await findUser(client, name)
    return client.patch<User>(`/users/${id}`, fields, version)
  }

  command('list', 'everybody in the workspace')
    .option('--limit <n>', 'how many at most', wholeNumber(1, 999_999_999), 100)
    .action(
      asking<Shared & { limit: number }>(world, async (client, { json, limit }) => {
        const found = await listed<User>(client, '/users', {}, limit)
        if (json) terminal.sayJson(found)
        else terminal.say(table(found, USER_COLUMNS, terminal))
      }),
    )

  withPassword('create <username>', 'a new account')
    .requiredOption('--email <address>', 'where to reach the person')
    .option('--full-name <name>', 'as others see it')
    .addOption(new Option('--role <role>', 'what they may do').choices(['admin', 'user', 'viewer']).default('user'))
    .action(
      asking<CreateOptions>(world, async (client, options, [username = '']) => {
        const { password, made } = await newPassword(world, options)
        const { email, fullName, role } = options
        const body = { username, email, password, role, ...(fullName === undefined ? {} : { full_name: fullName }) }
        tellUser(await client.post<User>('/users', body), options, 'Created', made)
      }),
    )

  command('enable <user>', 'let somebody in again').action(
    asking<Shared>(world, async (client, options, [name = '']) => {
      tellUser(await change(client, name, { enabled: true }), options, 'Enabled')
    }),
  )

  command('disable <user>', 'shut somebody out at once; the jobs stay').action(
    asking<Shared>(world, async (client, options, [name = '']) => {
      tellUser(await change(client, name, { enabled: false }), options, 'Disabled')
    }),
  )

  withPassword('reset-password <user>', 'a new password, and the end of all sessions of that person').action(
    asking<PasswordOptions>(world, async (client, options, [name = '']) => {
      const { password, made } = await newPassword(world, options)
      tellUser(await change(client, name, { password }), options, 'New password for', made)
    }),
  )
}

const USER_COLUMNS: readonly Column<User>[] = [
  { title: 'username', of: (user) => user.username },
  { title: 'role', of: (user) => user.role, whole: true },
  { title: 'state', of: (user) => (user.enabled ? 'enabled' : 'disabled'), whole: true },
  { title: 'email', of: (user) => user.email },
  { title: 'name', of: (user) => user.full_name },
  { title: 'last seen', of: (user) => showInstant(user.last_login_at), whole: true },
  { title: 'id', of: (user) => user.id, whole: true },
]

const GENERATED_BYTES = 18

const newPassword = async ({ terminal }: World, { generate, passwordStdin }: PasswordOptions) => {
  if (!generate) return { password: await readNewPassword(terminal, passwordStdin), made: null }
  const made = randomBytes(GENERATED_BYTES).toString('base64url')
  return { password: made, made }
}
