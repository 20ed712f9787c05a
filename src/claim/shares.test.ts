/** Who holds much, and what is kept from whom. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hogsOf, mostCatchUp, reserveOf } from './shares.ts'

const CAPACITY = 3200

describe('the places of a node', () => {
  it('are all for one workspace that is alone; else an eighth is kept for who holds little', () => {
    assert.deepEqual([reserveOf(CAPACITY, false), reserveOf(CAPACITY, true)], [0, 400])
  })

  it('are held by a hog where one has at least half of an even part', () => {
    const hogs = (...counts: number[]) => hogsOf(new Map(counts.map((count, at) => [at + 1, count])), CAPACITY)
    assert.deepEqual(hogs(3000, 200), [1])
    assert.deepEqual(hogs(1500, 1500, 100), [1, 2])
    assert.deepEqual(hogs(3000), [1])
  })

  it('are held by no hog where nobody has many, nor where nobody has any', () => {
    assert.deepEqual(
      hogsOf(
        new Map([
          [1, 99],
          [2, 3],
        ]),
        CAPACITY,
      ),
      [],
    )
    assert.deepEqual(hogsOf(new Map(), CAPACITY), [])
  })

  it('may be taken by catch-up work up to its share, and it gets one at least', () => {
    assert.deepEqual([mostCatchUp(CAPACITY, 0.25), mostCatchUp(2, 0.25)], [800, 1])
  })
})
