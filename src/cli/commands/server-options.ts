/** Options of the commands that work on a server's own settings and files, as settings by name. */
import type { Command } from 'commander'
import type { Texts } from '../../config/config.ts'

export type ServerOptions = { readonly port?: string; readonly host?: string; readonly database?: string }

export const onDatabase = (command: Command): Command =>
  command.option('--database <url>', 'the database, instead of DATABASE_URL: sqlite:./data/carillon.db')

export const overridesOf = ({ port, host, database }: ServerOptions): Texts => ({
  PORT: port,
  HOST: host,
  DATABASE_URL: database,
})
