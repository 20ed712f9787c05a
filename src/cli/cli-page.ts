/** docs/reference/cli.md, written from the commands themselves. */
import type { Command } from 'commander'
import { EXIT_CODES } from './exit-codes.ts'
import { CLIENT_ENVIRONMENT, createProgram } from './program.ts'
import type { World } from './world.ts'

export const cliPage = (): string =>
  [
    '# Command line',
    '',
    '`carillon` starts a server and speaks with one. Every command that prints data takes `--json`; remarks, warnings and',
    'errors go to standard error. Text that comes from a server is escaped before it reaches the terminal.',
    '',
    '## Environment',
    '',
    'Settings of `carillon serve` are in [settings.md](settings.md). The commands that speak with a server read:',
    '',
    ...CLIENT_ENVIRONMENT.map(([name, meaning]) => `* \`${name}\`: ${meaning}`),
    '',
    'A session that `carillon login` began is kept in `~/.config/carillon/session.json` (or under `XDG_CONFIG_HOME`), readable',
    'by its owner alone. Its tokens are sent to the server they came from and to no other.',
    '',
    'On a Node older than 26 the runtime that comes with the package is used, or the one that `CARILLON_NODE` names.',
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '|---|---|',
    ...Object.values(EXIT_CODES).map(([code, meaning]) => `| ${code} | ${meaning} |`),
    '',
    '## Commands',
    '',
    ...leavesOf(createProgram(NO_WORLD)).flatMap(section),
  ].join('\n')

/** The commands are only described, never run. */
const NO_WORLD = { terminal: {} } as World

const leavesOf = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf)

const nameOf = (command: Command): string =>
  command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`

const section = (command: Command): readonly string[] => {
  const takes = command.registeredArguments.map((each) => (each.required ? `<${each.name()}>` : `[${each.name()}]`))
  return [
    `### ${nameOf(command)}`,
    '',
    `${sentence(command.description())}`,
    '',
    '```',
    [nameOf(command), ...takes, ...(command.options.length > 0 ? ['[options]'] : [])].join(' '),
    '```',
    '',
    ...(command.options.length > 0 ? ['| option | meaning |', '|---|---|'] : []),
    ...command.options.map(({ flags, description, argChoices, defaultValue }) => {
      const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`
      const usual = defaultValue === undefined || typeof defaultValue === 'boolean' ? '' : ` (default: ${defaultValue})`
      return `| \`${flags}\` | ${cell(description + choices + usual)} |`
    }),
    ...(command.options.length > 0 ? [''] : []),
  ]
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
const cell = (text: string): string => text.replaceAll('|', '\\|')
