/** What is kept of a call, from the thread to the row: both ends of what it printed, and the beginning of what it returned. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MOST_KEPT_BYTES } from './capture.ts'
import { createOutput, createPrinter, PRINTED_END } from './function-output.ts'

const through = (print: (printer: ReturnType<typeof createPrinter>) => void, value: string | null = null) => {
  const output = createOutput()
  const handed: string[] = []
  const printer = createPrinter((text, left) => {
    handed.push(text)
    output.add(text, left)
  })
  print(printer)
  const before = handed.length
  printer.flush()
  return { text: output.text(value), handed, before }
}

test('the head is handed over as it is printed, so that a crash does not take it along', () => {
  const { before } = through(({ print }) => ['one\n', 'two\n', 'three\n'].forEach(print))

  assert.equal(before, 3)
})

test('nothing is cut of what fits', () => {
  const printed = 'x'.repeat(PRINTED_END + 5000)

  assert.equal(through(({ print }) => print(printed)).text, printed)
  assert.equal(through(({ print }) => print('one\n'), '{"a":1}').text, 'one\n{"a":1}')
  assert.equal(through(() => {}).text, null)
})

test('of a flood only so much crosses to the server, and both ends of it stay', () => {
  const { text, handed } = through(({ print }) => {
    for (let n = 0; n < 100_000; n++) print(`${n}\n`)
  })

  assert.ok(handed.join('').length <= 2 * PRINTED_END)
  assert.match(text ?? '', /^0\n1\n2\n/)
  assert.match(text ?? '', /\n99998\n99999$/)
  assert.match(text ?? '', /only the beginning and the end/)
})

test('the bound holds in bytes, and cuts no character in two', () => {
  const { text } = through(({ print }) => print('語'.repeat(PRINTED_END * 3)), `"${'語'.repeat(40_000)}"`)

  const bytes = Buffer.byteLength(text ?? '')
  assert.ok(bytes <= MOST_KEPT_BYTES && bytes > MOST_KEPT_BYTES - 200, String(bytes))
  assert.ok(!text?.includes('\ufffd'))
})

test('NUL and halves of surrogate pairs, which no database keeps, are taken out', () => {
  assert.equal(through(({ print }) => print('a\0b\ud800c')).text, 'ab\ufffdc')
})
