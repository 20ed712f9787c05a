/** `carillon jobs history` and `undo`: what a job was, and the way back. */
import type { Command } from 'commander'
import type { JobHistory, JobVersion } from '../../api/contract/history.ts'
import type { Job } from '../../api/contract/jobs.ts'
import type { Client } from '../client/client.ts'
import { safe } from '../safe-text.ts'
import { showInstant, statusPaint } from '../show.ts'
import { type Column, table } from '../table.ts'
import type { World } from '../world.ts'
import { asking, type Shared, wholeNumber } from './command.ts'
import { jobId } from './find.ts'

type MakeCommand = (form: string, summary: string) => Command

export const addVersionCommands = (command: MakeCommand, world: World): void => {
  const { terminal } = world

  command('history <job>', 'its versions: who changed what, and when; a deleted job is found by its id').action(
    asking<Shared>(world, async (client, { json }, [name = '']) => {
      const items = await versionsOf(client, await jobId(client, name))
      if (json) terminal.sayJson(items)
      else terminal.say(table(items, VERSION_COLUMNS, terminal))
    }),
  )

  command('undo <job>', 'give it back a former version, or bring a deleted one back by its id')
    .option('--to <version>', 'which one; default: the one before', wholeNumber(1, 999_999_999))
    .action(
      asking<Shared & { to?: number }>(world, async (client, { json, to }, [name = '']) => {
        const id = await jobId(client, name)
        const [present] = await versionsOf(client, id)
        const body = to === undefined ? {} : { to_version: to }
        const job = await client.post<Job>(`/jobs/${id}/undo`, body, present && { ifVersion: present.version })
        if (json) terminal.sayJson(job)
        else terminal.say(safe(`${job.name} (${job.id}) is as it was; this is version ${job.version}, ${job.state}`))
      }),
    )
}

const versionsOf = async (client: Client, id: string): Promise<readonly JobVersion[]> =>
  (await client.get<JobHistory>(`/jobs/${id}/history`)).items

const VERSION_COLUMNS: readonly Column<JobVersion>[] = [
  { title: 'version', of: (one) => String(one.version), align: 'right', whole: true },
  { title: 'from', of: (one) => showInstant(one.from), whole: true },
  { title: 'state', of: (one) => one.state, whole: true, paint: (one) => statusPaint(one.state) },
  { title: 'change', of: (one) => one.change, whole: true },
  { title: 'fields', of: (one) => (one.fields.length === 0 ? null : one.fields.join(', ')) },
  { title: 'by', of: (one) => one.changed_by, whole: true },
  { title: 'name', of: (one) => one.name },
]
