/** `carillon explain`: why a job ran or did not, or whether it will. */
import type { Explanation } from '../../api/contract/history.ts'
import type { Job } from '../../api/contract/jobs.ts'
import type { Client } from '../client/client.ts'
import { usage } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { showInstant, statusPaint } from '../show.ts'
import { type Adder, asking, onServer, type Shared, withJson } from './command.ts'
import { jobId } from './find.ts'

export const addExplainCommand: Adder = (parent, world) => {
  const { terminal } = world
  withJson(
    onServer(parent.command('explain <job>').description('what became of a job at an instant, or will, and why')),
  )
    .requiredOption('--at <instant>', 'with an offset, or in the time zone of the job: 2026-03-29T02:30')
    .action(
      asking<Shared & { at: string }>(world, async (client, { json, at }, [name = '']) => {
        const id = await jobId(client, name)
        const explanation = await client.get<Explanation>(`/jobs/${id}/explain`, {
          at: await instantIn(client, id, at),
        })
        if (json) return terminal.sayJson(explanation)
        const { verdict, sentences, execution } = explanation
        const paint = statusPaint(verdict === 'ran' ? 'success' : verdict === 'unaccounted' ? 'failed' : verdict)
        const word = verdict.replaceAll('_', ' ')
        terminal.say(`${showInstant(explanation.at)}  ${paint === undefined ? word : terminal.paint(paint, word)}`)
        for (const sentence of sentences) terminal.say(`  ${safe(sentence)}`)
        if (execution !== null) terminal.say(`  carillon runs show ${execution.id}`)
      }),
    )
}

/** A wall-clock time is read in the zone of the job; one that comes twice is the first, one that is skipped the next. */
const instantIn = async (client: Client, id: string, text: string): Promise<string> => {
  if (/(z|[+-]\d\d:?\d\d)$/i.test(text)) return text
  const { time_zone } = await client.get<Job>(`/jobs/${id}`)
  try {
    return Temporal.PlainDateTime.from(text.replace(' ', 'T')).toZonedDateTime(time_zone).toInstant().toString()
  } catch {
    throw usage('--at', text, 'write an instant such as 2026-03-29T02:30 or 2026-03-29T01:30:00Z')
  }
}
