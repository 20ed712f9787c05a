/** `carillon jobs rotate-signing-secret`, and how a secret that is shown once is shown. */
import type { Command } from 'commander'
import type { Job } from '../../api/contract/jobs.ts'
import { readDuration } from '../duration.ts'
import { safe } from '../safe-text.ts'
import { showInstant } from '../show.ts'
import type { Terminal } from '../terminal.ts'
import type { World } from '../world.ts'
import { asking, type Shared } from './command.ts'
import { jobId } from './find.ts'
import { readSecret } from './secrets.ts'

type RotateOptions = Shared & { readonly keep?: string; readonly secretStdin?: boolean }

export const addSigningCommand = (command: Command, world: World): void => {
  const { terminal } = world
  command
    .option('--keep <time>', 'how long the present secret signs on; 0s ends it now (default: 24h)')
    .option('--secret-stdin', 'take the new secret, whsec_…, from standard input instead of making one')
    .action(
      asking<RotateOptions>(world, async (client, { json, keep, secretStdin }, [name = '']) => {
        const secret = secretStdin ? await readSecret(terminal, 'New signing secret', true) : undefined
        const wish = {
          ...(secret === undefined ? {} : { secret }),
          ...(keep === undefined ? {} : { previous_valid_seconds: readDuration('--keep', keep) }),
        }
        const job = await client.post<Job>(`/jobs/${await jobId(client, name)}/signing-secret/rotate`, wish)
        if (json) return terminal.sayJson(job)
        const until = signingIn(job)?.previous_valid_until ?? null
        const former = until === null ? 'no longer signs' : `signs until ${showInstant(until, job.time_zone)}`
        terminal.say(safe(`Changed the signing secret of ${job.name}; the former one ${former}`))
        tellNewSecret(terminal, job)
      }),
    )
}

/** The only time that anybody sees it. */
export const tellNewSecret = (terminal: Terminal, job: Job): void => {
  const secret = signingIn(job)?.new_secret
  if (secret !== undefined) terminal.say(`Signing secret, shown only now: ${secret}`)
}

const signingIn = ({ target }: Job) => (target.kind === 'http' ? target.signing : null)
