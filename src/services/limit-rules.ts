/** What a limit may allow, and which names a job may give. Pure. */
import type { FieldError } from '../domain/errors.ts'
import { type Allowance, LIMIT_BOUNDS, MOST_LIMITS_OF_A_JOB, readLimitName } from '../domain/limits.ts'

export const checkAllowance = (prefix: string, { concurrency, rate }: Allowance): FieldError[] => [
  ...(concurrency === null ? [] : within(`${prefix}concurrency`, concurrency, LIMIT_BOUNDS.concurrency)),
  ...(rate === null
    ? []
    : [
        ...within(`${prefix}rate.count`, rate.count, LIMIT_BOUNDS['rate.count']),
        ...within(`${prefix}rate.perMs`, rate.perMs, LIMIT_BOUNDS['rate.perMs']),
        ...within(`${prefix}rate.burst`, rate.burst, [1, rate.count]),
      ]),
]

export const checkLimitNames = (names: readonly string[]): FieldError[] => {
  const field = 'policies.limits'
  if (names.length > MOST_LIMITS_OF_A_JOB) {
    return [{ field, value: names.length, message: `name at most ${MOST_LIMITS_OF_A_JOB} limits` }]
  }
  if (new Set(names).size < names.length) return [{ field, value: names, message: 'name each limit once' }]
  // The others hold of themselves: for who calls the host, for all of the workspace.
  const wrong = names.find((name) => readLimitName(name)?.kind !== 'shared')
  if (wrong === undefined) return []
  return [{ field, value: wrong, message: 'name shared limits of the workspace, such as database' }]
}

const within = (field: string, value: number, [least, most]: readonly [number, number]): FieldError[] =>
  Number.isInteger(value) && least <= value && value <= most
    ? []
    : [{ field, value, message: `give a whole number from ${least} to ${most}` }]
