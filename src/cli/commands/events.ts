/** `carillon events`: what happened, and what happens. */
import type { Command } from 'commander'
import type { Event } from '../../api/contract/events.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { showInstant } from '../show.ts'
import type { Terminal } from '../terminal.ts'
import { type Adder, asking, listed, onServer, type Shared, several, wholeNumber, withJson } from './command.ts'
import { jobId } from './find.ts'

type Chosen = Shared & { readonly job?: string; readonly type?: readonly string[] }
type FollowOptions = Chosen & { readonly after?: number }

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 30_000

export const addEventCommands: Adder = (parent, world) => {
  const { terminal } = world
  const events = parent.command('events').description('what happens, as it happens').alias('event')
  const command = (form: string, summary: string): Command =>
    withJson(onServer(events.command(form).description(summary)))
      .option('--job <job>', 'of one job, by id or name')
      .option('--type <type>', 'only of this type, such as execution.failed; may be repeated', several)

  command('list', 'newest first')
    .option('--limit <n>', 'how many at most', wholeNumber(1, 999_999_999), 50)
    .action(
      asking<Chosen & { limit: number }>(world, async (client, { job, type, limit, json }) => {
        const job_id = job === undefined ? undefined : await jobId(client, job)
        const found = await listed<Event>(client, '/events', { job_id, types: type }, limit)
        if (json) return terminal.sayJson(found)
        terminal.say(found.length === 0 ? 'No events.' : found.map((event) => line(terminal, event)).join('\n'))
      }),
    )

  command('follow', 'print events as they come, until ctrl-c; a lost connection is taken up where it broke')
    .option('--after <id>', 'begin after this event', wholeNumber(0, 999_999_999))
    .action(
      asking<FollowOptions>(world, async (client, { job, type, after, json }) => {
        const job_id = job === undefined ? undefined : await jobId(client, job)
        const stop = world.untilStopped()
        let last = after === undefined ? null : String(after)
        let wait = FIRST_WAIT_MS
        while (!stop.aborted) {
          try {
            for await (const { id, data } of await client.follow(
              '/events',
              { job_id, types: type },
              { after: last, stop },
            )) {
              last = id
              wait = FIRST_WAIT_MS
              const event = JSON.parse(data) as Event
              if (json) terminal.sayJson(event, 0)
              else terminal.say(line(terminal, event))
            }
          } catch (error) {
            if (stop.aborted) return
            if (!(error instanceof CommandFailure) || error.exit !== 'unreachable') throw error
            if (wait === FIRST_WAIT_MS) terminal.remark(`${error.message}; trying again`)
          }
          await world.pause(wait, stop)
          wait = Math.min(LONGEST_WAIT_MS, wait * 2)
        }
      }),
    )
}

const line = ({ paint }: Terminal, event: Event): string => {
  const told = Object.entries(event.data).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const type = /failed|uncertain|refused|reused/.test(event.type) ? paint('red', event.type) : paint('bold', event.type)
  const parts = [showInstant(event.at), type, safe(told.join(' ')), safe(`${event.subject.kind} ${event.subject.id}`)]
  return `${parts.filter((part) => part !== '').join('  ')}  ${paint('dim', `#${event.id}`)}`
}
