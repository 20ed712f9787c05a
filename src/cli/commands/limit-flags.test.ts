/** Bounds as flags. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { CommandFailure } from '../exit-codes.ts'
import { rateText, readConcurrency, readLimits, readRate } from './limit-flags.ts'

it('bounds are written as people say them, and none takes one away', () => {
  assert.deepEqual([readConcurrency('5'), readConcurrency('none'), readConcurrency(undefined)], [5, null, undefined])
  assert.deepEqual(readRate('100/1m'), { count: 100, per_seconds: 60 })
  assert.deepEqual(readRate('5/1h30m,2'), { count: 5, per_seconds: 5400, burst: 2 })
  assert.deepEqual([readRate('none'), readRate(undefined)], [null, undefined])
  assert.deepEqual(
    [readLimits(['db', 'mail']), readLimits(['none']), readLimits(undefined)],
    [['db', 'mail'], [], undefined],
  )
  assert.equal(rateText({ count: 5, per_seconds: 5400, burst: 2 }), '5 per 1h 30m, 2 at one moment')
})

it('what is no bound is refused with what would be right', () => {
  for (const text of ['0', '-1', '1.5', 'many']) assert.throws(() => readConcurrency(text), CommandFailure, text)
  for (const text of ['5', '5/60', '0/1m', '5/1m,0', '/1m']) assert.throws(() => readRate(text), CommandFailure, text)
})
