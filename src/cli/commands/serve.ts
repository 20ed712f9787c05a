/** `carillon serve`: a server in this process, until somebody stops it. */
import type { RunningApp, showRun } from '../../app.ts'
import { type Config, readConfig, settingsHelp, VERSION } from '../../config/config.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import type { Terminal } from '../terminal.ts'
import type { Adder } from './command.ts'
import { onDatabase, overridesOf, type ServerOptions } from './server-options.ts'

type Recorded = Parameters<typeof showRun>[0]

export const addServeCommand: Adder = (parent, world) => {
  const { terminal } = world
  onDatabase(parent.command('serve').description('start a server; settings come from the environment'))
    .option('--port <n>', 'the port to listen on, instead of PORT')
    .option('--host <address>', 'the address to listen on, instead of HOST')
    .option('--demo', 'with a job that calls this server every five seconds, each run told as it happens')
    .addHelpText('after', () => `\n${settingsHelp()}`)
    .action(async ({ demo = false, ...options }: ServerOptions & { readonly demo?: boolean }) => {
      const { config, notices } = readConfig(overridesOf(options))
      for (const notice of notices) terminal.remark(notice)
      const { showRun, startApp } = await import('../../app.ts')
      const onRun = (run: Recorded) => terminal.remark(showRun(harmless(run), terminal.colours))

      const stop = world.untilStopped()
      const app = await startApp(config, demo ? { demo, onRun } : { demo }).catch((error: unknown) => {
        throw explained(error, config)
      })
      greet(terminal, app)
      if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }))

      terminal.remark(`Stopping (${stop.reason}): what runs is given time to end. The same once more ends it at once.`)
      await app.stop()
    })
}

/** Names and errors come from people and from targets. */
const harmless = (run: Recorded): Recorded => ({
  ...run,
  assignment: { ...run.assignment, jobName: safe(run.assignment.jobName) },
  outcome: { ...run.outcome, error: run.outcome.error && safe(run.outcome.error) },
})

const explained = (error: unknown, { host, port }: Config): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const place = `port ${port} on ${host}`
  if (code === 'EADDRINUSE')
    return new CommandFailure('failed', `${place} is taken by another program; choose another with --port`, error)
  if (code === 'EACCES') return new CommandFailure('failed', `${place} may not be used by this user`, error)
  if (code === 'EADDRNOTAVAIL')
    return new CommandFailure('failed', `${host} is no address of this machine; choose another with --host`, error)
  return error
}

const greet = (terminal: Terminal, { url, apschedulerUrl, firstAdmin }: RunningApp): void => {
  const { paint, remark } = terminal
  remark(`${paint('bold', `Carillon ${VERSION}`)} listens on ${paint('cyan', url)}`)
  remark(`  API documentation: ${url}/docs`)
  if (apschedulerUrl !== null) remark(`  Clients of APScheduler: ${apschedulerUrl}`)
  if (firstAdmin !== null) {
    const { username, password, origin } = firstAdmin
    const shown = origin === 'given' ? 'the password that was given' : `the password ${paint('bold', password)}`
    remark(`  Sign in as ${paint('bold', safe(username))} with ${shown}.`)
    if (origin === 'generated') remark('  It is shown this once.')
    if (origin === 'default')
      remark(
        paint(
          'yellow',
          '  WARNING: everybody knows this password. Change it before anybody else can reach this server.',
        ),
      )
  }
  remark('Ctrl-c stops it.')
}
