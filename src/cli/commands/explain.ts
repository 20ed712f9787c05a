/** `carillon explain`: why a job ran or did not, or whether it will. */
import type { Explanation } from '../../api/contract/history.ts'
import type { Job } from '../../api/contract/jobs.ts'
import type { Client } from '../client/client.ts'
import { hasOffset, readInstant } from '../instant.ts'
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

const instantIn = async (client: Client, id: string, text: string): Promise<string> => {
  if (hasOffset(text)) return readInstant('--at', text, 'UTC')
  const { time_zone } = await client.get<Job>(`/jobs/${id}`)
  return readInstant('--at', text, time_zone)
}
