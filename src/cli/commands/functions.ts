/** `carillon functions`: which are registered on a server, and trying one without a server. */
import type { FunctionList, FunctionModule } from '../../api/contract/function-targets.ts'
import { ConfigError, readSettings } from '../../config/config.ts'
import { readDuration, showDuration } from '../duration.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe, safeLines } from '../safe-text.ts'
import { type Column, table } from '../table.ts'
import { type Adder, asking, onServer, type Shared, withJson } from './command.ts'
import { argumentsOf, type FunctionFlags, withArguments } from './function-flags.ts'

type TrialOptions = FunctionFlags & { readonly dir?: string; readonly timeout: string; readonly json?: boolean }

export const addFunctionCommands: Adder = (parent, world) => {
  const { terminal } = world
  const functions = parent.command('functions').description('code of your own that jobs may call').alias('function')

  withJson(onServer(functions.command('list').description('what is registered on the server'))).action(
    asking<Shared>(world, async (client, { json }) => {
      const { items } = await client.get<FunctionList>('/functions')
      if (json) return terminal.sayJson(items)
      terminal.say(items.length === 0 ? 'No functions.' : table(items, COLUMNS, terminal))
    }),
  )

  withArguments(withJson(functions.command('run <name>').description('call one here and now, without a server')))
    .option('--dir <path>', 'the folder of functions, instead of FUNCTIONS_DIR')
    .option('--timeout <time>', 'bound on the call', '30s')
    .action(async (name: string, { dir, timeout, json, ...flags }: TrialOptions) => {
      const { values, faults } = readSettings({ FUNCTIONS_DIR: dir })
      const ofFunctions = faults.filter((fault) => fault.name.startsWith('FUNCTIONS_'))
      if (ofFunctions.length > 0) throw new ConfigError(ofFunctions)
      if (values.functionsDir === null)
        throw new CommandFailure('usage', 'name the folder of functions: --dir or FUNCTIONS_DIR')
      const { runFunction } = await import('../../app.ts')
      const { args = [], kwargs = {} } = argumentsOf(flags)
      const timeoutMs = readDuration('--timeout', timeout) * 1000
      const { functionsDir: folder, functionsMemoryMb: memoryMb } = values
      const outcome = await runFunction(
        { folder, memoryMb, timeoutMs, function: name, args, kwargs },
        world.untilStopped(),
      )

      const { kind, durationMs, output, error, failure } = outcome
      if (json) terminal.sayJson({ outcome: kind, duration_seconds: durationMs / 1000, output, error, failure })
      else if (output !== null) terminal.say(safeLines(output))
      if (kind !== 'success') throw new CommandFailure('failed', error ?? kind)
      if (!json) terminal.remark(safe(`${name}: success in ${showDuration(durationMs / 1000)}`))
    })
}

const COLUMNS: readonly Column<FunctionModule>[] = [
  { title: 'name', of: ({ name }) => name, whole: true },
  { title: 'file', of: ({ file }) => file },
  { title: 'runs', of: ({ main }) => main, whole: true },
  { title: 'callables', of: ({ callables }) => callables.join(', ') },
  {
    title: 'quarantined',
    of: ({ quarantined_jobs }) => quarantined_jobs.map(({ name }) => name).join(', ') || null,
    paint: ({ quarantined_jobs }) => (quarantined_jobs.length > 0 ? 'red' : undefined),
  },
  { title: 'error', of: ({ error }) => error, paint: () => 'red' },
]
