/** Drives an engine process through its windows of time: waits for an instant of its clock, and measures between two. */
import { setTimeout as pause } from 'node:timers/promises'
import { type Child, startChild } from './child.ts'
import { startCpuMeter } from './cpu.ts'
import type { EngineOptions, Snapshot } from './engine-process.ts'
import { GROUND } from './population.ts'

/** Time to join and to settle before the first job is due. */
const LEAD_MS = 500

export type EngineRun = {
  /** How far its clock is ahead of the machine's. */
  readonly shiftMs: number
  /** What happened between two instants, in ms after GROUND. */
  readonly between: (fromMs: number, toMs: number) => Promise<Span>
  readonly stop: () => Promise<void>
}

export type Span = {
  readonly firesPerSecond: number
  readonly cpuMsPerFire: number
  readonly cores: number
  readonly residentMb: number
  readonly foreign: number
}

export const startEngine = async (path: string): Promise<EngineRun> => {
  const child = await startChild('./engine-process.ts', { path } satisfies EngineOptions)
  const shiftMs = await child.ask<number>('start', { at: GROUND - LEAD_MS })
  const until = (ms: number) => pause(Math.max(0, GROUND + ms - shiftMs - Date.now()))
  return {
    shiftMs,
    between: async (fromMs, toMs) => {
      await until(fromMs)
      const meter = startCpuMeter()
      const before = await snapshotOf(child)
      await until(toMs)
      const after = await snapshotOf(child)
      return spanOf(before, after, meter.foreign())
    },
    stop: child.stop,
  }
}

const snapshotOf = async (child: Child): Promise<Snapshot> => {
  const snapshot = await child.ask<Snapshot>('snapshot')
  if (snapshot.unsuccessful > 0) throw new Error(`${snapshot.unsuccessful} calls of the bench did not succeed`)
  return snapshot
}

const spanOf = (before: Snapshot, after: Snapshot, foreign: number): Span => {
  const ms = after.at - before.at
  const fires = after.recorded - before.recorded
  const cpuMs = after.cpuMs - before.cpuMs
  return {
    firesPerSecond: (fires * 1000) / ms,
    cpuMsPerFire: cpuMs / fires,
    cores: cpuMs / ms,
    residentMb: after.residentBytes / 1e6,
    foreign,
  }
}
