/** Instants, seconds and pairs between the wire and the use cases. */
import type { NameValue } from '../../domain/target.ts'
import type { Pairs, PairsInput } from '../contract/values.ts'

export const instant = (epochMs: number): string => new Date(epochMs).toISOString()
export const instantOrNull = (epochMs: number | null): string | null => (epochMs === null ? null : instant(epochMs))
export const epochMs = (text: string): number => Date.parse(text)
export const epochMsIf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : epochMs(text)

export const toMs = (seconds: number): number => Math.round(seconds * 1000)
export const toSeconds = (ms: number): number => ms / 1000
export const toSecondsOrNull = (ms: number | null): number | null => (ms === null ? null : toSeconds(ms))

export const pairsFrom = (pairs: PairsInput): readonly NameValue[] =>
  isList(pairs)
    ? pairs
    : Object.entries(pairs).flatMap(([name, values]) => [values].flat().map((value) => ({ name, value })))

const isList = (pairs: PairsInput): pairs is Extract<PairsInput, readonly unknown[]> => Array.isArray(pairs)

/** A name that comes once has a text, one that comes several times a list. */
export const pairsToWire = (pairs: readonly NameValue[]): Pairs => {
  const wire = new Map<string, string | string[]>()
  for (const { name, value } of pairs) {
    const before = wire.get(name)
    wire.set(name, before === undefined ? value : [before, value].flat())
  }
  // Defined, not assigned: a name such as `__proto__` stays a name.
  return Object.fromEntries(wire)
}
