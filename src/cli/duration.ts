/** Lengths of time as people write them: 30s, 5m, 1h30m, 250ms. */
import { usage } from './exit-codes.ts'

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** In seconds. A bare number is refused: it could mean seconds, minutes or milliseconds. */
export const readDuration = (option: string, text: string): number => {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)]
  const isWhole = parts.length > 0 && parts.map(([part]) => part).join('') === text
  if (!isWhole) throw usage(option, text, 'write a length of time with its unit, such as 30s, 5m, 1h30m, 2d or 250ms')
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0), 0) / 1000
}

/** The largest unit and the next smaller one: 1h 30m, 2.5 s, 12 ms. */
export const showDuration = (seconds: number): string => {
  const ms = Math.round(Math.abs(seconds) * 1000)
  const sign = seconds < 0 ? '-' : ''
  if (ms < 1000) return `${sign}${ms} ms`
  if (ms < 60_000) return `${sign}${Number((ms / 1000).toFixed(ms < 10_000 ? 2 : 1))} s`
  const whole = Math.round(ms / 1000)
  const units = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor((whole % 86_400) / 3600), 'h'],
    [Math.floor((whole % 3600) / 60), 'm'],
    [whole % 60, 's'],
  ] as const
  const first = units.findIndex(([count]) => count > 0)
  const shown = units.slice(first, first + 2).filter(([count]) => count > 0)
  return sign + shown.map(([count, unit]) => `${count}${unit}`).join(' ')
}
