/** Text from elsewhere, made harmless for a terminal: nothing in it moves the cursor, changes colours or reverses reading. */

// C0, DEL and C1 controls; marks and overrides of direction; separators of lines; invisible fillers, tags, lone surrogates.
const HARMFUL =
  /[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Cs}]/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

const escaped = (character: string): string => SHORT[character] ?? asUnits(character)

const asUnits = (character: string): string => {
  let text = ''
  for (let at = 0; at < character.length; at++) text += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`
  return text
}

/** For one line. */
export const safe = (text: string): string => text.replaceAll(HARMFUL, escaped)

/** For a text of several lines, such as what a target answered. */
export const safeLines = (text: string): string => text.split(/\r?\n/).map(safe).join('\n')

/** JSON that says the same to a program and is harmless to look at. */
export const safeJson = (value: unknown, indent = 2): string =>
  JSON.stringify(value, null, indent).replaceAll(HARMFUL, (character) =>
    character === '\n' ? '\n' : asUnits(character),
  )
