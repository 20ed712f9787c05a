/** The real engine, store and executor in one process, without the API; its wall clock is set to where the jobs are due. */
import { hostname } from 'node:os'
import { createWatcher } from '../../src/app/watch.ts'
import { createInProcessTransport } from '../../src/dispatch/dispatch.ts'
import { systemClock } from '../../src/domain/clock.ts'
import { newId } from '../../src/domain/ids.ts'
import { createEngine } from '../../src/engine.ts'
import { createExecutor, createHttpRunner } from '../../src/execute/execute.ts'
import { openSqliteStore } from '../../src/store/sqlite/database.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { optionsOf, serveParent } from './child.ts'

export type EngineOptions = { readonly path: string }

export type Snapshot = {
  /** By the scheduler's clock. */
  readonly at: number
  readonly recorded: number
  readonly unsuccessful: number
  readonly cpuMs: number
  /** The most since the last snapshot. */
  readonly residentBytes: number
}

const BOUND_MS = 1000
const LOOK_AT_MEMORY_EVERY_MS = 100

const { path } = optionsOf<EngineOptions>()
let shiftMs = 0
const clock = { ...systemClock, now: () => systemClock.now() + shiftMs }
const onFault = (error: unknown) => console.error(error)

const store = await openSqliteStore({ path, clock, onFault })
const egress = { allowPrivate: true, allow: [], self: null }
const NO_REPORTS = { urlOf: () => '', tokenOf: () => '' }
const executor = createExecutor({
  clock,
  runners: [createHttpRunner({ clock, egress, version: '0.0.0', reveal: () => '', reports: NO_REPORTS })],
  onFault,
})

let recorded = 0
let unsuccessful = 0
const watcher = createWatcher({
  log: createLog({ level: 'warn' }),
  metrics: createMetrics(),
  onRun: ({ to }) => {
    recorded += 1
    if (to !== 'success') unsuccessful += 1
  },
})

const engine = createEngine({
  ledger: store.ledger,
  reports: store.reports,
  clock,
  random: Math.random,
  newId,
  node: { id: newId(), host: hostname(), pid: process.pid, startedAt: clock.now() },
  transport: createInProcessTransport(executor.start, executor.close),
  watcher,
  boundMs: BOUND_MS,
})

let mostResident = 0
setInterval(() => {
  mostResident = Math.max(mostResident, process.memoryUsage.rss())
}, LOOK_AT_MEMORY_EVERY_MS).unref()

const snapshot = (): Snapshot => {
  const { user, system } = process.cpuUsage()
  const residentBytes = Math.max(mostResident, process.memoryUsage.rss())
  mostResident = 0
  return { at: clock.now(), recorded, unsuccessful, cpuMs: (user + system) / 1000, residentBytes }
}

/** Begins to schedule, with the wall clock at `at`; answers how far that is ahead of the machine's. */
const start = ({ at }: { readonly at: number }): number => {
  shiftMs = at - systemClock.now()
  engine.start()
  return shiftMs
}

serveParent({ start, snapshot }, async () => {
  await engine.stop(1000)
  await store.close()
})
