/** `carillon doctor`: is this machine, with these settings, fit to run a server? One line for each check. */
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import type { Paint, Terminal } from '../terminal.ts'
import { padTo } from '../text-width.ts'
import { type Adder, several, withJson } from './command.ts'
import { examine } from './doctor-checks.ts'
import { webUrl } from './doctor-network.ts'
import type { Finding, Verdict } from './findings.ts'
import { onDatabase, overridesOf, type ServerOptions } from './server-options.ts'

type Options = ServerOptions & {
  readonly json?: boolean
  readonly clockUrl?: string
  readonly target?: readonly string[]
  readonly sendTestMail?: string
}

export const addDoctorCommand: Adder = (parent, { terminal }) => {
  withJson(
    onDatabase(
      parent
        .command('doctor')
        .description(
          'check settings, files, database, disk, clock, targets, e-mail and port of this machine; 1 when one is bad',
        ),
    ),
  )
    .option('--port <n>', 'the port to check, instead of PORT')
    .option('--host <address>', 'the address to check, instead of HOST')
    .option('--clock-url <url>', 'compare the clock with the Date that this server answers with')
    .option('--target <url>', 'can jobs reach it? May be given several times', several)
    .option('--send-test-mail <address>', 'send a message there, with the MAIL_* settings')
    .action(async ({ json, clockUrl, target = [], sendTestMail, ...options }: Options) => {
      const findings = await examine(overridesOf(options), {
        clockUrl: clockUrl === undefined ? null : webUrl('--clock-url', clockUrl),
        targets: target.map((text) => webUrl('--target', text)),
        testMail: sendTestMail ?? null,
      })
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
