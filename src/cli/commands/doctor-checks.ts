/** What a doctor looks at, in the order in which a start would stumble over it. */
import { statSync } from 'node:fs'
import type { Probed, ZoneRelease } from '../../app.ts'
import {
  faultText,
  KEY_FILE,
  type PresentKey,
  presentKey,
  type Reading,
  readSettings,
  type Texts,
} from '../../config/config.ts'
import { readRemoteClock } from '../client/client.ts'
import { databaseFindings } from './doctor-database.ts'
import { diskFinding, filesFindings, freeBytes, measureSync, nearestFolder, syncFinding } from './doctor-disk.ts'
import { mailFindings } from './doctor-mail.ts'
import { egressFinding, offsetFinding, portFindings } from './doctor-network.ts'
import { type Finding, verdicts } from './findings.ts'

export type Asked = {
  /** Whose clock to compare this one with. */
  readonly clockUrl: URL | null
  /** What jobs would call. */
  readonly targets: readonly URL[]
  /** Whom to send a test to. */
  readonly testMail: string | null
}

export const examine = async (
  overrides: Texts,
  { clockUrl, targets, testMail }: Asked,
): Promise<readonly Finding[]> => {
  const reading = readSettings(overrides)
  const { values } = reading
  // Loaded here: the other commands start without the server's weight.
  const { createProbe, examineDatabase, formerlySealed, systemClock, zoneRelease, ...app } = await import(
    '../../app.ts'
  )
  const { path } = values.database
  const now = systemClock.now()
  const zones = zoneRelease(now)
  const key = keyOf(reading)
  return [
    ...settingsFindings(reading, key),
    runtimeFinding(process.versions.node),
    ...filesFindings(path, KEY_FILE),
    ...(await databaseFindings({
      path,
      now,
      isProduction: values.environment === 'production',
      examine: () => examineDatabase(values.database),
      formerlySealed: key === null ? null : () => formerlySealed(values.database, { ...values, secretKey: key.key }),
    })),
    diskFinding(path, freeBytes(path)),
    syncFinding(() => measureSync(nearestFolder(path), systemClock.monotonic)),
    clockFinding(now, zones.release, lastWrite(path)),
    ...(clockUrl === null ? [] : [await offsetFinding(clockUrl, () => readRemoteClock(clockUrl, systemClock))]),
    tzdataFinding(zones),
    ...(await reachFindings(targets, () => createProbe(values))),
    ...(await mailFindings(values.mailEnabled, { server: app.mailServerOf(values), ...app, testMail })),
    ...(await portFindings(values.host, values.port, now)),
  ]
}

type Probe = (url: URL) => Promise<Probed>

/** What only a start would find out: it reads the rules and lists that the guard of targets goes by. */
export const reachFindings = async (targets: readonly URL[], open: () => Probe): Promise<readonly Finding[]> => {
  try {
    const probe = open()
    return await Promise.all(targets.map(async (url) => egressFinding(url, await probe(url))))
  } catch (error) {
    return [verdicts('egress').bad((error as Error).message)]
  }
}

/** A kept key that everybody may read is told of with the files. */
const keyOf = ({ values }: Reading): PresentKey | null => {
  try {
    return presentKey(values)
  } catch {
    return null
  }
}

export const settingsFindings = ({ values, faults }: Reading, key: PresentKey | null): readonly Finding[] => {
  const { ok, warn, bad } = verdicts('settings')
  const isProduction = values.environment === 'production'
  const found = faults.map((fault) => bad(faultText(fault)))
  if (values.secretKey === null && isProduction)
    found.push(bad('SECRET_KEY: missing; make one with: openssl rand -base64 32'))
  if (values.secretKey === null && !isProduction)
    found.push(ok('SECRET_KEY is not set: development makes one and keeps it beside the database'))
  // In production it is a fault already.
  if (!isProduction) found.push(...(key?.weaknesses ?? []).map((weakness) => warn(faultText(weakness))))
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

const TOLERANCE_MS = 60_000

/** A clock that runs behind what is already written, or behind the time zone data, is wrong; ahead takes another clock to tell. */
export const clockFinding = (now: number, tzdata: string, lastWriteAt: number | null): Finding => {
  const { ok, bad } = verdicts('clock')
  const shown = new Date(now).toISOString()
  if (now < Date.UTC(Number.parseInt(tzdata, 10) || 0, 0))
    return bad(`${shown} is before the release of the time zone data (${tzdata}): set the clock, let NTP keep it`)
  if (lastWriteAt !== null && lastWriteAt > now + TOLERANCE_MS)
    return bad(
      `${shown} is before the database was last written (${new Date(lastWriteAt).toISOString()}): set the clock`,
    )
  return ok(shown)
}

export const tzdataFinding = ({ release, ageDays, isOld }: ZoneRelease): Finding => {
  const { ok, warn } = verdicts('tzdata')
  if (ageDays === null) return warn(`${release} is no release of the time zone data that is known: use a released Node`)
  const message = `${release}, about ${ageDays} days old`
  return isOld ? warn(`${message}: newer rules of time zones are not known; upgrade Node`) : ok(message)
}

const lastWrite = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null
