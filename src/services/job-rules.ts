/** What a job's name, description, metadata and policies may be. Pure. */
import type { FieldError } from '../domain/errors.ts'
import type { JsonObject } from '../domain/json.ts'
import { type Delivery, type MisfireMode, type Overlap, POLICY_BOUNDS, type Policies } from '../domain/policies.ts'
import { checkLine, checkText } from './fields.ts'
import { checkAllowance, checkLimitNames } from './limit-rules.ts'

export const checkName = (name: string): FieldError[] => checkLine('name', name, [1, 200])

export const checkExternalId = (id: string): FieldError[] => checkLine('externalId', id, [1, 200])

export const checkDescription = (description: string | null): FieldError[] =>
  description === null ? [] : checkText('description', description, 2000)

const MOST_ENTRIES = 50
const LONGEST_KEY = 100
/** Of all entries, written as JSON: what a dispatch of GitHub takes at most. */
const METADATA_BYTES = 65_535

export const checkMetadata = (metadata: JsonObject): FieldError[] => {
  const entries = Object.entries(metadata)
  if (entries.length > MOST_ENTRIES) {
    return [{ field: 'metadata', value: entries.length, message: `at most ${MOST_ENTRIES} entries` }]
  }
  const bytes = Buffer.byteLength(JSON.stringify(metadata))
  if (bytes > METADATA_BYTES) {
    return [{ field: 'metadata', value: bytes, message: `at most ${METADATA_BYTES} bytes, written as JSON` }]
  }
  return entries.flatMap(([key, value]): FieldError[] => {
    const field = `metadata.${key.slice(0, LONGEST_KEY)}`
    if (key === '__proto__') return [{ field, message: 'choose another name' }]
    if (value === undefined) return [{ field, message: 'give a JSON value' }]
    return checkLine(field, key, [1, LONGEST_KEY]).map(({ message }) => ({ field, message: `its name: ${message}` }))
  })
}

const MODES: readonly MisfireMode[] = ['skip', 'latest', 'all']
const OVERLAPS: readonly Overlap[] = ['skip', 'queue_one', 'queue_all', 'cancel_other', 'allow']
const DELIVERIES: readonly Delivery[] = ['at_least_once', 'at_most_once']

export const checkPolicies = (policies: Policies): FieldError[] => {
  const { retry, misfire } = policies
  return [
    ...bounded('retry.attempts', retry.attempts),
    ...bounded('retry.firstDelayMs', retry.firstDelayMs),
    ...bounded('retry.factor', retry.factor, 'fractional'),
    ...bounded('retry.longestDelayMs', retry.longestDelayMs),
    ...oneOf('misfire.mode', misfire.mode, MODES),
    ...bounded('misfire.windowMs', misfire.windowMs),
    ...bounded('misfire.cap', misfire.cap),
    ...oneOf('overlap', policies.overlap, OVERLAPS),
    ...bounded('timeoutMs', policies.timeoutMs),
    ...oneOf('delivery', policies.delivery, DELIVERIES),
    ...(policies.pauseAfterFailures === null ? [] : bounded('pauseAfterFailures', policies.pauseAfterFailures)),
    ...checkAllowance('policies.', policies),
    ...checkLimitNames(policies.limits),
  ]
}

const bounded = (name: keyof typeof POLICY_BOUNDS, value: number, kind?: 'fractional'): FieldError[] => {
  const [least, most] = POLICY_BOUNDS[name]
  const isNumber = kind === 'fractional' ? Number.isFinite(value) : Number.isInteger(value)
  if (isNumber && least <= value && value <= most) return []
  const number = kind === 'fractional' ? 'number' : 'whole number'
  return [{ field: `policies.${name}`, value, message: `give a ${number} from ${least} to ${most}` }]
}

const oneOf = (name: string, value: string, known: readonly string[]): FieldError[] =>
  known.includes(value) ? [] : [{ field: `policies.${name}`, value, message: `use one of ${known.join(', ')}` }]
