/** What is kept of a call: the lines it printed, head and tail, and below them what it returned, as JSON. */
import { MOST_KEPT_BYTES, startOf } from './capture.ts'

/** Characters of each end that a thread hands over; the bound in bytes is held once more below. */
export const PRINTED_END = 16 * 1024
/** Characters of a returned value, as JSON. */
export const LONGEST_VALUE = 32 * 1024

const PRINTED_BYTES = MOST_KEPT_BYTES / 2
const VALUE_BYTES = MOST_KEPT_BYTES / 2 - 1

export type Printer = {
  readonly print: (text: string) => void
  /** Hands over the tail; to be called when the call ends, also by a crash. */
  readonly flush: () => void
}

/** In the thread: the head is handed over as it comes, so that a crash does not take it along; of the rest the tail is held. */
export const createPrinter = (hand: (text: string, left: number) => void): Printer => {
  let room = PRINTED_END
  let tail = ''
  let left = 0
  return {
    print: (text) => {
      const head = text.slice(0, room)
      room -= head.length
      if (head !== '') hand(head, 0)
      if (head.length === text.length) return
      tail += text.slice(head.length)
      // Cut at twice the length, so that a million short lines do not cost a copy each.
      if (tail.length <= 2 * PRINTED_END) return
      left += tail.length - PRINTED_END
      tail = tail.slice(-PRINTED_END)
    },
    flush: () => {
      left += Math.max(0, tail.length - PRINTED_END)
      if (tail !== '') hand(tail.slice(-PRINTED_END), left)
      room = PRINTED_END
      tail = ''
      left = 0
    },
  }
}

/** In the server: what came of a call so far. */
export type FunctionOutput = {
  readonly add: (text: string, left: number) => void
  /** Null when there is nothing; else at most 64 KiB. */
  readonly text: (value: string | null) => string | null
}

export const createOutput = (): FunctionOutput => {
  let head = ''
  let tail = ''
  let left = 0
  return {
    add: (text, skipped) => {
      left += skipped
      if (head.length < PRINTED_END) head += text
      else tail += text
    },
    text: (value) => {
      const printed = bothEnds(clean(head), clean(tail), left)
      const parts = [printed.replace(/\r?\n$/, ''), value === null ? '' : cutValue(clean(value))]
      return parts.filter((part) => part !== '').join('\n') || null
    },
  }
}

const bothEnds = (head: string, tail: string, left: number): string => {
  const whole = head + tail
  if (left === 0 && Buffer.byteLength(whole) <= PRINTED_BYTES) return whole
  const notice = '\n[cut: only the beginning and the end of what was printed are kept]\n'
  const room = Math.floor((PRINTED_BYTES - Buffer.byteLength(notice)) / 2)
  return startOf(head, room) + notice + endOf(whole, room)
}

const cutValue = (json: string): string => {
  if (json.length < LONGEST_VALUE && Buffer.byteLength(json) <= VALUE_BYTES) return json
  const notice = '\n[cut: only the beginning of what was returned is kept]'
  return startOf(json, VALUE_BYTES - Buffer.byteLength(notice)) + notice
}

/** As much of the end as fits the bytes, beginning with a whole character. */
const endOf = (text: string, bytes: number): string => {
  const encoded = Buffer.from(text)
  let start = Math.max(0, encoded.length - bytes)
  // Continuation bytes of UTF-8 are 10xxxxxx.
  while (start < encoded.length && ((encoded[start] ?? 0) & 0xc0) === 0x80) start++
  return encoded.toString('utf8', start)
}

// No database keeps NUL in a text, nor half of a surrogate pair.
const clean = (text: string): string => text.replaceAll('\0', '').toWellFormed()
