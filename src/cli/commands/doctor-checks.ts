/** What a doctor looks at, in the order in which a start would stumble over it. */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { faultText, type Reading, readSettings, type Texts } from '../../config/config.ts'
import { tryPort, whoAnswers } from '../client/client.ts'

export type Verdict = 'ok' | 'warn' | 'bad'
export type Finding = { readonly check: string; readonly verdict: Verdict; readonly message: string }

export const examine = async (overrides: Texts): Promise<readonly Finding[]> => {
  const reading = readSettings(overrides)
  // Loaded here: the other commands start without the server's weight.
  const { pendingMigrationsOf, systemClock } = await import('../../app.ts')
  const { path } = reading.values.database
  const now = systemClock.now()
  return [
    ...settingsFindings(reading),
    runtimeFinding(process.versions.node),
    databaseFinding(path, () => pendingMigrationsOf(reading.values.database)),
    diskFinding(path, freeBytes(path)),
    clockFinding(now, process.versions.tz ?? '', lastWrite(path)),
    tzdataFinding(now, process.versions.tz ?? ''),
    ...(await portFindings(reading.values, now)),
  ]
}

type Judge = (message: string) => Finding
const verdicts = (check: string): Readonly<Record<Verdict, Judge>> => ({
  ok: (message) => ({ check, verdict: 'ok', message }),
  warn: (message) => ({ check, verdict: 'warn', message }),
  bad: (message) => ({ check, verdict: 'bad', message }),
})

export const settingsFindings = ({ values, faults }: Reading): readonly Finding[] => {
  const { ok, warn, bad } = verdicts('settings')
  const isProduction = values.environment === 'production'
  const found = faults.map((fault) => bad(faultText(fault)))
  if (values.secretKey === null && isProduction)
    found.push(bad('SECRET_KEY: missing; make one with: openssl rand -base64 32'))
  if (values.secretKey === null && !isProduction)
    found.push(ok('SECRET_KEY is not set: development makes one and keeps it beside the database'))
  const { functionsDir } = values
  if (functionsDir !== null && !statSync(functionsDir, { throwIfNoEntry: false })?.isDirectory())
    found.push(bad(`FUNCTIONS_DIR: ${JSON.stringify(functionsDir)}: name a folder that exists`))
  if (!isProduction && !LOOPBACK.includes(values.host))
    found.push(
      warn(`development defaults (a well-known administrator, private targets) on ${values.host}: set NODE_ENV`),
    )
  if (found.every(({ verdict }) => verdict !== 'bad')) found.unshift(ok(`${values.environment}, all values are right`))
  return found
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost']
const OLDEST_NODE = 26

export const runtimeFinding = (version: string): Finding => {
  const { ok, bad } = verdicts('runtime')
  return Number.parseInt(version, 10) >= OLDEST_NODE
    ? ok(`Node ${version}`)
    : bad(`Node ${version}: ${OLDEST_NODE} or later is needed`)
}

export const databaseFinding = (path: string, pending: () => readonly string[]): Finding => {
  const { ok, warn, bad } = verdicts('database')
  try {
    if (!existsSync(path)) {
      accessSync(nearestFolder(path), constants.W_OK)
      return ok(`${path} will be made at the first start`)
    }
    accessSync(path, constants.R_OK | constants.W_OK)
    const missing = pending().length
    return missing === 0
      ? ok(`${path} is readable and up to date`)
      : warn(`${path} lacks ${missing} migrations; the next start applies them, or run: carillon migrate`)
  } catch (error) {
    return bad((error as Error).message)
  }
}

const MEBIBYTE = 2 ** 20
const FEWEST_BYTES = 200 * MEBIBYTE
const FEW_BYTES = 2048 * MEBIBYTE

export const diskFinding = (path: string, free: number): Finding => {
  const { ok, warn, bad } = verdicts('disk')
  const message = `${Math.floor(free / MEBIBYTE)} MiB are free for ${path}`
  if (free < FEWEST_BYTES) return bad(`${message}; a full disk stops all runs`)
  return free < FEW_BYTES ? warn(`${message}; watch it`) : ok(message)
}

const TOLERANCE_MS = 60_000

/** A clock that runs behind what is already written, or behind the time zone data, is wrong; ahead cannot be told here. */
export const clockFinding = (now: number, tzdata: string, lastWriteAt: number | null): Finding => {
  const { ok, bad } = verdicts('clock')
  const shown = new Date(now).toISOString()
  if (now < Date.UTC(yearOf(tzdata), 0)) return bad(`${shown} is before the release of the time zone data (${tzdata})`)
  if (lastWriteAt !== null && lastWriteAt > now + TOLERANCE_MS)
    return bad(`${shown} is before the database was last written (${new Date(lastWriteAt).toISOString()})`)
  return ok(shown)
}

export const tzdataFinding = (now: number, tzdata: string): Finding => {
  const { ok, warn } = verdicts('tzdata')
  const age = new Date(now).getUTCFullYear() - yearOf(tzdata)
  return age > 1 ? warn(`${tzdata} is ${age} years old: newer rules of time zones are unknown`) : ok(tzdata)
}

/** `2026c` → 2026. */
const yearOf = (tzdata: string): number => Number.parseInt(tzdata, 10) || 0

const portFindings = async ({ host, port }: Reading['values'], now: number): Promise<readonly Finding[]> => {
  const { ok, warn, bad } = verdicts('port')
  const self = verdicts('itself')
  const taken = await tryPort(host, port)
  if (taken === null) return [ok(`${port} on ${host} is free and can be reached`), self.ok('no server runs here')]
  const answer = await whoAnswers(host, port)
  if (answer === null) return [bad(`${port} on ${host}: ${taken}, and what is there is no Carillon server`)]
  const apart = answer.date === null ? 0 : Math.abs(Date.parse(answer.date) - now)
  return [
    warn(`${port} on ${host} is taken by a Carillon server`),
    apart > TOLERANCE_MS
      ? self.bad(`the server that runs here has another time: ${answer.date}`)
      : self.ok('the server that runs here answers'),
  ]
}

const nearestFolder = (path: string): string => {
  let folder = dirname(resolve(path))
  while (!existsSync(folder)) folder = dirname(folder)
  return folder
}

const freeBytes = (path: string): number => {
  const { bavail, bsize } = statfsSync(nearestFolder(path))
  return bavail * bsize
}

const lastWrite = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null
