/** The real engine, store and executor in one process, without the API; its wall clock is set to where the jobs are due. */
import { hostname } from 'node:os'
import { createInProcessTransport } from '../../src/dispatch/dispatch.ts'
import { systemClock } from '../../src/domain/clock.ts'
import { newId } from '../../src/domain/ids.ts'
import { createEngine, type EngineWatcher } from '../../src/engine.ts'
import { createExecutor, createHttpRunner } from '../../src/execute/execute.ts'
import { openSqliteStore } from '../../src/store/sqlite/database.ts'
import { optionsOf, serveParent } from './child.ts'

export type EngineOptions = { readonly path: string; readonly shiftMs: number }

export type Snapshot = {
  readonly at: number
  readonly recorded: number
  readonly failed: number
  readonly cpuMs: number
  /** The most since the last snapshot. */
  readonly residentBytes: number
}

const BOUND_MS = 1000
const LOOK_AT_MEMORY_EVERY_MS = 100

const { path, shiftMs } = optionsOf<EngineOptions>()
const clock = { ...systemClock, now: () => systemClock.now() + shiftMs }
const egress = { allowPrivate: true, allow: [], self: null }
const onFault = (error: unknown) => console.error(error)

let recorded = 0
let failed = 0
const watcher: EngineWatcher = {
  looked: () => {},
  recorded: (some) => {
    recorded += some.length
    for (const { to } of some) if (to !== 'success') failed += 1
  },
  fenced: (count) => console.error(`${count} outcomes fenced`),
  recovered: () => {},
  paused: () => {},
  scheduling: () => {},
  fault: (where, error) => console.error(where, error),
}

const store = await openSqliteStore({ path, clock, onFault })
const executor = createExecutor({
  clock,
  runners: [createHttpRunner({ clock, egress, version: '0.0.0', reveal: () => '' })],
  onFault,
})
const engine = createEngine({
  ledger: store.ledger,
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
  return { at: performance.now(), recorded, failed, cpuMs: (user + system) / 1000, residentBytes }
}

engine.start()
serveParent({ snapshot }, async () => {
  await engine.stop(1000)
  await store.close()
})
