/** `carillon audit-log`: who did what, and whether anybody has tampered with it. */
import type { AuditEntry, ChainCheck } from '../../api/contract/audit.ts'
import { CommandFailure } from '../exit-codes.ts'
import { showInstant } from '../show.ts'
import { type Column, table } from '../table.ts'
import { type Adder, asking, listed, onServer, type Shared, wholeNumber, withJson } from './command.ts'

type ListOptions = Shared & {
  readonly actor?: string
  readonly action?: string
  readonly subject?: string
  readonly from?: string
  readonly until?: string
  readonly limit: number
}

export const addAuditCommands: Adder = (parent, world) => {
  const { terminal } = world
  const log = parent.command('audit-log').description('who did what (for administrators)')
  const command = (form: string, summary: string) => withJson(onServer(log.command(form).description(summary)))

  command('list', 'newest first')
    .option('--actor <id>', 'of one user or key')
    .option('--action <action>', 'such as job.changed, or all of a kind: job')
    .option('--subject <id>', 'done to this thing')
    .option('--from <instant>', 'at or after')
    .option('--until <instant>', 'before')
    .option('--limit <n>', 'how many at most', wholeNumber(1, 999_999_999), 50)
    .action(
      asking<ListOptions>(world, async (client, { actor, action, subject, from, until, limit, json }) => {
        const found = await listed<AuditEntry>(client, '/audit', { actor, action, subject, from, until }, limit)
        if (json) terminal.sayJson(found)
        else terminal.say(found.length === 0 ? 'No entries.' : table(found, COLUMNS, terminal))
      }),
    )

  command('verify', 'follow its chain from end to end; the head that is printed can be kept elsewhere')
    .option('--head <link>', 'a head that was printed before: it must still be in the chain')
    .action(
      asking<Shared & { head?: string }>(world, async (client, { head, json }) => {
        const ask = (after?: string) => client.get<ChainCheck>('/audit/check', { head, after })
        let check = await ask()
        let entries = check.entries
        while (!check.done) {
          if (terminal.interactive) terminal.remark(`${entries} entries …`)
          check = await ask(check.up_to)
          entries += check.entries
        }
        const { up_to, problem } = check
        if (json) terminal.sayJson({ entries, head: up_to, problem })
        else terminal.say(`${entries} entries hold together${problem === null ? '; head' : ', up to'} ${up_to}`)
        if (problem !== null) throw new CommandFailure('tampered', `entry ${problem.number} is ${problem.kind}`)
      }),
    )
}

const COLUMNS: readonly Column<AuditEntry>[] = [
  { title: 'no', of: ({ number }) => String(number), align: 'right', whole: true },
  { title: 'at', of: ({ at }) => showInstant(at), whole: true },
  { title: 'action', of: ({ action }) => action, whole: true },
  { title: 'fields', of: ({ fields }) => (fields.length === 0 ? null : fields.join(', ')) },
  { title: 'subject', of: ({ subject }) => `${subject.kind} ${subject.id}`, whole: true },
  { title: 'by', of: ({ actor }) => (actor.id === null ? actor.kind : `${actor.kind} ${actor.id}`), whole: true },
  { title: 'from', of: ({ actor }) => actor.address },
]
