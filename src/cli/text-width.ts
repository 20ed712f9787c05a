/** How many cells of a terminal a text fills, and how to cut it to so many. */

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

// East Asian wide and full-width blocks (UAX #11) and emoji shown as pictures.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u
const PLAIN = /^[\x20-\x7e]*$/

const cells = (grapheme: string): number => (WIDE.test(grapheme) ? 2 : 1)

export const widthOf = (text: string): number => {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += cells(segment)
  return width
}

/** Ends with `…` where something is missing. */
export const cutTo = (width: number, text: string): string => {
  if (widthOf(text) <= width) return text
  let kept = ''
  let used = 1
  for (const { segment } of graphemes.segment(text)) {
    used += cells(segment)
    if (used > width) break
    kept += segment
  }
  return `${kept}…`
}

export const padTo = (width: number, text: string, side: 'left' | 'right' = 'left'): string => {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)))
  return side === 'left' ? text + blanks : blanks + text
}
