/** `npm run bench`: measures every goal beside its limit or peer in one run, in alternating rounds, and prints one table. */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { flatOutStages, peerMissing } from './flat-out.ts'
import { pacedStages } from './paced.ts'
import { rowsOf } from './report.ts'
import type { Row } from './row.ts'
import { createSamples, type Samples } from './samples.ts'
import { scheduleBench } from './schedule.ts'
import { serverStages } from './server.ts'
import { FULL, QUICK, type Size } from './size.ts'
import { type Bench, GOALS, type Goal, type Stage } from './stage.ts'
import { figure, tableOf } from './table.ts'
import { startFastTarget } from './target.ts'

const USAGE = `npm run bench -- [--only GOAL[,GOAL…]] [--rounds N] [--quick]

Measures all goals, or those named by --only: ${GOALS.join(', ')}.
Medians are of ${FULL.rounds} rounds unless --rounds says otherwise; --quick is one tiny round, to see that the bench works.
Figures are good only on a machine that does nothing else: the column "foreign" says how many cores others used.
`

const SCHEDULE_SECONDS = 10

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(USAGE)
  const size = values.quick ? QUICK : FULL
  const goals = goalsOf(values.only)
  const rounds = roundsOf(values.rounds, size)
  const rows = await measure({ size, goals, rounds })
  process.stdout.write(`${machine()}\n\n${tableOf(rows)}\n`)
  if (values.quick) say('these figures mean nothing: --quick only sees that the bench works')
}

const goalsOf = (only: string | undefined): ReadonlySet<Goal> => {
  if (only === undefined) return new Set(GOALS)
  const named = only.toLowerCase().split(',')
  const unknown = named.find((name) => !GOALS.some((goal) => goal === name))
  if (unknown !== undefined) throw new Error(`--only: ${unknown}: expected some of ${GOALS.join(', ')}`)
  return new Set(GOALS.filter((goal) => named.includes(goal)))
}

const roundsOf = (text: string | undefined, size: Size): number => {
  if (text === undefined) return size.rounds
  const rounds = Number(text)
  if (Number.isInteger(rounds) && rounds > 0) return rounds
  throw new Error(`--rounds: ${text}: expected a number from 1`)
}

type Plan = { readonly size: Size; readonly goals: ReadonlySet<Goal>; readonly rounds: number }

const measure = async ({ size, goals, rounds }: Plan): Promise<readonly Row[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'))
  const wants = (goal: Goal) => goals.has(goal)
  const target = await startFastTarget(folder)
  const samples = createSamples()
  const bench: Bench = { samples, size, folder, wants, say }
  const stages = [...flatOutStages(target), ...pacedStages, ...serverStages].filter((stage) => stage.goals.some(wants))
  try {
    say(`the target is ${target.name}; ${peerMissing() ?? 'the peer is BullMQ'}`)
    await runRounds(bench, stages, { rounds, quick: size === QUICK })
    if (wants('g9')) say(`the next run of a schedule, about ${SCHEDULE_SECONDS} s`)
    const schedule = wants('g9') ? await scheduleBench(size.schedule) : []
    tellSamples(samples)
    const rows = rowsOf({
      samples,
      wants,
      targetName: target.name,
      herd: size.herd.count,
      peerMissing: peerMissing(),
    })
    return [...rows, ...schedule]
  } finally {
    await target.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const runRounds = async (
  bench: Bench,
  stages: readonly Stage[],
  { rounds, quick }: { readonly rounds: number; readonly quick: boolean },
): Promise<void> => {
  const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 0) * rounds
  if (!quick) say(`about ${Math.ceil(seconds / 60)} minutes`)
  for (let round = 1; round <= rounds; round++) {
    for (const stage of stages) {
      bench.say(`round ${round} of ${rounds}: ${stage.name}${quick ? '' : `, about ${stage.seconds} s`}`)
      await stage.run(bench)
    }
  }
}

/** Every single figure, so that a median can be judged by what it is made of. */
const tellSamples = (samples: Samples): void => {
  for (const [name, all] of samples.all()) {
    say(`  ${name}: ${all.map(({ value, foreign }) => `${figure(value)} (foreign ${foreign.toFixed(2)})`).join(', ')}`)
  }
}

const say = (text: string): void => void process.stderr.write(`${text}\n`)

const machine = (): string => {
  const [first] = cpus()
  return `${first?.model ?? 'unknown processor'}, ${cpus().length} cores, ${process.platform} ${release()}, Node ${process.version}, SQLite ${process.versions.sqlite}`
}

await main()
