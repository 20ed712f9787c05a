/** `carillon inbox`: list, read, delete: your own notifications. */
import type { Counted, Notification } from '../../api/contract/inbox.ts'
import { CommandFailure } from '../exit-codes.ts'
import { showInstant } from '../show.ts'
import { type Column, table } from '../table.ts'
import type { Paint } from '../terminal.ts'
import { type Adder, asking, listed, onServer, type Shared, wholeNumber, withJson } from './command.ts'

type ListOptions = Shared & {
  readonly unread?: boolean
  readonly from?: string
  readonly until?: string
  readonly limit: number
}

export const addInboxCommands: Adder = (parent, world) => {
  const { terminal } = world
  const inbox = parent.command('inbox').description('what you are told of jobs')
  const command = (form: string, summary: string) => withJson(onServer(inbox.command(form).description(summary)))
  const tell = (count: number, { json }: Shared, what: string): void =>
    json ? terminal.sayJson({ count }) : terminal.say(`${what} ${count}.`)

  command('list', 'newest first')
    .option('--unread', 'only what you have not read')
    .option('--from <instant>', 'came at or after')
    .option('--until <instant>', 'came before')
    .option('--limit <n>', 'how many at most', wholeNumber(1, 999_999_999), 50)
    .action(
      asking<ListOptions>(world, async (client, { unread, from, until, limit, json }) => {
        const query = { unread: unread ? 'true' : undefined, from, until }
        const found = await listed<Notification>(client, '/notifications', query, limit)
        if (json) terminal.sayJson(found)
        else terminal.say(found.length === 0 ? 'Nothing.' : table(found, COLUMNS, terminal))
      }),
    )

  command('read [id...]', 'mark as read')
    .option('--all', 'all that you have')
    .action(
      asking<Shared & { all?: boolean }>(world, async (client, options, [ids]) => {
        const each = chosen(ids, options.all, '--all')
        if (each === null) return tell((await client.post<Counted>('/notifications/read-all')).count, options, 'Read')
        for (const id of each) await client.post<Notification>(`/notifications/${encodeURIComponent(id)}/read`)
        tell(each.length, options, 'Read')
      }),
    )

  command('delete [id...]', 'take out of your inbox; others keep theirs')
    .option('--read', 'all that you have read')
    .action(
      asking<Shared & { read?: boolean }>(world, async (client, options, [ids]) => {
        const each = chosen(ids, options.read, '--read')
        if (each === null) {
          tell((await client.post<Counted>('/notifications/delete-read')).count, options, 'Deleted')
          return
        }
        for (const id of each) await client.delete(`/notifications/${encodeURIComponent(id)}`)
        tell(each.length, options, 'Deleted')
      }),
    )
}

/** Those that are named; null: all that the option means. Commander hands several arguments over as a list. */
const chosen = (ids: unknown, all: boolean | undefined, option: string): readonly string[] | null => {
  const named = Array.isArray(ids) ? (ids as readonly string[]) : []
  if (all === named.length > 0) throw new CommandFailure('usage', `give either ids or ${option}`)
  if (all === undefined && named.length === 0) throw new CommandFailure('usage', `give ids or ${option}`)
  return all ? null : named
}

const TYPE_PAINT: Readonly<Record<Notification['type'], Paint | undefined>> = {
  success: 'green',
  error: 'red',
  warning: 'yellow',
  info: undefined,
}

const COLUMNS: readonly Column<Notification>[] = [
  { title: 'at', of: ({ created_at }) => showInstant(created_at), whole: true },
  { title: 'type', of: ({ type }) => type, whole: true, paint: ({ type }) => TYPE_PAINT[type] },
  { title: 'read', of: ({ read }) => (read ? 'yes' : 'no'), whole: true },
  { title: 'message', of: ({ title, message }) => `${title}: ${message}` },
  { title: 'id', of: ({ id }) => id, whole: true },
]
