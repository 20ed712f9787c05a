/** What a stage of the bench gets and gives: it measures one round and adds what it found to the samples. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { startChild } from './child.ts'
import { startCpuMeter } from './cpu.ts'
import type { Insert, Inserted } from './insert-process.ts'
import type { LoadOptions } from './load-process.ts'
import type { Population } from './population.ts'
import type { Samples } from './samples.ts'
import type { Size } from './size.ts'

export type Bench = {
  readonly samples: Samples
  readonly size: Size
  readonly folder: string
  readonly wants: (goal: Goal) => boolean
  readonly say: (text: string) => void
}

export const GOALS = ['g1', 'g3', 'g6', 'g7', 'g8', 'g9', 'g10', 'g11', 'g12', 'g13', 'api', 'start'] as const
export type Goal = (typeof GOALS)[number]

export type Stage = {
  readonly name: string
  /** The goals that it serves; it runs when one of them is wanted. */
  readonly goals: readonly Goal[]
  /** About how long a full round of it takes. */
  readonly seconds: number
  readonly run: (bench: Bench) => Promise<void>
}

/** Like undici's own default for a host that is called much. */
export const CONNECTIONS = 64

/** A rate under the load of a client that does nothing else. */
export const addRate = async (bench: Bench, name: string, options: LoadOptions): Promise<void> => {
  const client = await startChild('./load-process.ts', options)
  const meter = startCpuMeter()
  const rate = await client.ask<number>('rate', { ms: bench.size.rateMs })
  bench.samples.add(name, rate, meter.foreign())
  await client.stop()
}

/** Fills the database file; many jobs are a sample of G11. */
export const fill = async (
  bench: Bench,
  setting: { readonly path: string; readonly population: Population; readonly ownerLogin: string | null },
): Promise<void> => {
  const process = await startChild('./insert-process.ts', setting satisfies Insert)
  const meter = startCpuMeter()
  const { seconds, bytesPerJob } = await process.ask<Inserted>('insert')
  await process.stop()
  if (setting.population.jobs < bench.size.jobs) return
  bench.samples.add('insert.seconds', seconds, meter.foreign())
  bench.samples.add('insert.bytes', bytesPerJob, 0)
}

/** The path of a database file that is not there yet. */
export const freshPath = (bench: Bench, name: string): string => {
  const path = join(bench.folder, `${name}.db`)
  for (const suffix of ['', '-wal', '-shm', '-scheduler']) rmSync(path + suffix, { force: true })
  return path
}
