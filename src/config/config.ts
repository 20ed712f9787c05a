/** The settings of one process: read once from texts, checked all together, frozen. */
import { dirname } from 'node:path'
import { processEnvironment, readSecretFile, type Texts, withDotEnv } from './environment.ts'
import { keptKey, lookForKey } from './kept-key.ts'
import { brokenRules, type Fault, weaknesses } from './rules.ts'
import type { Environment } from './setting.ts'
import { EVERY_SETTING, type Values } from './settings.ts'

export { processEnvironment, type Texts } from './environment.ts'
export { KEY_FILE } from './kept-key.ts'
export type { Fault } from './rules.ts'
export type { DatabaseAddress, Environment, MailSender } from './setting.ts'
export { settingsHelp } from './settings-page.ts'
export { VERSION } from './version.ts'

export type Config = Values & { readonly secretKey: string }

/** Every wrong setting at once, so that a start fails once and not once for each. */
export class ConfigError extends Error {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super(faults.map(faultText).join('\n'))
    this.name = 'ConfigError'
    this.faults = faults
  }
}

export const faultText = ({ name, value, message }: Fault): string =>
  value === undefined ? `${name}: ${message}` : `${name}: ${JSON.stringify(value)}: ${message}`

/** Pure but for files of secrets (`NAME_FILE`), which `readSecret` opens. Overrides win; an empty text counts as absent. */
export const loadConfig = (environment: Texts, overrides: Texts = {}, readSecret = readSecretFile): Config =>
  settle(readValues(merged(environment, overrides), readSecret))

/** What a server starts from: overrides of the command line, the environment, `.env`; in development also a kept key. */
export const readConfig = (overrides: Texts = {}): { readonly config: Config; readonly notices: readonly string[] } => {
  const { values, faults } = readSettings(overrides)
  if (values.secretKey !== null || values.environment === 'production')
    return { config: settle({ values, faults }), notices: [] }
  if (faults.length > 0) throw new ConfigError(faults)

  const { key, path, made } = keptKey(dirname(values.database.path))
  const notice = `SECRET_KEY is not set: ${made ? 'made one, kept' : 'using the one kept'} in ${path}`
  return { config: settle({ values: { ...values, secretKey: key }, faults }), notices: [notice] }
}

/** The same without making anything: for a look at settings that may be wrong. */
export const readSettings = (overrides: Texts = {}): Reading =>
  readValues(merged(withDotEnv(processEnvironment()), overrides), readSecretFile)

/** The key that a start would use, and what is weak about it; null when there is none yet. Makes none. */
export const presentKey = ({ environment, secretKey, database }: Values): PresentKey | null => {
  const key = secretKey ?? (environment === 'production' ? null : lookForKey(dirname(database.path)))
  return key === null ? null : { key, weaknesses: weaknesses('SECRET_KEY', key) }
}

export type PresentKey = { readonly key: string; readonly weaknesses: readonly Fault[] }

export type Reading = { readonly values: Values; readonly faults: readonly Fault[] }

const merged = (environment: Texts, overrides: Texts): Texts => {
  const given = ([, text]: [string, string | undefined]): boolean => text !== undefined && text.trim() !== ''
  return Object.fromEntries([...Object.entries(environment).filter(given), ...Object.entries(overrides).filter(given)])
}

/** Each value, or its default where the text is absent or wrong, so that one look finds every fault. */
const readValues = (texts: Texts, readSecret: (path: string) => string): Reading => {
  const faults: Fault[] = []
  const values: Record<string, unknown> = {}
  let environment: Environment = 'development'
  for (const [key, setting] of EVERY_SETTING) {
    const text = setting.secret ? secretText(setting.name, texts, readSecret, faults) : texts[setting.name]?.trim()
    const value = text === undefined ? undefined : setting.kind.read(text)
    if (text !== undefined && value === undefined)
      faults.push({
        name: setting.name,
        ...(setting.secret ? {} : { value: text }),
        message: `expected ${setting.kind.right}`,
      })
    values[key] = value === undefined ? setting.byDefault(environment) : value
    // NODE_ENV stands first in the table: it decides the defaults of the others.
    if (key === 'environment') environment = values[key] as Environment
  }
  const whole = values as Values
  return { values: whole, faults: [...faults, ...brokenRules(whole)] }
}

const secretText = (
  name: string,
  texts: Texts,
  readSecret: (path: string) => string,
  faults: Fault[],
): string | undefined => {
  const fileName = `${name}_FILE`
  const path = texts[fileName]
  if (path === undefined) return texts[name]?.trim()
  try {
    if (texts[name] !== undefined) throw new Error(`${name} is set as well; keep one of the two`)
    return readSecret(path)
  } catch (error) {
    faults.push({ name: fileName, value: path, message: error instanceof Error ? error.message : String(error) })
    return undefined
  }
}

const settle = ({ values, faults }: Reading): Config => {
  const { secretKey } = values
  const missing = { name: 'SECRET_KEY', message: 'missing; make one with: openssl rand -base64 32' }
  if (secretKey === null || faults.length > 0) throw new ConfigError(secretKey === null ? [missing, ...faults] : faults)
  return deepFreeze({ ...values, secretKey })
}

const deepFreeze = <T extends object>(value: T): T => {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner)
  return Object.freeze(value)
}
