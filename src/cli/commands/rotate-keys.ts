/** `carillon rotate-keys`: seals every stored secret anew under the present SECRET_KEY, while the server runs. */
import { readConfig } from '../../config/config.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { type Adder, withJson } from './command.ts'
import { onDatabase, overridesOf, type ServerOptions } from './server-options.ts'

type Options = ServerOptions & { readonly json?: boolean; readonly dryRun?: boolean }

export const addRotateKeysCommand: Adder = (parent, { terminal }) => {
  withJson(
    onDatabase(
      parent
        .command('rotate-keys')
        .description('seal every stored secret anew under SECRET_KEY, from what SECRET_KEY_PREVIOUS sealed'),
    ),
  )
    .option('--dry-run', 'only tell how much rests under a former key')
    .action(async ({ json, dryRun, ...options }: Options) => {
      const { config } = readConfig(overridesOf(options))
      const { formerlySealed, rotateKeys } = await import('../../app.ts')
      const report = dryRun
        ? { resealed: 0, ...(await formerlySealed(config.database, config)) }
        : await rotateKeys(config.database, config, ({ place, seen, resealed }) =>
            terminal.progress(`${place}: ${seen} looked at, ${resealed} sealed anew`),
          )
      terminal.progress('')
      const { resealed, left, unreadable } = report
      const isDone = left === 0 && unreadable.length === 0
      if (json) terminal.sayJson({ resealed, left, unreadable, former_keys_needed: !isDone })
      else {
        terminal.say(
          `${resealed} sealed anew, ${left} under a former key, ${unreadable.length} that no known key opens`,
        )
        for (const what of unreadable) terminal.say(safe(`  cannot be opened: ${what}`))
        if (isDone) terminal.say(FORMER_KEY_MAY_GO)
      }
      if (!dryRun && !isDone)
        throw new CommandFailure(
          'failed',
          'keep SECRET_KEY_PREVIOUS: it is still needed. Start every server with the new SECRET_KEY, then run this again',
        )
    })
}

const FORMER_KEY_MAY_GO =
  'SECRET_KEY_PREVIOUS may go once every server was started with the new key; who has not refreshed a session since then signs in again.'
