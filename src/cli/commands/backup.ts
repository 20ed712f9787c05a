/** `carillon backup`, `restore` and `vacuum`: copies of the database, and a file without free space. */
import type { Command } from 'commander'
import { ConfigError, readSettings, type Texts } from '../../config/config.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import type { Terminal } from '../terminal.ts'
import { type Adder, withJson } from './command.ts'
import { onDatabase, overridesOf, type ServerOptions } from './server-options.ts'

type Options = ServerOptions & {
  readonly json?: boolean
  readonly force?: boolean
  readonly verify?: boolean
  readonly to?: string
}

export const addBackupCommands: Adder = (parent, { terminal }) => {
  const command = (form: string, summary: string): Command =>
    withJson(onDatabase(parent.command(form).description(summary)))

  command('backup <file>', 'copy the database to a file, also while a server runs, and prove the copy')
    .option('--force', 'take the place of a file that is there')
    .option('--verify', 'make nothing: prove that the file is a whole copy')
    .action(async (file: string, { json, force = false, verify, ...options }: Options) => {
      const { backUp, verifyBackup } = await import('../../app.ts')
      if (verify) return tell(terminal, json, 'whole', await or(() => verifyBackup(file)))
      const database = databaseOf(overridesOf(options))
      const report = await or(() =>
        backUp(database, { to: file, overwrite: force, onProgress: (progress) => showProgress(terminal, progress) }),
      )
      tell(terminal, json, 'copied', report)
      if (!report.noted) terminal.remark('The database was busy: it does not know of this copy.')
    })

  command('restore <file>', 'put a copy in the place of the database; the server must be stopped')
    .option('--to <path>', 'the file to restore, instead of the database of the settings')
    .action(async (file: string, { json, to, ...options }: Options) => {
      const { restore } = await import('../../app.ts')
      const report = await or(() => restore(file, to ?? databaseOf(overridesOf(options)).path))
      tell(terminal, json, 'restored', report)
      if (!json && report.replaced !== null) terminal.say(safe(`what was there is kept as ${report.replaced}`))
    })

  command('vacuum', 'rewrite the database without free space; the server must be stopped').action(
    async ({ json, ...options }: Options) => {
      const { compact } = await import('../../app.ts')
      const database = databaseOf(overridesOf(options))
      const { before, after } = await or(() => compact(database))
      if (json) return terminal.sayJson({ path: database.path, bytes_before: before, bytes: after })
      terminal.say(safe(`${database.path}: ${mebibytes(before)} before, ${mebibytes(after)} now`))
    },
  )
}

/** Only the address of the database: its keys play no part in a copy. */
export const databaseOf = (overrides: Texts) => {
  const { values, faults } = readSettings(overrides)
  const ofDatabase = faults.filter(({ name }) => name === 'DATABASE_URL')
  if (ofDatabase.length > 0) throw new ConfigError(ofDatabase)
  return values.database
}

/** What the store refuses is said in its own words, without a stack. */
const or = async <Result>(act: () => Result | Promise<Result>): Promise<Result> => {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new CommandFailure(error.name === 'DatabaseInUse' ? 'conflict' : 'failed', error.message, error)
  }
}

type Report = {
  readonly path: string
  readonly bytes: number
  readonly schema: number
  readonly rows: Readonly<Record<string, number>>
  readonly replaced?: string | null
}

const tell = (terminal: Terminal, json: boolean | undefined, verb: string, report: Report): void => {
  const { path, bytes, schema, rows, replaced } = report
  terminal.progress('')
  if (json) {
    terminal.sayJson({ path, bytes, schema, rows, ...(replaced === undefined ? {} : { replaced }) })
    return
  }
  const counts = `${rows.job ?? 0} jobs, ${rows.execution ?? 0} runs, ${rows.user ?? 0} users`
  terminal.say(safe(`${verb} ${path}: ${mebibytes(bytes)}, schema ${schema}, ${counts}; every check passed`))
}

const BAR_CELLS = 30

const showProgress = (terminal: Terminal, { copied, pages }: { copied: number; pages: number }): void => {
  const share = pages === 0 ? 1 : copied / pages
  const full = Math.round(share * BAR_CELLS)
  const bar = `${'#'.repeat(full)}${'.'.repeat(BAR_CELLS - full)}`
  terminal.progress(`[${bar}] ${Math.round(share * 100)} % of ${pages} pages`)
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`
