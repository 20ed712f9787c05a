/** Lengths of time, read and shown. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readDuration, showDuration } from './duration.ts'

describe('lengths of time', () => {
  const read: [text: string, seconds: number][] = [
    ['30s', 30],
    ['5m', 300],
    ['1h30m', 5400],
    ['250ms', 0.25],
    ['1.5h', 5400],
    ['2d', 172_800],
    ['1w', 604_800],
  ]
  for (const [text, seconds] of read)
    it(`${text} is ${seconds} seconds`, () => assert.equal(readDuration('--every', text), seconds))

  for (const text of ['30', '', '5 m', 'm', '5x', '-5m', '1h 30m', '5m!'])
    it(`${JSON.stringify(text)} is refused with the option, the value and what would be right`, () => {
      assert.throws(() => readDuration('--every', text), {
        message: `--every: ${JSON.stringify(text)}: write a length of time with its unit, such as 30s, 5m, 1h30m, 2d or 250ms`,
        exit: 'usage',
      })
    })

  const shown: [seconds: number, text: string][] = [
    [0, '0 ms'],
    [0.0124, '12 ms'],
    [1, '1 s'],
    [2.507, '2.51 s'],
    [59.94, '59.9 s'],
    [60, '1m'],
    [5400, '1h 30m'],
    [86_401, '1d'],
    [90_061, '1d 1h'],
    [-0.5, '-500 ms'],
  ]
  for (const [seconds, text] of shown)
    it(`${seconds} s is shown as ${text}`, () => assert.equal(showDuration(seconds), text))
})
