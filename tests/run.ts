/** What `npm test` runs: every check and every test in order, progress on stderr, one line of counts on stdout. */
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { NONE, runTests, type Tally, within } from './support/run-tests.ts'

const ROOT = join(import.meta.dirname, '..')
const MINUTE = 60_000
const BIN = join(ROOT, 'node_modules', '.bin')

type Stage = { readonly name: string; readonly run: () => Promise<Tally> }

const USAGE = `node tests/run.ts [--only STAGE[,STAGE…]] [--long]

Runs all stages, or those named by --only, and exits with 1 when anything fails.
--long gives the fault tests their full length.
`

/** A check counts as one test. */
const check = (name: string, command: string, ...args: string[]): Stage => ({
  name,
  run: async () => ({ ...NONE, ...((await exitCodeOf(command, args)) === 0 ? { passed: 1 } : { failed: 1 }) }),
})

type Bounds = { readonly concurrency?: number; readonly testMinutes: number; readonly allMinutes: number }

const tests = (
  name: string,
  files: () => string[],
  { concurrency = availableParallelism(), testMinutes, allMinutes }: Bounds,
): Stage => ({
  name,
  run: () => runTests({ files: files().sort(), concurrency, testMs: testMinutes * MINUTE, allMs: allMinutes * MINUTE }),
})

const glob = (pattern: string, exclude: string[] = []): string[] =>
  globSync(pattern, { cwd: ROOT, exclude }).map((file) => join(ROOT, file))

const stages = (long: boolean): readonly Stage[] => [
  check('lint', join(BIN, 'biome'), 'check', '--error-on-warnings', '.'),
  check('types', join(BIN, 'tsc')),
  check('dead-code', join(BIN, 'knip')),
  check('docs', process.execPath, join('docs', 'generate.ts'), '--check'),
  tests('unit', () => glob('src/**/*.test.ts'), { testMinutes: 1, allMinutes: 15 }),
  tests('product', () => glob('tests/**/*.test.ts', ['tests/fault/**', 'tests/package.test.ts']), {
    testMinutes: 1,
    allMinutes: 25,
  }),
  // Fault tests kill and pause whole processes; a neighbour on the same core would be part of the fault.
  tests('fault', () => glob('tests/fault/**/*.test.ts'), {
    concurrency: 1,
    testMinutes: long ? 60 : 3,
    allMinutes: long ? 120 : 10,
  }),
  tests('package', () => glob('tests/package.test.ts'), { testMinutes: 5, allMinutes: 10 }),
]

const exitCodeOf = (command: string, args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    // stdout is for the counts alone, so what a checker says goes to stderr.
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', process.stderr, process.stderr] })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })

const chosenFrom = (all: readonly Stage[], only: string | undefined): readonly Stage[] => {
  if (only === undefined) return all
  const names = only.split(',')
  const unknown = names.find((name) => all.every((stage) => stage.name !== name))
  if (unknown === undefined) return all.filter((stage) => names.includes(stage.name))
  throw new Error(`--only: ${JSON.stringify(unknown)}: expected one of ${all.map((stage) => stage.name).join(', ')}`)
}

const runStages = async (chosen: readonly Stage[]): Promise<Tally> => {
  let total = NONE
  for (const [index, stage] of chosen.entries()) {
    process.stderr.write(`[${index + 1}/${chosen.length}] ${stage.name}\n`)
    const since = performance.now()
    const tally = await stage.run()
    const empty = tally.passed + tally.failed + tally.skipped === 0
    if (empty) process.stderr.write('    no tests found\n')
    total = within(total, empty ? { ...NONE, failed: 1 } : tally)
    const seconds = ((performance.now() - since) / 1000).toFixed(1)
    process.stderr.write(`    ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped, ${seconds} s\n`)
  }
  return total
}

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, long: { type: 'boolean', default: false }, help: { type: 'boolean' } },
  })
  if (values.help) return void process.stdout.write(USAGE)
  if (values.long) process.env.CARILLON_FAULT_LONG = '1'

  const total = await runStages(chosenFrom(stages(values.long), values.only))
  // A test that did not run proves nothing: where nobody watches, it is a failure.
  const failed = total.failed + (process.env.CI === 'true' ? total.skipped : 0)
  process.stdout.write(`${total.passed} passed, ${failed} failed\n`)
  process.exitCode = failed > 0 || total.passed === 0 ? 1 : 0
}

await main()
