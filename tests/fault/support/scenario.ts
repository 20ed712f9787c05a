/** What every fault run shares: its length, its seed, its folder, its verdict in one line. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Counts, check } from '../checker/checker.ts'
import type { History } from '../checker/history.ts'
import { createRandom, type Random } from './random.ts'

/** Set by `npm run test:fault`. */
export const isLong = process.env.CARILLON_FAULT_LONG === '1'

export type Scenario = {
  readonly name: string
  readonly random: Random
  /** What must be ended also when the test fails midway: a process left behind would keep the whole run waiting. */
  readonly atEnd: (end: () => void) => void
  /** Removed when the test passed; kept, and named, when it failed. */
  readonly directory: string
  /** One line, to be quoted. */
  readonly tell: (results: Readonly<Record<string, number | string>>) => void
  /** Fails with the violations; tells the counts either way. */
  readonly judge: (history: History, more?: Readonly<Record<string, number | string>>) => Counts
}

const MOST_SHOWN = 20

export const scenario = (t: TestContext, name: string): Scenario => {
  const seed = Number(process.env.CARILLON_FAULT_SEED ?? Date.now() % 1_000_000)
  const directory = mkdtempSync(join(tmpdir(), `carillon-${name}-`))
  const ends: (() => void)[] = []
  t.after(() => {
    for (const end of ends.reverse()) end()
    if (t.passed) rmSync(directory, { recursive: true, force: true })
    else console.log(`${name} seed=${seed}: logs and database are kept in ${directory}`)
  })
  const tell: Scenario['tell'] = (results) =>
    console.log(
      `${name} seed=${seed} ${Object.entries(results)
        .map(([key, value]) => `${key}=${value}`)
        .join(' ')}`,
    )
  const judge: Scenario['judge'] = (history, more = {}) => {
    const { violations, counts } = check(history)
    tell({ ...rounded(counts), ...more })
    // What a violation came from is found by reading what went before it.
    if (violations.length > 0)
      writeFileSync(join(directory, 'history.json'), JSON.stringify({ violations, ...history }))
    const shown = violations.slice(0, MOST_SHOWN).map(({ rule, job, what }) => `${rule} ${job}: ${what}`)
    assert.equal(violations.length, 0, `${violations.length} violations\n${shown.join('\n')}`)
    return counts
  }
  return { name, random: createRandom(seed), atEnd: (end) => void ends.push(end), directory, tell, judge }
}

const rounded = (counts: Counts): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).map(([key, value]) => [key, Math.round(value)]))
