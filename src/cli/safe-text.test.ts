/** S76 for the terminal: what others wrote moves no cursor, changes no colour and reverses no reading. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { safe, safeJson, safeLines } from './safe-text.ts'

const CASES: [what: string, text: string, shown: string][] = [
  ['colours and cursor moves (ANSI)', '\u001b[31mred\u001b[2J', '\\u001b[31mred\\u001b[2J'],
  ['the one-character form of ANSI (C1)', '\u009b31m', '\\u009b31m'],
  ['a title for the window (OSC)', '\u001b]0;x\u0007', '\\u001b]0;x\\u0007'],
  ['line breaks and tabs', 'a\r\nb\tc', 'a\\r\\nb\\tc'],
  ['NUL and DEL', '\u0000\u007f', '\\u0000\\u007f'],
  ['overrides of direction', 'user\u202etxt.exe\u202c', 'user\\u202etxt.exe\\u202c'],
  ['isolates of direction', '\u2066x\u2069', '\\u2066x\\u2069'],
  ['separators of lines', 'a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
  ['what is invisible', 'a\u200bb\u00adc\ufeff', 'a\\u200bb\\u00adc\\ufeff'],
  ['tags beyond the basic plane', 'a\u{e0041}', 'a\\udb40\\udc41'],
  ['half a character', 'a\ud800b', 'a\\ud800b'],
  ['other scripts and pictures', '夜間バッチ ñ 🚀', '夜間バッチ ñ 🚀'],
]

describe('text from elsewhere', () => {
  for (const [what, text, shown] of CASES)
    it(`S76: ${what} ${text === shown ? 'stay as they are' : 'are shown, not obeyed'}`, () => {
      assert.equal(safe(text), shown)
    })

  it('keeps the lines of a text that has lines', () => {
    assert.equal(safeLines('a\u001b\r\nb\n'), 'a\\u001b\nb\n')
  })

  it('as JSON it says the same to a program', () => {
    const value = Object.fromEntries(CASES.map(([what, text]) => [what, text]))

    const json = safeJson(value)

    assert.deepEqual(JSON.parse(json), value)
    assert.equal(safe(json.replaceAll('\n', '')), json.replaceAll('\n', ''))
  })
})
