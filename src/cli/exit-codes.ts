/** What a command answers to the shell: one table for the code, `--help` and the reference page. */

export const EXIT_CODES = {
  ok: [0, 'Done.'],
  failed: [1, 'It failed: the server or the machine is at fault, a run that was waited for failed, or a check is bad.'],
  usage: [2, 'A command, an option, a value in it or a setting is wrong.'],
  forbidden: [3, 'Not signed in, or not allowed to do this.'],
  not_found: [4, 'There is no such thing.'],
  conflict: [5, 'It does not fit the present state: it was changed meanwhile, or it had ended already.'],
  unreachable: [6, 'The server does not answer.'],
  gaps: [7, 'A check of the ledger found occurrences without a row, or rows that do not fit.'],
  tampered: [8, 'A check of the audit log found its chain broken.'],
  no_runtime: [78, 'No Node that is new enough was found.'],
} as const satisfies Record<string, readonly [number, string]>

export type ExitName = keyof typeof EXIT_CODES

export const exitCode = (name: ExitName): number => EXIT_CODES[name][0]

export const exitCodesHelp = (): string =>
  [
    'Exit codes:',
    ...Object.values(EXIT_CODES).map(([code, meaning]) => `  ${String(code).padStart(2)}  ${meaning}`),
  ].join('\n')

/** A command cannot go on, and the person or program that gave it should know why. */
export class CommandFailure extends Error {
  readonly exit: ExitName

  constructor(exit: ExitName, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'CommandFailure'
    this.exit = exit
  }
}

export const usage = (option: string, value: string, right: string): CommandFailure =>
  new CommandFailure('usage', `${option}: ${JSON.stringify(value)}: ${right}`)

/** What the status of a refusal means to the shell. */
export const exitOfStatus = (status: number): ExitName => {
  if (status === 401 || status === 403) return 'forbidden'
  if (status === 404) return 'not_found'
  if (status === 409 || status === 412) return 'conflict'
  return status >= 400 && status < 500 && status !== 429 && status !== 408 ? 'usage' : 'failed'
}
