/** Reads JSON that others wrote: what parsers disagree about, or what would lose a digit in silence, is refused. */
import { DomainError } from '../domain/errors.ts'

const DEEPEST = 32
// Bounds the time spent on looking for duplicates; a job has a few dozen.
const MOST_MEMBERS = 10_000
const LONGEST_NUMBER = 400

const wrong = (message: string, at: number): DomainError =>
  new DomainError('malformed', `The body is not acceptable JSON at character ${at}: ${message}.`)

/** Throws `malformed` for broken JSON, duplicate keys, `__proto__`, deep nesting, and numbers that cannot be kept exactly. */
export const parseJson = (bytes: Uint8Array, mostMembers = MOST_MEMBERS): unknown => {
  const text = decode(bytes)
  checkShape(text, mostMembers)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DomainError('malformed', `The body is not JSON: ${reasonOf(cause)}.`, { cause })
  }
}

const decode = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new DomainError('malformed', 'The body is not valid UTF-8.', { cause })
  }
}

// V8 repeats some of the text in its message, which may hold a secret; the part before it says enough.
const reasonOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : 'cannot be read'
  const position = /at position \d+/.exec(message)?.[0]
  const unexpected =
    /^(Unexpected end of JSON input|Unterminated string|Bad control character|Bad escaped character)/.exec(message)?.[0]
  return [unexpected ?? 'unexpected text', position].filter((part) => part !== undefined).join(' ')
}

/** An open object or array; a list has no names. */
type Frame = { readonly names: Set<string> | null; nameNext: boolean; name: string; readonly under: string }

/** Walks over the text once. Syntax is left to the parser that follows; nothing here trusts it to be right. */
const checkShape = (text: string, mostMembers: number): void => {
  const open: Frame[] = []
  let members = 0
  let at = 0

  const takeName = (frame: Frame, raw: string, from: number): void => {
    const name = raw.includes('\\') ? unescaped(raw) : raw
    if (name === '__proto__') throw wrong('the name __proto__ is not allowed', from)
    if (name === 'prototype' && frame.under === 'constructor')
      throw wrong('the name constructor.prototype is not allowed', from)
    if (frame.names?.has(name)) throw wrong('a name comes twice in one object', from)
    members += 1
    if (members > mostMembers) throw wrong(`there are more than ${mostMembers} names`, from)
    frame.names?.add(name)
    frame.name = name
  }

  const enter = (names: Set<string> | null): void => {
    if (open.length === DEEPEST) throw wrong(`it is nested deeper than ${DEEPEST}`, at)
    open.push({ names, nameNext: names !== null, name: '', under: open.at(-1)?.name ?? '' })
  }

  while (at < text.length) {
    const character = text.charCodeAt(at)
    const frame = open.at(-1)
    if (character === QUOTE) {
      const end = endOfString(text, at)
      if (frame?.nameNext) takeName(frame, text.slice(at + 1, end), at)
      at = end
    } else if (character === OPEN_OBJECT) enter(new Set())
    else if (character === OPEN_LIST) enter(null)
    else if (character === CLOSE_OBJECT || character === CLOSE_LIST) open.pop()
    else if (character === COLON && frame !== undefined) frame.nameNext = false
    else if (character === COMMA && frame !== undefined) frame.nameNext = frame.names !== null
    else if (character === MINUS || isDigit(character)) at = checkNumber(text, at)
    at += 1
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const COLON = 0x3a
const COMMA = 0x2c
const MINUS = 0x2d
const isDigit = (character: number): boolean => character >= 0x30 && character <= 0x39

const endOfString = (text: string, from: number): number => {
  for (let at = from + 1; at < text.length; at += 1) {
    const character = text.charCodeAt(at)
    if (character === BACKSLASH) at += 1
    else if (character === QUOTE) return at
  }
  return text.length
}

const unescaped = (raw: string): string => {
  try {
    return String(JSON.parse(`"${raw}"`))
  } catch {
    return raw
  }
}

const NUMBER = /-?\d[\d.eE+-]*/y

/** Answers where the number ends. 9007199254740993 would become …992, and 1e999 Infinity, without a word. */
const checkNumber = (text: string, from: number): number => {
  NUMBER.lastIndex = from
  const token = NUMBER.exec(text)?.[0] ?? text[from] ?? ''
  const last = from + token.length - 1
  if (token.length < 16 && !/e/i.test(token)) return last
  if (token.length > LONGEST_NUMBER) throw wrong('a number is too long', from)
  const value = Number(token)
  const exact = Number.isFinite(value) && !(/^-?\d+$/.test(token) && BigInt(token) !== BigInt(value))
  if (!exact && !Number.isNaN(value)) throw wrong('a number cannot be kept exactly; send it as text', from)
  return last
}
