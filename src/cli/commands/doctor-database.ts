/** What the doctor says of the database: whether it can be used, its log, its copies, the keys of its secrets. */
import { accessSync, constants, existsSync } from 'node:fs'
import type { DatabaseHealth } from '../../app.ts'
import { nearestFolder } from './doctor-disk.ts'
import { type Finding, MEBIBYTE, verdicts } from './findings.ts'

export type DatabaseLook = {
  readonly path: string
  readonly now: number
  readonly isProduction: boolean
  readonly examine: () => DatabaseHealth
  /** Null: the key is not known here. */
  readonly formerlySealed: (() => Promise<{ readonly left: number; readonly unreadable: readonly string[] }>) | null
}

export const databaseFindings = async (look: DatabaseLook): Promise<readonly Finding[]> => {
  const { ok, bad } = verdicts('database')
  const { path } = look
  try {
    if (!existsSync(path)) {
      accessSync(nearestFolder(path), constants.W_OK)
      return [ok(`${path} will be made at the first start`)]
    }
    accessSync(path, constants.R_OK | constants.W_OK)
    const health = look.examine()
    return [
      fileFinding(path, health),
      logFinding(health),
      backupFinding(look, health),
      await secretsFinding(look, health),
    ]
  } catch (error) {
    return [bad((error as Error).message)]
  }
}

const fileFinding = (path: string, { pending, schema, sizes, muchFree, leftOut }: DatabaseHealth): Finding => {
  const { ok, warn } = verdicts('database')
  if (pending.length > 0)
    return warn(`${path} lacks ${pending.length} migrations; the next start applies them, or run: carillon migrate`)
  const free = `${mebibytes(sizes.free)} of ${mebibytes(sizes.database)} MiB are free inside`
  if (muchFree)
    return warn(`${path}: ${free}; upkeep gives them back, and if it does not: stop the server, run: carillon vacuum`)
  const wholeness =
    leftOut === 0
      ? 'is whole'
      : `is whole but for ${leftOut} tables, left out to end in time (verify a backup for those)`
  return ok(`${path} ${wholeness}; schema ${schema} is up to date; ${free}`)
}

/** The log is cut back below this as soon as no reader holds it: more means that one does. */
const LARGEST_LOG_BYTES = 256 * MEBIBYTE

const logFinding = ({ sizes: { log } }: DatabaseHealth): Finding => {
  const { ok, warn } = verdicts('log')
  const message = `the write-ahead log has ${mebibytes(log)} MiB`
  return log > LARGEST_LOG_BYTES
    ? warn(
        `${message}: a program has read the database for long, or none is there to cut the log back; end or start it`,
      )
    : ok(message)
}

const DAY_MS = 86_400_000
const OLDEST_BACKUP_DAYS = 7

const backupFinding = (look: DatabaseLook, { lastBackupAt }: DatabaseHealth): Finding => {
  const { ok, warn } = verdicts('backup')
  const late = look.isProduction ? warn : ok
  if (lastBackupAt === null) return late('none was made so far; run daily: carillon backup <file>')
  const when = `the last one was made ${new Date(lastBackupAt).toISOString()}`
  return look.now - lastBackupAt > OLDEST_BACKUP_DAYS * DAY_MS
    ? late(`${when}, more than ${OLDEST_BACKUP_DAYS} days ago; run daily: carillon backup <file>`)
    : ok(when)
}

const secretsFinding = async ({ formerlySealed }: DatabaseLook, { pending }: DatabaseHealth): Promise<Finding> => {
  const { ok, warn, bad } = verdicts('secrets')
  if (pending.length > 0) return ok('looked at once the database is up to date')
  if (formerlySealed === null)
    return warn('SECRET_KEY is not known here, so nothing can be told; run this with the settings of the server')
  const { left, unreadable } = await formerlySealed()
  if (unreadable.length > 0)
    return bad(
      `${unreadable.length} open with no known key (${unreadable[0]}); give the key they were sealed with in SECRET_KEY_PREVIOUS`,
    )
  return left > 0
    ? warn(`${left} are still sealed with a former key; run: carillon rotate-keys`)
    : ok('all that are stored open with SECRET_KEY')
}

const mebibytes = (bytes: number): number => Math.ceil(bytes / MEBIBYTE)
