/** Secrets come from the keyboard without echo or from standard input, never from the command line, which others can see. */
import { CommandFailure } from '../exit-codes.ts'
import type { Terminal } from '../terminal.ts'

export const readSecret = async (terminal: Terminal, what: string, fromInput: boolean | undefined): Promise<string> => {
  const secret = fromInput ? await terminal.readInput() : await asked(terminal, what)
  if (secret === '') throw new CommandFailure('usage', `${what}: it is empty`)
  return secret
}

/** Twice, so that a slip of the finger is noticed. */
export const readNewPassword = async (terminal: Terminal, fromInput: boolean | undefined): Promise<string> => {
  const password = await readSecret(terminal, 'New password', fromInput)
  if (!fromInput && (await asked(terminal, 'The same again')) !== password)
    throw new CommandFailure('usage', 'the two passwords differ')
  return password
}

const asked = (terminal: Terminal, what: string): Promise<string> => {
  if (terminal.interactive) return terminal.askSecret(`${what}: `)
  throw new CommandFailure(
    'usage',
    `${what}: nobody can be asked here; give it on standard input with the -stdin option`,
  )
}
