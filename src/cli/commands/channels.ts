/** `carillon webhooks`, `carillon slack` and `carillon mail`: where messages go, and whether they arrive. */
import { type Command, Option } from 'commander'
import type { SlackSettings, SlackSettingsUpdate } from '../../api/contract/alerts.ts'
import type { Delivery, NewWebhook, Webhook, WebhookList } from '../../api/contract/channels.ts'
import type { Client } from '../client/client.ts'
import { readDuration } from '../duration.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { showInstant } from '../show.ts'
import { type Column, facts, table } from '../table.ts'
import type { Terminal } from '../terminal.ts'
import { webhookId } from './alert-rules.ts'
import { type Adder, asking, onServer, type Shared, withJson } from './command.ts'
import { tellTest } from './deliveries.ts'
import { given } from './flag-texts.ts'
import { readSecret } from './secrets.ts'

type WebhookOptions = Shared & {
  readonly name?: string
  readonly url?: string
  readonly enable?: boolean
  readonly disable?: boolean
  readonly secretStdin?: boolean
  readonly keep?: string
}
type SlackOptions = Shared & {
  readonly enable?: boolean
  readonly disable?: boolean
  readonly urlStdin?: boolean
  readonly channel?: string
}

export const addChannelCommands: Adder = (parent, world) => {
  addWebhookCommands(parent, world)
  addSlackCommands(parent, world)
  const mail = parent.command('mail').description('e-mail of the server')
  withJson(
    onServer(mail.command('test').description('send a message to your own address (for administrators)')),
  ).action(
    asking<Shared>(world, async (client, options) =>
      tellTest(world, client, await client.post<Delivery>('/settings/mail/test'), options),
    ),
  )
}

const SECRET = 'Secret of the webhook channel'

const addWebhookCommands: Adder = (parent, world) => {
  const { terminal } = world
  const webhooks = parent
    .command('webhooks')
    .description('addresses that are told in signed messages (for administrators)')
    .alias('webhook')
  const command = (form: string, summary: string): Command =>
    withJson(onServer(webhooks.command(form).description(summary)))
  const pathOf = async (client: Client, webhook: string) => `/settings/webhooks/${await webhookId(client, webhook)}`
  const secretFor = ({ secretStdin }: WebhookOptions) =>
    secretStdin ? readSecret(terminal, SECRET, true) : Promise.resolve(undefined)

  command('list', 'by name').action(
    asking<Shared>(world, async (client, { json }) => {
      const { items } = await client.get<WebhookList>('/settings/webhooks')
      if (json) terminal.sayJson(items)
      else terminal.say(items.length === 0 ? 'No webhook channels.' : table(items, WEBHOOK_COLUMNS, terminal))
    }),
  )

  command('create <name>', 'make one; its secret is shown this once')
    .requiredOption('--url <url>', 'where messages are posted to')
    .option('--secret-stdin', 'take the secret, whsec_…, from standard input instead of making one')
    .option('--disable', 'turned off at first')
    .action(
      asking<WebhookOptions>(world, async (client, options, [name = '']) => {
        const secret = await secretFor(options)
        const body = { name, ...given({ url: options.url, secret, enabled: options.disable ? false : undefined }) }
        tellWebhook(terminal, await client.post<NewWebhook>('/settings/webhooks', body), options, 'Made')
      }),
    )

  command('edit <webhook>', 'change what is given, and leave the rest')
    .option('--name <name>', 'another name')
    .option('--url <url>', 'another address; of another origin: with --secret-stdin')
    .option('--secret-stdin', 'take another secret from standard input; it alone signs from then on')
    .option('--enable', 'turn it on')
    .addOption(new Option('--disable', 'turn it off').conflicts('enable'))
    .action(
      asking<WebhookOptions>(world, async (client, options, [which = '']) => {
        const { name, url } = options
        const edit = given({ name, url, enabled: isOn(options), secret: await secretFor(options) })
        if (Object.keys(edit).length === 0) throw new CommandFailure('usage', 'nothing to change was given')
        tellWebhook(terminal, await client.patch<Webhook>(await pathOf(client, which), edit), options, 'Changed')
      }),
    )

  command('rotate <webhook>', 'sign with a new secret; the present one signs on for a while')
    .option('--keep <time>', 'how long the present secret signs on; 0s ends it now (default: 24h)')
    .option('--secret-stdin', 'take the new secret, whsec_…, from standard input instead of making one')
    .action(
      asking<WebhookOptions>(world, async (client, options, [which = '']) => {
        const { keep } = options
        const seconds = keep === undefined ? undefined : readDuration('--keep', keep)
        const body = given({ secret: await secretFor(options), previous_valid_seconds: seconds })
        const made = await client.post<NewWebhook>(`${await pathOf(client, which)}/rotate`, body)
        tellWebhook(terminal, made, options, 'Changed the secret of')
      }),
    )

  command('test <webhook>', 'send a message, and tell what became of it').action(
    asking<Shared>(world, async (client, options, [which = '']) =>
      tellTest(world, client, await client.post<Delivery>(`${await pathOf(client, which)}/test`), options),
    ),
  )

  onServer(webhooks.command('delete <webhook>').description('what waits for it is given up')).action(
    asking<Shared>(world, async (client, _options, [which = '']) => {
      await client.delete(await pathOf(client, which))
      terminal.say(safe(`Deleted ${which}`))
    }),
  )
}

const isOn = ({ enable, disable }: { readonly enable?: boolean; readonly disable?: boolean }): boolean | undefined =>
  enable ? true : disable ? false : undefined

const tellWebhook = (
  terminal: Terminal,
  webhook: Webhook & Partial<Pick<NewWebhook, 'new_secret'>>,
  { json }: Shared,
  what: string,
): void => {
  if (json) {
    terminal.sayJson(webhook)
    return
  }
  terminal.say(safe(`${what} ${webhook.name} (${webhook.id})`))
  const until = showInstant(webhook.previous_valid_until)
  if (until !== null) terminal.say(`The former secret signs until ${until}.`)
  if (webhook.new_secret) terminal.say(`Signing secret, shown only now: ${webhook.new_secret}`)
}

const WEBHOOK_COLUMNS: readonly Column<Webhook>[] = [
  { title: 'name', of: ({ name }) => name },
  { title: 'url', of: ({ url }) => url },
  { title: 'on', of: ({ enabled }) => (enabled ? 'yes' : 'no'), whole: true },
  { title: 'secret', of: ({ fingerprint }) => fingerprint, whole: true },
  { title: 'former until', of: ({ previous_valid_until: until }) => showInstant(until), whole: true },
  { title: 'id', of: ({ id }) => id, whole: true },
]

const addSlackCommands: Adder = (parent, world) => {
  const { terminal } = world
  const slack = parent.command('slack').description('where the workspace is in Slack (for administrators)')
  const command = (form: string, summary: string): Command =>
    withJson(onServer(slack.command(form).description(summary)))
  const tell = (found: SlackSettings, { json }: Shared): void =>
    json
      ? terminal.sayJson(found)
      : terminal.say(
          facts(
            [
              ['on', found.enabled ? 'yes' : 'no'],
              ['address', found.webhook_url],
              ['channel', found.channel],
            ],
            terminal,
          ),
        )

  command('show', 'the settings; the address is masked').action(
    asking<Shared>(world, async (client, options) => tell(await client.get<SlackSettings>('/settings/slack'), options)),
  )

  command('set', 'change what is given, and leave the rest')
    .option('--enable', 'turn it on')
    .addOption(new Option('--disable', 'turn it off').conflicts('enable'))
    .option('--url-stdin', 'read the address of an incoming webhook from standard input: it is a secret')
    .option('--channel <channel>', 'another channel than that of the webhook; or none')
    .action(
      asking<SlackOptions>(world, async (client, options) => {
        const { urlStdin, channel } = options
        const edit: SlackSettingsUpdate = given({
          enabled: isOn(options),
          webhook_url: urlStdin ? await readSecret(terminal, 'Address of the webhook', true) : undefined,
          channel: channel === 'none' ? null : channel,
        })
        if (Object.keys(edit).length === 0) throw new CommandFailure('usage', 'nothing to change was given')
        tell(await client.patch<SlackSettings>('/settings/slack', edit), options)
      }),
    )

  command('test', 'send a message, and tell what became of it').action(
    asking<Shared>(world, async (client, options) =>
      tellTest(world, client, await client.post<Delivery>('/settings/slack/test'), options),
    ),
  )
}
