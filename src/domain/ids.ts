/** Public identifiers: UUIDv7 (RFC 9562), so that their order is the order of creation to the millisecond. */
import { randomUUIDv7 } from 'node:crypto'

export const newId = (): string => randomUUIDv7()

export const isId = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)

/** The smallest id that one made at `epochMs` can have: cuts a range of ids by time. */
export const firstIdAt = (epochMs: number): string => {
  const hex = Math.max(0, Math.floor(epochMs)).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

/** When an id was made, epoch ms. */
export const madeAt = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
