/** Texts from outside, made fit for one line, for HTML and for Slack. */

// Controls, marks of direction, surrogates without a partner and the separators of lines: all that could begin a new line or hide one.
const UNFIT = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu
const LONGEST_LINE = 300

/** At most 300 characters; the emoji of a family comes apart, since its joiner is a mark that also hides things. */
export const oneLine = (text: string, longest = LONGEST_LINE): string => {
  const line = text
    .slice(0, 4 * longest)
    .replaceAll(UNFIT, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
  return [...line].length > longest ? `${[...line].slice(0, longest - 1).join('')}…` : line
}

/** Lines stay, everything else that cannot be printed goes; at most `longest` characters. */
export const severalLines = (text: string, longest: number): string => {
  const cut = text.slice(0, longest).replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
  const clean = cut.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, (character) => (character === '\n' ? '\n' : ' ')).trim()
  return text.length > longest ? `${clean}…` : clean
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const htmlText = (text: string): string => text.replaceAll(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark)

/** The three marks that Slack asks to escape: nothing from outside can then be a link or call anybody. */
export const slackText = (text: string): string => text.replaceAll(/[&<>]/g, (mark) => ENTITIES[mark] ?? mark)
