/** `carillon deliveries`: list, show, retry: messages on their way, and what became of each. */
import { Option } from 'commander'
import type { Delivery } from '../../api/contract/channels.ts'
import type { Client } from '../client/client.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { showInstant } from '../show.ts'
import { type Column, facts, table } from '../table.ts'
import type { Paint } from '../terminal.ts'
import type { World } from '../world.ts'
import { type Adder, asking, listed, onServer, type Shared, wholeNumber, withJson } from './command.ts'

type ListOptions = Shared & { readonly state?: string; readonly channel?: string; readonly limit: number }

export const addDeliveryCommands: Adder = (parent, world) => {
  const { terminal } = world
  const deliveries = parent
    .command('deliveries')
    .description('messages to e-mail, Slack and webhooks (for administrators)')
    .alias('delivery')
  const command = (form: string, summary: string) => withJson(onServer(deliveries.command(form).description(summary)))

  command('list', 'newest first')
    .addOption(new Option('--state <state>', 'only those').choices(['waiting', 'sent', 'failed']))
    .addOption(new Option('--channel <channel>', 'only those').choices(['email', 'slack', 'webhook']))
    .option('--limit <n>', 'how many at most', wholeNumber(1, 999_999_999), 50)
    .action(
      asking<ListOptions>(world, async (client, { state, channel, limit, json }) => {
        const found = await listed<Delivery>(client, '/deliveries', { state, channel }, limit)
        if (json) terminal.sayJson(found)
        else terminal.say(found.length === 0 ? 'No deliveries.' : table(found, COLUMNS, terminal))
      }),
    )

  command('show <id>', 'one of them, with its last error').action(
    asking<Shared>(world, async (client, { json }, [id = '']) => {
      const found = await client.get<Delivery>(`/deliveries/${encodeURIComponent(id)}`)
      json ? terminal.sayJson(found) : terminal.say(facts(factsOf(found), terminal))
    }),
  )

  command('retry [id...]', 'try again what was given up, for another day')
    .option('--failed', 'all that were given up')
    .action(
      asking<Shared & { failed?: boolean }>(world, async (client, { json, failed }, [given]) => {
        const named = (given as unknown as readonly string[] | undefined) ?? []
        if (named.length > 0 === (failed === true)) throw new CommandFailure('usage', 'give either ids or --failed')
        const ids = failed
          ? (await listed<Delivery>(client, '/deliveries', { state: 'failed' }, MOST_AT_ONCE)).map(({ id }) => id)
          : named
        const again: Delivery[] = []
        for (const id of ids) again.push(await client.post<Delivery>(`/deliveries/${encodeURIComponent(id)}/retry`))
        json ? terminal.sayJson(again) : terminal.say(`Trying ${again.length} again.`)
      }),
    )
}

const MOST_AT_ONCE = 10_000
const LOOK_AGAIN_MS = 500

/** Waits for the end of a test message: it is tried for a minute. */
export const tellTest = async (
  { terminal, pause, untilStopped }: World,
  client: Client,
  sent: Delivery,
  { json }: Shared,
): Promise<void> => {
  const stop = untilStopped()
  let now = sent
  while (now.state === 'waiting') {
    await pause(LOOK_AGAIN_MS, stop)
    if (stop.aborted) throw new CommandFailure('failed', `no longer waiting; deliveries show ${sent.id} tells more`)
    now = await client.get<Delivery>(`/deliveries/${sent.id}`)
  }
  if (json) terminal.sayJson(now)
  if (now.state === 'failed') throw new CommandFailure('failed', now.last_error ?? 'it was not sent')
  if (!json) terminal.say(safe(`Sent to ${now.recipient}.`))
}

const STATE_PAINT: Readonly<Record<Delivery['state'], Paint>> = { waiting: 'yellow', sent: 'green', failed: 'red' }

const COLUMNS: readonly Column<Delivery>[] = [
  { title: 'made', of: ({ created_at }) => showInstant(created_at), whole: true },
  { title: 'state', of: ({ state }) => state, whole: true, paint: ({ state }) => STATE_PAINT[state] },
  { title: 'by', of: ({ channel }) => channel, whole: true },
  { title: 'to', of: ({ recipient }) => recipient },
  { title: 'tells of', of: ({ kind, job_name }) => (job_name === null ? kind : `${kind} ${job_name}`) },
  { title: 'tries', of: ({ attempts }) => String(attempts), align: 'right', whole: true },
  { title: 'error', of: ({ last_error }) => last_error },
  { title: 'id', of: ({ id }) => id, whole: true },
]

const factsOf = (one: Delivery): (readonly [string, string | null | undefined])[] => [
  ['id', one.id],
  ['by', one.channel],
  ['to', one.recipient],
  ['tells of', one.kind],
  ['job', one.job_name === null ? undefined : `${one.job_name} (${one.job_id})`],
  ['run', one.execution_id ?? undefined],
  ['state', one.state],
  ['tries', String(one.attempts)],
  ['last error', one.last_error ?? undefined],
  ['made', showInstant(one.created_at)],
  ['next try', showInstant(one.next_attempt_at) ?? undefined],
  ['given up', one.state === 'waiting' ? showInstant(one.give_up_at) : undefined],
  ['ended', showInstant(one.ended_at) ?? undefined],
]
