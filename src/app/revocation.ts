/** The revocation lists of the settings: like any other setting, but for what only their file can tell. */
import { type Config, ConfigError } from '../config/config.ts'
import { systemClock } from '../domain/clock.ts'
import { openRevocationLists } from '../execute/execute.ts'

/** Null where there are none; a file that cannot be used is a wrong setting. */
export const revocationLists = (
  { revocationFile: path }: Pick<Config, 'revocationFile'>,
  onFault: (error: unknown) => void,
) => {
  if (path === null) return null
  try {
    return openRevocationLists({ path, clock: systemClock, onFault })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new ConfigError([{ name: 'TLS_CRL_FILE', value: path, message }])
  }
}
