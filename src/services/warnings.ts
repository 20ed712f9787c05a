/** What the operator should look at, in words. Pure. */
import { OLD_RELEASE_DAYS } from '../domain/zone-release.ts'
import type { Sizes } from '../store/store.ts'

export type Health = {
  readonly now: number
  readonly claiming: { readonly on: boolean; readonly reason: string | null }
  readonly tzdata: string
  readonly tzdataAgeDays: number | null
  readonly sizes: Sizes
  readonly lastJump: { readonly at: number; readonly ms: number } | null
  readonly upkeep: { readonly finishedAt: number; readonly trouble: string | null } | null
  readonly startedAt: number
}

const MEBIBYTE = 2 ** 20
/** The log is cut back below this as soon as no reader holds it: more means that one does. */
const LARGEST_LOG_BYTES = 256 * MEBIBYTE
const DAY_MS = 86_400_000
/** Rounds come every hour. */
const UPKEEP_LATE_MS = 3 * 3_600_000

export const warningsOf = (health: Health): readonly string[] => {
  const { now, sizes, upkeep, lastJump } = health
  const warnings: string[] = []
  if (!health.claiming.on) warnings.push(`Due jobs are not claimed here: ${health.claiming.reason}.`)
  if ((health.tzdataAgeDays ?? 0) > OLD_RELEASE_DAYS)
    warnings.push(
      `The rules of time zones (${health.tzdata}) are about ${health.tzdataAgeDays} days old: upgrade, or newer clock changes are not known.`,
    )
  if (sizes.log > LARGEST_LOG_BYTES)
    warnings.push(
      `The write-ahead log has ${Math.round(sizes.log / MEBIBYTE)} MiB: a program that has read the database for long keeps it from being cut back; end that program.`,
    )
  if (lastJump !== null && now - lastJump.at < DAY_MS)
    warnings.push(
      `The clock of this machine jumped by ${(lastJump.ms / 1000).toFixed(1)} s at ${new Date(lastJump.at).toISOString()}: let it be kept by NTP.`,
    )
  if (upkeep?.trouble != null) warnings.push(`The last round of upkeep failed: ${upkeep.trouble}`)
  if (health.claiming.on && now - Math.max(upkeep?.finishedAt ?? 0, health.startedAt) > UPKEEP_LATE_MS)
    warnings.push('No round of upkeep has ended for more than three hours.')
  return warnings
}
