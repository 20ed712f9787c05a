/** A checker that cannot fail proves nothing: each rule is shown faults of its kind, and must name them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { check } from './checker/checker.ts'
import { healthyHistory } from './checker/healthy.ts'
import { FAULTS_OF_CALLS } from './checker/sown-in-calls.ts'
import { FAULTS_OF_WRITES } from './checker/sown-in-writes.ts'
import { createRandom } from './support/random.ts'

const SEEDS = [1, 2, 3, 4, 5]

describe('the checker of fault runs', () => {
  for (const seed of SEEDS)
    test(`finds nothing in a run with two kills in which every promise was kept (seed ${seed})`, () => {
      const { violations, counts } = check(healthyHistory(seed))

      assert.deepEqual(violations, [])
      assert.ok(counts.repeats > 0 && counts.repeats <= counts.inFlight, `${counts.repeats} of ${counts.inFlight}`)
      assert.ok(counts.uncertain > 0 && counts.missed > 0 && counts.targets > 300)
    })

  for (const { rule, fault, sow } of [...FAULTS_OF_CALLS, ...FAULTS_OF_WRITES])
    test(`catches ${fault} (${rule})`, () => {
      for (const seed of SEEDS) {
        const random = createRandom(seed)

        const { violations } = check(sow(healthyHistory(seed), random))

        const rules = new Set(violations.map((one) => one.rule))
        assert.ok(rules.has(rule), `seed ${seed}: said ${[...rules].join(', ') || 'nothing'}`)
      }
    })
})
