/** Keeps what a target answers within bounds, and turns it into text that is safe to store. */
import { redact } from '../domain/redact.ts'

/** Read of a body, also after decompression; the rest is not waited for. */
export const MOST_READ_BYTES = 1024 * 1024
/** Kept of a body as output, notice of the cut included. */
export const MOST_KEPT_BYTES = 64 * 1024

const EMPTY: Buffer = Buffer.alloc(0)

export type Capture = {
  /** False when the bound is reached: nothing more is wanted. */
  readonly add: (chunk: Buffer) => boolean
  readonly bytes: () => Buffer
  /** All that came, held or not. */
  readonly read: () => number
}

/** `hold`: how much is kept in memory; more than that is only counted, up to `most`. */
export const createCapture = (hold: number, most: number): Capture => {
  let held = EMPTY
  let length = 0
  let read = 0
  return {
    add: (chunk) => {
      const wanted = chunk.subarray(0, Math.min(hold - length, most - read))
      read += chunk.length
      if (wanted.length > 0) {
        // The one chunk of a small answer is not copied; a slow drip must not pin a read buffer for each byte.
        held = length === 0 ? wanted : append(held, length, wanted, hold)
        length += wanted.length
      }
      return read <= most
    },
    bytes: () => held.subarray(0, length),
    read: () => read,
  }
}

const append = (held: Buffer, length: number, chunk: Buffer, hold: number): Buffer => {
  const needed = length + chunk.length
  const roomy =
    held.length >= needed ? held : Buffer.allocUnsafeSlow(Math.min(hold, Math.max(needed, held.length * 2, 1024)))
  if (roomy !== held) held.copy(roomy, 0, 0, length)
  chunk.copy(roomy, length)
  return roomy
}

/** Null for an empty body. `cut` is why the body is not whole; null when it is. */
export const outputOf = (body: Buffer, cut: string | null, secrets: readonly string[]): string | null => {
  if (body.length === 0) return null
  const kept = secrets.length === 0 ? body.subarray(0, MOST_KEPT_BYTES + 1) : body
  const decoded = kept.toString('utf8').replaceAll('\0', '')
  const text = secrets.length === 0 ? decoded : redact(decoded, secrets)
  const isWhole = cut === null && body.length <= MOST_KEPT_BYTES
  if (isWhole && Buffer.byteLength(text) <= MOST_KEPT_BYTES) return text
  const notice = `\n[cut: ${cut ?? `the first ${MOST_KEPT_BYTES / 1024} KiB are kept`}]`
  return startOf(text, MOST_KEPT_BYTES - Buffer.byteLength(notice)) + notice
}

/** As much of the text as fits the bytes, ending with a whole character. */
export const startOf = (text: string, bytes: number): string => {
  const encoded = Buffer.from(text)
  if (encoded.length <= bytes) return text
  let end = bytes
  // Continuation bytes of UTF-8 are 10xxxxxx.
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end--
  return encoded.toString('utf8', 0, end)
}
