/** All commands, and what becomes of an error: a message for people, an exit code for programs. */
import { Command, CommanderError } from 'commander'
import { ConfigError, VERSION } from '../config/config.ts'
import { Refusal } from './client/client.ts'
import { addAlertCommands } from './commands/alerts.ts'
import { addApplicationCommands } from './commands/applications.ts'
import { addAuditCommands } from './commands/audit.ts'
import { addBackupCommands } from './commands/backup.ts'
import { addCatalogCommands } from './commands/catalog.ts'
import { addChannelCommands } from './commands/channels.ts'
import type { Adder } from './commands/command.ts'
import { addDeliveryCommands } from './commands/deliveries.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addEventCommands } from './commands/events.ts'
import { addExplainCommand } from './commands/explain.ts'
import { addExportCommands } from './commands/exports.ts'
import { addFunctionCommands } from './commands/functions.ts'
import { addImportCommands } from './commands/imports.ts'
import { addInboxCommands } from './commands/inbox.ts'
import { addJobManyCommands } from './commands/job-many.ts'
import { addJobCommands } from './commands/jobs.ts'
import { addKeyCommands } from './commands/keys.ts'
import { addLedgerCommand } from './commands/ledger.ts'
import { addCatchUpCommands, addLimitCommands } from './commands/limits.ts'
import { addMigrateCommand } from './commands/migrate.ts'
import { addNextCommand } from './commands/next.ts'
import { addRetentionCommands } from './commands/retention.ts'
import { addRotateKeysCommand } from './commands/rotate-keys.ts'
import { addRunCommands } from './commands/runs.ts'
import { addSchedulingCommands } from './commands/scheduling.ts'
import { addServeCommand } from './commands/serve.ts'
import { addSessionCommands } from './commands/session.ts'
import { addUserCommands } from './commands/users.ts'
import { CommandFailure, exitCode, exitCodesHelp } from './exit-codes.ts'
import { safe } from './safe-text.ts'
import type { Terminal } from './terminal.ts'
import type { World } from './world.ts'

const COMMANDS: readonly Adder[] = [
  addServeCommand,
  addSessionCommands,
  addJobCommands,
  addJobManyCommands,
  addRunCommands,
  addFunctionCommands,
  addNextCommand,
  addAlertCommands,
  addInboxCommands,
  addChannelCommands,
  addDeliveryCommands,
  addCatalogCommands,
  addApplicationCommands,
  addLimitCommands,
  addCatchUpCommands,
  addExplainCommand,
  addEventCommands,
  addLedgerCommand,
  addAuditCommands,
  addUserCommands,
  addKeyCommands,
  addImportCommands,
  addExportCommands,
  addSchedulingCommands,
  addRetentionCommands,
  addMigrateCommand,
  addBackupCommands,
  addRotateKeysCommand,
  addDoctorCommand,
]

/** The environment of the commands that speak with a server. */
export const CLIENT_ENVIRONMENT = [
  ['CARILLON_URL', 'the server, when --server is not given'],
  ['CARILLON_TOKEN', 'an API key or an access token, instead of signing in'],
  ['NO_COLOR', 'no colours, whatever the terminal can do'],
] as const

export const createProgram = (world: World): Command => {
  const { terminal } = world
  const program = new Command('carillon')
    .description('A scheduler that accounts for every occurrence: it ran, or a record says why it did not.')
    .version(VERSION, '--version', 'print the version')
    .helpOption('--help', 'what a command does and takes')
    .helpCommand('help [command]', 'the same')
    .showHelpAfterError('(carillon help tells more)')
    .addHelpText('after', () => `\n${environmentHelp()}\n\n${exitCodesHelp()}`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.say(text.trimEnd()),
      writeErr: (text) => terminal.remark(text.trimEnd()),
      getOutHelpWidth: () => Math.min(terminal.width, WIDEST_HELP),
      getErrHelpWidth: () => Math.min(terminal.width, WIDEST_HELP),
    })
  for (const add of COMMANDS) add(program, world)
  return program
}

const WIDEST_HELP = 120

/** Runs one command line; what it answers is the exit code. */
export const run = async (args: readonly string[], world: World): Promise<number> => {
  try {
    await createProgram(world).parseAsync(args, { from: 'user' })
    return exitCode('ok')
  } catch (error) {
    return answer(error, world.terminal)
  }
}

const answer = (error: unknown, terminal: Terminal): number => {
  // Commander has said what there is to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode('ok') : exitCode('usage')
  const tell = (text: string) => terminal.remark(terminal.paint('red', text))
  if (error instanceof ConfigError) {
    tell('carillon: settings are wrong:')
    for (const line of error.message.split('\n')) terminal.remark(`  ${safe(line)}`)
    return exitCode('usage')
  }
  if (error instanceof CommandFailure) {
    for (const line of error.message.split('\n')) tell(safe(line === error.message ? `carillon: ${line}` : line))
    if (error instanceof Refusal)
      for (const line of fieldLines(error)) if (line !== error.message) terminal.remark(`  ${safe(line)}`)
    return exitCode(error.exit)
  }
  if (error instanceof Error && INPUT_ERRORS.includes(error.name)) {
    tell(safe(`carillon: ${error.message}`))
    return exitCode('usage')
  }
  tell(safe(`carillon: unexpected: ${error instanceof Error ? error.message : String(error)}`))
  if (error instanceof Error && error.stack) terminal.remark(error.stack.replace(/^.*\n/, ''))
  return exitCode('failed')
}

/** What app throws for input that came from the command line; its classes are not loaded with every command. */
const INPUT_ERRORS: readonly string[] = ['ScheduleError', 'DomainError']

const fieldLines = ({ problem }: Refusal): readonly string[] =>
  (problem.errors ?? []).map(({ field, value, message }) =>
    value === undefined ? `${field}: ${message}` : `${field}: ${JSON.stringify(value)}: ${message}`,
  )

const environmentHelp = (): string =>
  ['Environment:', ...CLIENT_ENVIRONMENT.map(([name, meaning]) => `  ${name.padEnd(14)}  ${meaning}`)].join('\n')
