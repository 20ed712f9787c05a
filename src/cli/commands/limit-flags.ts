/** Bounds as flags: how many at once, how many per time. */
import type { Rate, RateInput } from '../../api/contract/policies.ts'
import { readDuration, showDuration } from '../duration.ts'
import { usage } from '../exit-codes.ts'

const NONE = 'none'

/** `5`, or `none`; undefined where nothing was said. */
export const readConcurrency = (text: string | undefined): number | null | undefined => {
  if (text === undefined) return undefined
  if (text === NONE) return null
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw usage('--concurrency', text, 'write how many may run at once, or none')
}

/** `100/1m`, `100/1m,10` with so many at one moment, or `none`. */
export const readRate = (text: string | undefined): RateInput | null | undefined => {
  if (text === undefined) return undefined
  if (text === NONE) return null
  const [, count, period = '', burst] = /^([1-9]\d{0,8})\/([^,]+)(?:,([1-9]\d{0,8}))?$/.exec(text) ?? []
  if (count === undefined) throw usage('--rate', text, 'write how many per time, such as 100/1m, or none')
  return {
    count: Number(count),
    per_seconds: readDuration('--rate', period),
    ...(burst === undefined ? {} : { burst: Number(burst) }),
  }
}

/** Names, or `none` for no limit. */
export const readLimits = (names: readonly string[] | undefined): string[] | undefined =>
  names?.filter((name) => name !== NONE)

export const rateText = ({ count, per_seconds, burst }: Rate): string =>
  `${count} per ${showDuration(per_seconds)}${burst > 1 ? `, ${burst} at one moment` : ''}`
