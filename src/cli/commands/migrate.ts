/** `carillon migrate`: brings the database up to date without starting a server. */
import { ConfigError, readSettings } from '../../config/config.ts'
import { type Adder, withJson } from './command.ts'
import { onDatabase, overridesOf, type ServerOptions } from './server-options.ts'

export const addMigrateCommand: Adder = (parent, { terminal }) => {
  withJson(
    onDatabase(parent.command('migrate').description('bring the database up to date; a start does so by itself')),
  )
    .option('--dry-run', 'only tell what is missing')
    .action(async ({ dryRun, json, ...options }: ServerOptions & { dryRun?: boolean; json?: boolean }) => {
      const { values, faults } = readSettings(overridesOf(options))
      const ofDatabase = faults.filter(({ name }) => name === 'DATABASE_URL')
      if (ofDatabase.length > 0) throw new ConfigError(ofDatabase)

      const { migrateDatabase, pendingMigrationsOf } = await import('../../app.ts')
      const migrations = dryRun ? pendingMigrationsOf(values.database) : migrateDatabase(values.database)
      if (json)
        return terminal.sayJson({ database: values.database.path, [dryRun ? 'pending' : 'applied']: migrations })
      const verb = dryRun ? 'missing' : 'applied'
      for (const name of migrations) terminal.say(`${verb} ${name}`)
      if (migrations.length === 0) terminal.say(`${values.database.path} is up to date`)
    })
}
