/** `carillon scheduling`: the operator's brake on all claiming. */
import type { Paused, System } from '../../api/contract/system.ts'
import { safe } from '../safe-text.ts'
import { showInstant } from '../show.ts'
import { type Adder, asking, onServer, type Shared, withJson } from './command.ts'

export const addSchedulingCommands: Adder = (parent, world) => {
  const { terminal } = world
  const scheduling = parent
    .command('scheduling')
    .description('hold all claiming of due jobs, and let it go on (for admins of the first workspace)')
  const command = (form: string, summary: string) => withJson(onServer(scheduling.command(form).description(summary)))

  command('pause', 'claim no due job any more, on any process and after any restart; what runs goes on')
    .option('--note <text>', 'why, for everybody who looks')
    .action(
      asking<Shared & { note?: string }>(world, async (client, { json, note }) => {
        const paused = await client.post<Paused>('/system/pause-scheduling', note === undefined ? {} : { note })
        if (json) terminal.sayJson(paused)
        else terminal.say(safe(heldText(paused)))
      }),
    )

  command('resume', 'claim due jobs again; what was missed meanwhile goes by the misfire policy of its job').action(
    asking<Shared>(world, async (client, { json }) => {
      await client.post('/system/resume-scheduling', {})
      if (json) terminal.sayJson({ paused: null })
      else terminal.say('Claiming goes on.')
    }),
  )

  command('status', 'whether due jobs are claimed, and if not, why').action(
    asking<Shared>(world, async (client, { json }) => {
      const { claiming, paused } = await client.get<System>('/system')
      if (json) terminal.sayJson({ claiming, paused })
      else if (paused !== null) terminal.say(safe(heldText(paused)))
      else terminal.say(safe(claiming.on ? 'Due jobs are claimed.' : `Due jobs are not claimed: ${claiming.reason}.`))
    }),
  )
}

const heldText = ({ since, note }: Paused): string =>
  `All claiming is held since ${showInstant(since)}${note === null ? '' : `: ${note}`}`
