/** `carillon doctor`: is this machine, with these settings, fit to run a server? One line for each check. */
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import type { Paint, Terminal } from '../terminal.ts'
import { padTo } from '../text-width.ts'
import { type Adder, withJson } from './command.ts'
import { examine, type Finding, type Verdict } from './doctor-checks.ts'
import { onDatabase, overridesOf, type ServerOptions } from './server-options.ts'

export const addDoctorCommand: Adder = (parent, { terminal }) => {
  withJson(
    onDatabase(parent.command('doctor').description('check settings, database, disk, clock and port of this machine')),
  )
    .option('--port <n>', 'the port to check, instead of PORT')
    .option('--host <address>', 'the address to check, instead of HOST')
    .action(async ({ json, ...options }: ServerOptions & { readonly json?: boolean }) => {
      const findings = await examine(overridesOf(options))
      if (json) terminal.sayJson(findings)
      else for (const finding of findings) terminal.say(line(terminal, finding))
      const bad = findings.filter(({ verdict }) => verdict === 'bad').length
      if (bad > 0) throw new CommandFailure('failed', `${bad} ${bad === 1 ? 'check is' : 'checks are'} bad`)
    })
}

const PAINT: Readonly<Record<Verdict, Paint>> = { ok: 'green', warn: 'yellow', bad: 'red' }
const WIDEST_CHECK = 8

const line = ({ paint }: Terminal, { check, verdict, message }: Finding): string =>
  `${paint(PAINT[verdict], verdict.padEnd(4))}  ${padTo(WIDEST_CHECK, check)}  ${safe(message)}`
