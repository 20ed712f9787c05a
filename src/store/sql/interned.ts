/** Values that rest as JSON text: equal texts become the same object, so that what is made from one may be cached by identity. */

import type { Timetable } from '../../domain/job.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { PolicyChoices } from '../../domain/policies.ts'
import type { Target } from '../../domain/target.ts'

const LONGEST_GENERATION = 5000

/**
 * Remembers between one and two generations of texts. A text met again in the older one is carried over, so the busy ones
 * stay, and a hit costs one look-up (a list in order of use would cost three).
 */
const interned = <Value>(): ((text: string) => Value) => {
  let young = new Map<string, Value>()
  let old = new Map<string, Value>()
  return (text) => {
    const known = young.get(text)
    if (known !== undefined) return known
    const value = old.get(text) ?? (JSON.parse(text) as Value)
    if (young.size >= LONGEST_GENERATION) {
      old = young
      young = new Map()
    }
    young.set(text, value)
    return value
  }
}

export const timetableOf = interned<Timetable>()
export const targetOf = interned<Target>()

const storedPolicies = interned<PolicyChoices>()
const ALL_DEFAULT: PolicyChoices = Object.freeze({})

export const policiesOf = (text: string | null): PolicyChoices => (text === null ? ALL_DEFAULT : storedPolicies(text))

/** Null when all is default: most jobs, and a shorter row. */
export const policiesText = (policies: PolicyChoices): string | null =>
  Object.keys(policies).length === 0 ? null : JSON.stringify(policies)

export const metadataText = (metadata: JsonObject): string | null =>
  Object.keys(metadata).length === 0 ? null : JSON.stringify(metadata)

export const metadataOf = (text: string | null): JsonObject => (text === null ? {} : (JSON.parse(text) as JsonObject))
