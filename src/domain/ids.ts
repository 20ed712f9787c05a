/** Public identifiers: UUIDv7 (RFC 9562), so that their order is the order of creation to the millisecond. */
import { createHash, randomUUIDv7 } from 'node:crypto'

export const newId = (): string => randomUUIDv7()

/** The same seed and name always make the same id; it stands in the order of ids where `epochMs` belongs. */
export const idFrom = (seed: string, name: string, epochMs: number): string => {
  const bytes = createHash('sha256')
    .update(JSON.stringify([seed, name]))
    .digest()
    .subarray(0, 16)
  bytes.writeUIntBE(Math.max(0, Math.floor(epochMs)), 0, 6)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

export const isId = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)

/** The smallest id that one made at `epochMs` can have: cuts a range of ids by time. */
export const firstIdAt = (epochMs: number): string => {
  const hex = Math.max(0, Math.floor(epochMs)).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

/** When an id was made, epoch ms. */
export const madeAt = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
