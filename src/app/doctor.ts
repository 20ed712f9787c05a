/** What `carillon doctor` looks at inside: the database beside a running server, the way to targets, the rules of time zones. */
import type { Config, DatabaseAddress } from '../config/config.ts'
import { systemClock } from '../domain/clock.ts'
import { OLD_RELEASE_DAYS, releaseAgeDays } from '../domain/zone-release.ts'
import { type Probed, parseEgressAllow, probeTarget } from '../execute/execute.ts'
import { tzdata } from '../schedule/schedule.ts'
import { BACKUP_VALUE, type LastBackup } from '../services/services.ts'
import { type Examined, examineFile } from '../store/sqlite/database.ts'
import { revocationLists } from './revocation.ts'

export type { Probed } from '../execute/execute.ts'

/** What jobs may call of our own server. */
export const ECHO_PATH = '/echo'

export type DatabaseHealth = Omit<Examined, 'values'> & { readonly lastBackupAt: number | null }

/** Opens the file for reading alone; throws with the reason when it cannot be used. */
export const examineDatabase = (database: DatabaseAddress): DatabaseHealth => {
  const { values, ...examined } = examineFile(database.path, [BACKUP_VALUE], systemClock)
  const [backup] = values
  return { ...examined, lastBackupAt: backup ? (JSON.parse(backup) as LastBackup).at : null }
}

type EgressSettings = Pick<Config, 'allowPrivateTargets' | 'egressAllow' | 'port' | 'revocationFile'>

/** As the server with these settings would reach them. Throws when EGRESS_ALLOW or TLS_CRL_FILE is wrong, as a start would. */
export const createProbe = (settings: EgressSettings): ((url: URL) => Promise<Probed>) => {
  const revocation = revocationLists(settings, () => {})
  const egress = {
    allowPrivate: settings.allowPrivateTargets,
    allow: parseEgressAllow(settings.egressAllow ?? ''),
    self: { port: settings.port, allowedPathPrefix: ECHO_PATH },
  }
  return (url) => probeTarget(url, { clock: systemClock, egress, revocation })
}

export type ZoneRelease = { readonly release: string; readonly ageDays: number | null; readonly isOld: boolean }

export const zoneRelease = (now: number): ZoneRelease => {
  const ageDays = releaseAgeDays(tzdata, now)
  return { release: tzdata, ageDays, isOld: ageDays !== null && ageDays > OLD_RELEASE_DAYS }
}
