/** `carillon applications` and `carillon apis`: what is called as one application, how to sign in to it, and its APIs. */
import type { Command } from 'commander'
import type {
  ApiDefinition,
  ApiList,
  Application,
  ApplicationList,
  ApplicationUpdate,
  HandshakeTrial,
} from '../../api/contract/applications.ts'
import type { Client } from '../client/client.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { showInstant } from '../show.ts'
import { type Column, facts, table } from '../table.ts'
import { type Adder, asking, onServer, type Shared, withJson } from './command.ts'
import { given } from './flag-texts.ts'
import { readSecret } from './secrets.ts'

type ApplicationFlags = Shared & {
  readonly name?: string
  readonly description?: string
  readonly rootUrl?: string
  readonly handshakeUrl?: string
  readonly secretStdin?: boolean
}
type ApiFlags = Shared & {
  readonly path: string
  readonly method?: string
  readonly cron: string
  readonly zone?: string
  readonly handshakeUrl?: string
  readonly disabled?: boolean
}

export const addApplicationCommands: Adder = (parent, world) => {
  addApplications(parent, world)
  addApis(parent, world)
}

const addApplications: Adder = (parent, world) => {
  const { terminal } = world
  const group = parent
    .command('applications')
    .description('applications, and how to sign in to them')
    .alias('application')
  const command = (form: string, summary: string): Command =>
    withJson(onServer(group.command(form).description(summary)))

  command('list', 'the applications of the workspace').action(
    asking<Shared>(world, async (client, { json }) => {
      const { items } = await client.get<ApplicationList>('/applications')
      if (json) return terminal.sayJson(items)
      terminal.say(items.length === 0 ? 'No applications.' : table(items, APPLICATION_COLUMNS, terminal))
    }),
  )

  command('show <application>', 'one application, by id or name').action(
    asking<Shared>(world, async (client, { json }, [which = '']) => {
      const found = await findApplication(client, which)
      if (json) return terminal.sayJson(found)
      terminal.say(
        facts(
          [
            ['name', found.name],
            ['id', found.id],
            ['description', found.description ?? undefined],
            ['root', found.root_url ?? undefined],
            ['handshake', found.handshake_url ?? 'none'],
            ['secret', found.secret_fingerprint ?? 'none'],
            ['made', showInstant(found.created_at)],
          ],
          terminal,
        ),
      )
    }),
  )

  const bodyOf = async (flags: ApplicationFlags): Promise<ApplicationUpdate> => ({
    ...given({
      name: flags.name,
      description: flags.description,
      root_url: flags.rootUrl,
      handshake_url: flags.handshakeUrl,
    }),
    ...(flags.secretStdin ? { secret: await readSecret(terminal, 'Secret', true) } : {}),
  })

  withFlags(command('create <name>', 'make an application')).action(
    asking<ApplicationFlags>(world, async (client, options, [name = '']) => {
      const made = await client.post<Application>('/applications', { ...(await bodyOf(options)), name })
      if (options.json) return terminal.sayJson(made)
      terminal.say(safe(`Made ${made.name} (${made.id})`))
    }),
  )

  withFlags(command('edit <application>', 'change what is given; an empty text takes away'))
    .option('--name <name>', 'another name')
    .action(
      asking<ApplicationFlags>(world, async (client, options, [which = '']) => {
        const { id } = await findApplication(client, which)
        const body = Object.fromEntries(
          Object.entries(await bodyOf(options)).map(([field, value]) => [field, value === '' ? null : value]),
        )
        const saved = await client.patch<Application>(`/applications/${id}`, body)
        if (options.json) return terminal.sayJson(saved)
        terminal.say(safe(`Changed ${saved.name}`))
      }),
    )

  command('handshake <application>', 'try its handshake once; what is granted is not shown').action(
    asking<Shared>(world, async (client, { json }, [which = '']) => {
      const { id } = await findApplication(client, which)
      const trial = await client.post<HandshakeTrial>(`/applications/${id}/handshake`, {})
      if (json) terminal.sayJson(trial)
      else if (trial.ok)
        terminal.say(
          `The handshake grants ${trial.auth_type}, valid until ${showInstant(trial.valid_until) ?? 'the run is over'}.`,
        )
      if (!trial.ok) throw new CommandFailure('failed', safe(trial.error ?? 'The handshake failed.'))
    }),
  )

  onServer(group.command('delete <application>').description('one without APIs goes')).action(
    asking<Shared>(world, async (client, _, [which = '']) => {
      const { id, name, version } = await findApplication(client, which)
      await client.delete(`/applications/${id}`, version)
      terminal.remark(safe(`Deleted ${name}.`))
    }),
  )
}

const withFlags = (command: Command): Command =>
  command
    .option('--description <text>', 'what it is')
    .option('--root-url <url>', 'what the paths of its APIs are joined to')
    .option('--handshake-url <url>', 'where it is asked, before each run, how to sign in to it')
    .option('--secret-stdin', 'read what a handshake proves itself with from standard input')

const addApis: Adder = (parent, world) => {
  const { terminal } = world
  const group = parent.command('apis').description('APIs of applications, each called by a job').alias('api')
  const command = (form: string, summary: string): Command =>
    withJson(onServer(group.command(form).description(summary)))
  const homeOf = async (client: Client, which: string): Promise<string> =>
    `/applications/${(await findApplication(client, which)).id}/apis`
  const pathOf = async (client: Client, which: string, api: string): Promise<string> =>
    `${await homeOf(client, which)}/${encodeURIComponent(api)}`

  command('list <application>', 'the APIs of an application').action(
    asking<Shared>(world, async (client, { json }, [which = '']) => {
      const { items } = await client.get<ApiList>(await homeOf(client, which))
      if (json) return terminal.sayJson(items)
      terminal.say(items.length === 0 ? 'No APIs.' : table(items, API_COLUMNS, terminal))
    }),
  )

  command('show <application> <api>', 'one API, by id or name; its job has the rest').action(
    asking<Shared>(world, async (client, { json }, [which = '', api = '']) => {
      const found = await client.get<ApiDefinition>(await pathOf(client, which, api))
      if (json) return terminal.sayJson(found)
      terminal.say(
        facts(
          [
            ['name', found.name],
            ['id', found.id],
            ['application', found.application.name],
            ['path', found.path],
            ['handshake', found.handshake_url ?? 'that of the application'],
            ['job', found.job.id],
            ['state', found.job.state],
            ['schedule', found.job.schedule_text],
            ['next run', showInstant(found.job.next_run_at) ?? 'none'],
          ],
          terminal,
        ),
      )
    }),
  )

  command('create <application> <name>', 'add an API, and the job that calls it')
    .requiredOption('--path <path>', 'joined to the root of the application')
    .requiredOption('--cron <expression>', 'when it is called')
    .option('--zone <name>', 'time zone of --cron')
    .option('--method <name>', 'GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS')
    .option('--handshake-url <url>', 'instead of that of the application')
    .option('--disabled', 'its job is born paused')
    .action(
      asking<ApiFlags>(world, async (client, flags, [which = '', name = '']) => {
        const { path, method, cron, zone, handshakeUrl, disabled, json } = flags
        const made = await client.post<ApiDefinition>(await homeOf(client, which), {
          name,
          path,
          schedules: [{ kind: 'cron', expression: cron, ...given({ time_zone: zone }) }],
          ...given({ handshake_url: handshakeUrl, enabled: disabled ? false : undefined }),
          ...(method === undefined ? {} : { target: { method: method.toUpperCase() } }),
        })
        if (json) return terminal.sayJson(made)
        terminal.say(safe(`Made ${made.name}; the job ${made.job.id} calls it: ${made.job.schedule_text}`))
      }),
    )

  onServer(group.command('delete <application> <api>').description('its job goes with it')).action(
    asking<Shared>(world, async (client, _, [which = '', api = '']) => {
      const path = await pathOf(client, which, api)
      const { name, job } = await client.get<ApiDefinition>(path)
      await client.delete(path, job.version)
      terminal.remark(safe(`Deleted ${name}.`))
    }),
  )
}

const APPLICATION_COLUMNS: readonly Column<Application>[] = [
  { title: 'name', of: (one) => one.name },
  { title: 'root', of: (one) => one.root_url },
  { title: 'handshake', of: (one) => one.handshake_url },
  { title: 'secret', of: (one) => (one.secret_fingerprint === null ? 'no' : 'yes'), whole: true },
  { title: 'id', of: (one) => one.id, whole: true },
]

const API_COLUMNS: readonly Column<ApiDefinition>[] = [
  { title: 'name', of: (one) => one.name },
  { title: 'path', of: (one) => one.path },
  { title: 'state', of: (one) => one.job.state, whole: true },
  { title: 'schedule', of: (one) => one.job.schedule_text },
  { title: 'next run', of: (one) => showInstant(one.job.next_run_at), whole: true },
  { title: 'job', of: (one) => one.job.id, whole: true },
]

const findApplication = async (client: Client, which: string): Promise<Application> => {
  const { items } = await client.get<ApplicationList>('/applications')
  const found = items.find(({ id }) => id === which) ?? items.find(({ name }) => name === which)
  if (found === undefined) throw new CommandFailure('not_found', `no application is called ${JSON.stringify(which)}`)
  return found
}
