/** What may stand in a log line or an answer: secrets taken out by name and by look, texts cut to a bound. */

const TAKEN_OUT = '[redacted]'

const SECRET_NAME =
  /authorization|cookie|passw|passphrase|secret|token|credential|signature|api[-_]?key|private[-_]?key|signing[-_]?key/i
// These speak about a secret without being one.
const HARMLESS_NAME = /fingerprint$|[-_]type$|Type$|[-_]id$|Id$|expires([-_]?in)?$|ExpiresIn$/

/** True for a key (`access_token`, `Set-Cookie`, `newPassword`) whose value must not leave the server. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name) && !HARMLESS_NAME.test(name)

// Each expression is linear: no nested repetition, and every repetition that could begin anywhere has a bound.
const SECRET_LOOKS: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]{8,4096}\.[\w-]{1,8192}\.[\w-]{0,2048}/g, TAKEN_OUT],
  [/\bcrl_[a-z0-9]{8}_[\w-]{16,64}/g, TAKEN_OUT],
  [/\b(bearer|basic) {1,4}[\w+/=.~-]{6,8192}/gi, `$1 ${TAKEN_OUT}`],
  [/:\/\/[^/?#\s"'@]{1,512}@/g, `://${TAKEN_OUT}@`],
  [
    /([?&;][\w-]{0,40}(?:token|secret|passw(?:or)?d|api[-_]?key|signature|credential)[\w-]{0,40}=)[^&#\s"']{1,8192}/gi,
    `$1${TAKEN_OUT}`,
  ],
  [
    /("[\w-]{0,40}(?:token|secret|passw(?:or)?d|api[-_]?key|signature|authorization|cookie)[\w-]{0,40}" ?: ?")[^"]{1,8192}/gi,
    `$1${TAKEN_OUT}`,
  ],
]

// Every look above has one of these: ids, methods and paths, which are most of a log, are done after one glance.
const MAY_LOOK_SECRET = /[=:"]|eyJ|crl_|(?:bearer|basic) /i

/** Takes tokens, credentials in addresses and secret query values out of a text. */
export const redactText = (text: string): string =>
  MAY_LOOK_SECRET.test(text) ? SECRET_LOOKS.reduce((rest, [look, instead]) => rest.replace(look, instead), text) : text

/** Characters beyond the bound become one `…`. */
export const cutText = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest)}…` : text

// C0 and C1 controls but the line's own end, line separators, and what turns the direction of writing.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const UNPRINTABLE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

/** Writes what could forge or turn around a line of text as `\u` escapes; inside JSON the meaning stays the same. */
export const escapeUnprintable = (text: string): string =>
  text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

const PLAIN = /^[ !#-[\]-~]*$/

/** Bytes that a text takes in a line of JSON. */
const cost = (text: string): number =>
  PLAIN.test(text) ? text.length + 2 : Buffer.byteLength(escapeUnprintable(JSON.stringify(text)))

const DEEPEST = 6
const MOST_ENTRIES = 50
const ENTRY_COST = 24

/** A copy of a value that is safe to print: secrets out, no circles, at most about `budget` bytes as JSON. */
export const presentable = (value: unknown, budget: number): unknown => {
  let left = budget

  const text = (given: string): string => {
    // Cut before looking for secrets, so that a huge text costs no more than a small one.
    const safe = redactText(given.slice(0, Math.max(0, left) + 512))
    const price = cost(safe)
    const shown = price <= left ? safe : safe.slice(0, Math.max(0, Math.floor((safe.length * left) / price) - 1))
    left -= Math.min(price, Math.max(0, left))
    return shown.length < given.length && shown !== safe ? `${shown}…` : shown
  }

  const entries = (given: object): [string, unknown][] => {
    const taken: [string, unknown][] = []
    for (const [name, entry] of Object.entries(given)) {
      left -= ENTRY_COST
      if (left <= 0 || taken.length === MOST_ENTRIES) break
      taken.push([text(name), entry])
    }
    return taken
  }

  const walk = (given: unknown, depth: number): unknown => {
    if (typeof given === 'string') return text(given)
    if (typeof given === 'bigint') return given.toString()
    if (typeof given !== 'object' || given === null) return typeof given === 'function' ? undefined : given
    if (depth > DEEPEST) return '…'
    if (given instanceof Error) return walkError(given, depth)
    if (ArrayBuffer.isView(given)) return `${given.byteLength} bytes`
    if (Array.isArray(given)) return entries(given).map(([, entry]) => walk(entry, depth + 1))
    const named = 'name' in given && typeof given.name === 'string' && isSecretName(given.name)
    return Object.fromEntries(
      entries(given).map(([name, entry]) => {
        const secret = isSecretName(name) || (named && name === 'value')
        return [name, secret && entry !== null ? TAKEN_OUT : walk(entry, depth + 1)]
      }),
    )
  }

  const walkError = (error: Error, depth: number): Record<string, unknown> => ({
    type: error.name,
    message: text(error.message),
    ...('code' in error && typeof error.code === 'string' ? { code: text(error.code) } : {}),
    ...(error.cause === undefined ? {} : { cause: walk(error.cause, depth + 1) }),
    ...(error.stack === undefined ? {} : { stack: text(error.stack) }),
  })

  return walk(value, 0)
}
