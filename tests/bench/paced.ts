/** G6, G7, G8, G10 and G13: how late calls come at a steady pace and in a herd, and what they cost, with all jobs stored. */
import { type EngineRun, type Span, startEngine } from './engine-run.ts'
import { GROUND, type Window } from './population.ts'
import type { Pace, Size } from './size.ts'
import { addRate, type Bench, CONNECTIONS, fill, freshPath, type Stage } from './stage.ts'
import { type LatenessTarget, startNodeTarget } from './target.ts'

const GAP_MS = 1500
/** What came due in the last moment of a window arrives a little after it. */
const SETTLE_MS = 500

export const pacedStages: readonly Stage[] = [
  {
    name: 'lateness and herds',
    goals: ['g6', 'g7', 'g8', 'g10', 'g13'],
    seconds: 75,
    run: (bench) => withTarget(bench, paced),
  },
  { name: 'cost per fire with few jobs', goals: ['g13'], seconds: 16, run: (bench) => withTarget(bench, fewJobs) },
]

const withTarget = async (
  bench: Bench,
  measure: (bench: Bench, target: LatenessTarget) => Promise<void>,
): Promise<void> => {
  const target = await startNodeTarget()
  await measure(bench, target)
  await target.stop()
}

/** One window after the other in the same process, from the gentlest to the hardest. */
const layOut = ({ slow, fast, herd }: Size): { slow: Window; fast: Window; herds: Window[] } => {
  const windowOf = (pace: Pace, startMs: number): Window => {
    const lengthMs = pace.warmUpMs + pace.ms
    return { startMs, lengthMs, count: Math.round((pace.perSecond * lengthMs) / 1000) }
  }
  const first = windowOf(slow, 0)
  const second = windowOf(fast, first.lengthMs + GAP_MS)
  const herdsFrom = second.startMs + second.lengthMs + GAP_MS
  const herds = Array.from({ length: herd.times }, (_, index) => ({
    startMs: herdsFrom + index * herd.everyMs,
    lengthMs: 0,
    count: herd.count,
  }))
  return { slow: first, fast: second, herds }
}

const paced = async (bench: Bench, target: LatenessTarget): Promise<void> => {
  const { size } = bench
  await addRate(bench, 'raw.node', { url: target.url, connections: CONNECTIONS })
  const windows = layOut(size)
  const path = freshPath(bench, 'paced')
  const population = {
    jobs: size.jobs,
    windows: [windows.slow, windows.fast, ...windows.herds],
    everyMs: null,
    url: target.url,
  }
  await fill(bench, { path, population, ownerLogin: null })

  const engine = await startEngine(path)
  const slow = await measurePace(bench, { name: 'slow', window: windows.slow, pace: size.slow, engine, target })
  bench.samples.add('slow.mb', slow.residentMb, slow.foreign)
  const fast = await measurePace(bench, { name: 'fast', window: windows.fast, pace: size.fast, engine, target })
  bench.samples.add('fast.cost', fast.cpuMsPerFire, fast.foreign)
  for (const window of windows.herds) await measureHerd(bench, { window, engine, target })
  await engine.stop()
}

type PaceRun = {
  readonly name: string
  readonly window: Window
  readonly pace: Pace
  readonly engine: EngineRun
  readonly target: LatenessTarget
}

const measurePace = async (bench: Bench, { name, window, pace, engine, target }: PaceRun): Promise<Span> => {
  const from = window.startMs + pace.warmUpMs
  const to = window.startMs + window.lengthMs
  const span = await engine.between(from, to)
  await engine.between(to, to + SETTLE_MS)
  const late = await target.lateness({ from: GROUND + from, to: GROUND + to, shiftMs: engine.shiftMs })
  expectAll(late.count, (pace.perSecond * pace.ms) / 1000)
  bench.samples.add(`${name}.p50`, late.p50, span.foreign)
  bench.samples.add(`${name}.p99`, late.p99, span.foreign)
  bench.samples.add(`${name}.max`, late.max, span.foreign)
  bench.samples.add(`${name}.cores`, span.cores, span.foreign)
  return span
}

const measureHerd = async (
  bench: Bench,
  { window, engine, target }: Pick<PaceRun, 'window' | 'engine' | 'target'>,
): Promise<void> => {
  const { everyMs } = bench.size.herd
  const span = await engine.between(window.startMs - everyMs / 4, window.startMs + everyMs / 2)
  const from = GROUND + window.startMs
  const late = await target.lateness({ from, to: from + 1, shiftMs: engine.shiftMs })
  expectAll(late.count, window.count)
  bench.samples.add('herd.p50', late.p50, span.foreign)
  bench.samples.add('herd.p99', late.p99, span.foreign)
}

/** As many fires per second as the fast window has, of few jobs that come back often. */
const fewJobs = async (bench: Bench, target: LatenessTarget): Promise<void> => {
  const { fewJobs, fast } = bench.size
  const path = freshPath(bench, 'few-jobs')
  const everyMs = Math.round((fewJobs * 1000) / fast.perSecond)
  const windows = [{ startMs: 0, lengthMs: everyMs, count: fewJobs }]
  await fill(bench, { path, population: { jobs: fewJobs, windows, everyMs, url: target.url }, ownerLogin: null })

  const engine = await startEngine(path)
  const span = await engine.between(fast.warmUpMs, fast.warmUpMs + fast.ms)
  await engine.stop()
  bench.samples.add('few.cost', span.cpuMsPerFire, span.foreign)
}

const expectAll = (arrived: number, due: number): void => {
  // The edges of a window may count a call more or less.
  if (Math.abs(arrived - due) > 2) throw new Error(`${arrived} calls arrived of ${due} that were due`)
}
