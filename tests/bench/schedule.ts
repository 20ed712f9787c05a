/** G9: what it costs to find the next run, beside croner and cron-parser, asked for the same instants in turn. */
import { CronExpressionParser } from 'cron-parser'
import { Cron } from 'croner'
import { compile, nextAfter } from '../../src/schedule/schedule.ts'
import { startCpuMeter } from './cpu.ts'
import type { Row } from './row.ts'
import { createSamples, type Samples } from './samples.ts'
import { figure, tableOf } from './table.ts'

const CASES = [
  { expression: '*/5 * * * *', zone: 'America/New_York', isRare: false },
  { expression: '30 2 * * *', zone: 'America/New_York', isRare: false },
  { expression: '0 9 * * 1-5', zone: 'Europe/London', isRare: false },
  { expression: '0 0 1 1 *', zone: 'America/New_York', isRare: true },
  { expression: '*/5 * * * *', zone: 'UTC', isRare: false },
  { expression: '0 12 29 2 *', zone: 'Asia/Kolkata', isRare: true },
] as const

export type ScheduleBenchSize = { readonly rounds: number; readonly roundMs: number }

const FULL: ScheduleBenchSize = { rounds: 5, roundMs: 60 }
const FIRST = Date.parse('2026-01-01T00:00:00Z')
const TWO_YEARS_MS = 2 * 365 * 86_400_000

type Finder = (after: number) => number
type Contender = 'ours' | 'croner' | 'cron-parser' | 'ours, read and next' | 'cron-parser, read and next'

/** Instants spread over two years in a fixed order without a pattern, so that no answer helps to find the next one. */
const INSTANTS = Array.from({ length: 4096 }, (_, i) => FIRST + ((i * 2_654_435_761) % TWO_YEARS_MS))

const contendersFor = ({ expression, zone }: (typeof CASES)[number]): Readonly<Record<Contender, Finder>> => {
  const compiled = compile({ zone, schedules: [{ kind: 'cron', expression, zone }] }, '')
  const croner = new Cron(expression, { timezone: zone, paused: true })
  const parsed = CronExpressionParser.parse(expression, { tz: zone, currentDate: new Date(FIRST) })
  let turn = 0
  return {
    ours: (after) => nextAfter(compiled, after) ?? 0,
    croner: (after) => croner.nextRun(new Date(after))?.getTime() ?? 0,
    'cron-parser': (after) => {
      parsed.reset(new Date(after))
      return parsed.next().getTime()
    },
    'ours, read and next': (after) => {
      const schedule = { kind: 'cron', expression: respaced(expression, turn++), zone } as const
      return nextAfter(compile({ zone, schedules: [schedule] }, ''), after) ?? 0
    },
    'cron-parser, read and next': (after) =>
      CronExpressionParser.parse(expression, { tz: zone, currentDate: new Date(after) })
        .next()
        .getTime(),
  }
}

/** The same expression with other spaces, so that what jobs share does not spare the reading. */
const respaced = (expression: string, turn: number): string =>
  expression
    .split(' ')
    .map((field, index) => field + ' '.repeat((turn >> (index * 4)) & 15))
    .join(' ')

/** Microseconds per answer. */
const costOf = (find: Finder, roundMs: number): number => {
  let asked = 0
  let sum = 0
  const began = performance.now()
  let now = began
  while (now - began < roundMs) {
    // Looking at the clock costs as much as an answer, so look once in a while.
    for (let i = 0; i < 16; i++) sum += find(INSTANTS[asked++ & 4095] as number)
    now = performance.now()
  }
  if (sum === 0) throw new Error('the answers must be used, or the compiler drops the question')
  return ((now - began) * 1000) / asked
}

/** Instants of a sample at which a peer gives another answer: its treatment of clock changes. */
const disagreements = (ours: Finder, peer: Finder): number =>
  INSTANTS.slice(0, 500).filter((after) => ours(after) !== peer(after)).length

export const scheduleBench = async ({ rounds, roundMs } = FULL): Promise<Row[]> =>
  CASES.flatMap((one) => {
    const contenders = contendersFor(one)
    const samples = createSamples()
    for (let round = 0; round < rounds; round++) {
      for (const [name, find] of Object.entries(contenders)) {
        const meter = startCpuMeter()
        samples.add(name, costOf(find, roundMs), meter.foreign())
      }
    }
    return rowsOf(one, contenders, samples)
  })

const rowsOf = (
  { expression, zone, isRare }: (typeof CASES)[number],
  contenders: Readonly<Record<Contender, Finder>>,
  samples: Samples,
): Row[] => {
  const cost = (name: Contender): number => samples.median(name) ?? Number.NaN
  const micros = (name: Contender): string => `${figure(cost(name))} us`
  const what = `${expression} ${zone}`
  const differ = disagreements(contenders.ours, contenders.croner)
  const foreign = samples.foreign('ours', 'croner')
  const noise = foreign === undefined ? {} : { foreign }
  const most = isRare ? 10 : 0.5
  return [
    {
      goal: 'G9',
      what: `next run, ${what}`,
      ours: micros('ours'),
      limit: `croner ${micros('croner')}${differ === 0 ? '' : `, differs ${differ}/500`}`,
      ratio: cost('croner') / cost('ours'),
      must: 20,
      aim: 100,
      ...noise,
    },
    {
      goal: 'G9',
      what: `  microseconds, ${isRare ? 'rare' : 'common'}`,
      ours: micros('ours'),
      limit: '',
      ratio: cost('ours'),
      must: null,
      aim: most,
      bound: 'most',
      ...noise,
    },
    beside('  next run', 'ours', 'cron-parser', cost),
    beside('  read and next run', 'ours, read and next', 'cron-parser, read and next', cost),
  ]
}

const beside = (what: string, ours: Contender, peer: Contender, cost: (name: Contender) => number): Row => ({
  goal: '',
  what,
  ours: `${figure(cost(ours))} us`,
  limit: `cron-parser ${figure(cost(peer))} us`,
  ratio: cost(peer) / cost(ours),
  must: null,
  aim: null,
})

if (import.meta.main) console.log(tableOf(await scheduleBench()))
