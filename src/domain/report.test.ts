/** The log of an execution never grows beyond its bounds, and loses its oldest lines first. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EMPTY_LOG, LOG_BOUNDS, withLines } from './report.ts'

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, at) => `line ${from + at}`)

test('lines are kept in their order, the newest two hundred of them', () => {
  const once = withLines(EMPTY_LOG, numbered(150))
  const twice = withLines(once, numbered(150, 150))

  assert.deepEqual(once, { lines: numbered(150), dropped: 0 })
  assert.deepEqual(twice, { lines: numbered(200, 100), dropped: 100 })
})

test('long lines push out more of the older ones, counted in bytes', () => {
  const line = 'ö'.repeat(LOG_BOUNDS.lineLength)
  const log = withLines({ lines: ['old'], dropped: 3 }, Array<string>(10).fill(line))

  assert.equal(log.lines.length, 8)
  assert.equal(log.lines.reduce((sum, each) => sum + Buffer.byteLength(each), 0) <= LOG_BOUNDS.bytes, true)
  assert.equal(log.dropped, 6)
})
