/** S77: tables that a spreadsheet opens without running anything, and that a program reads back as they were. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Cell, csvLine } from './csv.ts'

/** A reader by RFC 4180, written here from the standard alone; a bare cell is a number, nothing or a truth. */
const cellsOf = (line: string): { readonly text: string; readonly isQuoted: boolean }[] => {
  const cells: { text: string; isQuoted: boolean }[] = []
  let at = 0
  while (at <= line.length) {
    if (line[at] === '"') {
      let text = ''
      for (at += 1; ; at += 1) {
        if (line[at] !== '"') text += line[at]
        else if (line[at + 1] === '"') {
          text += '"'
          at += 1
        } else break
      }
      cells.push({ text, isQuoted: true })
      at += 2
    } else {
      const end = line.indexOf(',', at)
      cells.push({ text: line.slice(at, end === -1 ? undefined : end), isQuoted: false })
      at = end === -1 ? line.length + 1 : end + 1
    }
  }
  return cells
}

const LOOKS_LIKE_FORMULA = /^["'`\s,;|\u00a0]*[=+\-@\t\r\n＝＋－＠]/

const readBack = ({ text, isQuoted }: { text: string; isQuoted: boolean }): Cell => {
  if (!isQuoted) return text === '' ? null : text === 'true' ? true : text === 'false' ? false : Number(text)
  return text.startsWith("'") && LOOKS_LIKE_FORMULA.test(text.slice(1)) ? text.slice(1) : text
}

test('S77: what a spreadsheet would run begins with an apostrophe, in every disguise', () => {
  const disguises = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    ' =1',
    '"=1',
    "'=1",
    ';=1',
    ',=1',
    '",=1',
    '|=1',
  ]

  for (const text of disguises)
    assert.equal(csvLine([text]), `"'${text.replaceAll('"', '""')}"\r\n`, JSON.stringify(text))
})

test('S77: numbers stay numbers, also those below zero, and nothing is nothing', () => {
  assert.equal(csvLine([-1.5, 0, 2e21, true, null, 'plain', '']), '-1.5,0,2e+21,true,,"plain",""\r\n')
})

test('S77: of any text no cell begins like a formula, and what was written is what is read', () => {
  const piece = fc.constantFrom(
    '=',
    '+',
    '-',
    '@',
    '\t',
    '\r',
    '\n',
    '"',
    "'",
    ',',
    ';',
    '|',
    ' ',
    '＝',
    'a',
    '1',
    '\u00a0',
  )
  const text = fc.oneof(fc.string({ unit: piece, maxLength: 8 }), fc.string({ unit: 'grapheme' }))
  const cell = fc.oneof(
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
    fc.boolean(),
    fc.constant(null),
  )

  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (cells) => {
      const line = csvLine(cells)
      const read = cellsOf(line.slice(0, -2))

      assert.ok(line.endsWith('\r\n'))
      for (const { text: shown, isQuoted } of read) {
        if (isQuoted) assert.ok(!/^[=+\-@\t\r\n＝＋－＠]/.test(shown), JSON.stringify(shown))
      }
      assert.deepEqual(read.map(readBack), cells)
    }),
    { numRuns: 3000 },
  )
})
