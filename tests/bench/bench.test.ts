/** The bench cannot rot: every part of it runs, in tiny form. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createSamples } from './samples.ts'
import { tableOf } from './table.ts'

const BENCH = join(import.meta.dirname, 'bench.ts')

test('npm run bench measures every goal and prints one table', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [BENCH, '--quick'])

  const goals = new Set(stdout.match(/^G\d+/gm))
  assert.deepEqual([...goals].sort(), ['G1', 'G10', 'G11', 'G12', 'G13', 'G3', 'G6', 'G7', 'G8', 'G9'])
  // Everything was measured but the peer, which need not be installed.
  for (const line of stdout.split('\n')) {
    if (!line.startsWith('G3')) assert.doesNotMatch(line, /NaN| [-0]\/s| - (ms|us|s|MB|B|%)/)
  }
})

test('a median leaves out what was measured while others used the processor, as long as something quieter is there', () => {
  const samples = createSamples()
  samples.add('rate', 100, 0.1)
  samples.add('rate', 10, 1.2)
  samples.add('rate', 110, 0.2)
  samples.add('noisy', 7, 0.9)

  assert.deepEqual([samples.median('rate'), samples.median('noisy'), samples.median('nothing')], [105, 7, null])
  assert.equal(samples.foreign('rate', 'noisy'), 0.9)
})

test('the table says of each goal whether it is met', () => {
  const row = { goal: 'G', what: 'w', ours: 'o', limit: 'l' }
  const verdicts = [
    { ...row, ratio: 0.7, must: 0.4, aim: 0.6 },
    { ...row, ratio: 0.5, must: 0.4, aim: 0.6 },
    { ...row, ratio: 0.3, must: 0.4, aim: 0.6 },
    { ...row, ratio: 1.5, must: 10, aim: 2, bound: 'most' as const },
    { ...row, ratio: 11, must: 10, aim: 2, bound: 'most' as const },
    { ...row, ratio: null, must: 10, aim: 2 },
  ].map((one) => tableOf([one]).split('\n').at(-1)?.split('  ').at(-1)?.trim())

  assert.deepEqual(verdicts, ['aim met', 'must met', 'MISSED', 'aim met', 'MISSED', '>= 2'])
})
