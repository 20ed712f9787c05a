/** `carillon login` and `carillon logout`. */
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import { clientOf } from '../world.ts'
import { type Adder, onServer, type Shared } from './command.ts'
import { readSecret } from './secrets.ts'

type LoginOptions = Shared & { readonly username?: string; readonly passwordStdin?: boolean }

export const addSessionCommands: Adder = (parent, world) => {
  const { terminal, session } = world

  onServer(parent.command('login').description('sign in to a server and keep the session for the other commands'))
    .option('--username <name>', 'user name or e-mail address')
    .option('--password-stdin', 'read the password from standard input')
    .action(async (options: LoginOptions) => {
      const client = clientOf(world, options.server)
      warnOfPlainText(client.url, terminal.remark)
      const username = options.username ?? (await askName())
      const password = await readSecret(terminal, `Password of ${safe(username)}`, options.passwordStdin)
      const { user, workspace } = await client.signIn(username, password)
      terminal.remark(safe(`Signed in to ${client.url} as ${user.username} (${user.role}) in ${workspace.name}.`))
    })

  parent
    .command('logout')
    .description('end the session on the server and forget it here')
    .action(async () => {
      const kept = session.read()
      if (kept === null) return terminal.remark('Not signed in.')
      try {
        await clientOf(world, kept.url).delete('/sessions/current')
      } catch (error) {
        // A session that the server has ended already, or a server that is gone, must not keep the tokens here.
        if (!(error instanceof CommandFailure)) throw error
        if (error.exit !== 'forbidden') terminal.remark(`The server was not told: ${error.message}`)
      }
      session.remove()
      terminal.remark(safe(`Signed out of ${kept.url}.`))
    })

  const askName = (): Promise<string> => {
    if (terminal.interactive) return terminal.ask('User name: ')
    throw new CommandFailure('usage', '--username: missing, and nobody can be asked here')
  }
}

const HERE = /^(localhost|127(\.\d+){3}|\[::1\])$/

const warnOfPlainText = (url: string, remark: (text: string) => void): void => {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'http:' && !HERE.test(hostname))
    remark(`Warning: ${url} is not encrypted; the password can be read on the way.`)
}
