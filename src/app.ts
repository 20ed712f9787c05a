/** The composition root: the only file that knows every implementation. Starts one server process, and stops it. */
import { hostname } from 'node:os'
import { echoRoutes } from './api/routes/echo.ts'
import { createServer } from './api/server.ts'
import { openFunctions } from './app/functions.ts'
import { createWatcher } from './app/watch.ts'
import { createAuth } from './auth/auth.ts'
import { revealWith } from './auth/target-secrets.ts'
import { type Config, ConfigError, VERSION } from './config/config.ts'
import { createInProcessTransport } from './dispatch/dispatch.ts'
import { systemClock } from './domain/clock.ts'
import { newId } from './domain/ids.ts'
import { createEngine } from './engine.ts'
import {
  createEgressGuard,
  createExecutor,
  createHttpRunner,
  openRevocationLists,
  parseEgressAllow,
} from './execute/execute.ts'
import type { Recorded } from './record/record.ts'
import { createServices } from './services/services.ts'
import { openSqliteStore } from './store/sqlite/database.ts'
import type { Ledger } from './store/store.ts'
import { createLog } from './telemetry/log.ts'
import { createMetrics, type Metrics } from './telemetry/metrics.ts'

export { migrateDatabase, pendingMigrationsOf } from './app/migrate.ts'
export { previewTimetable } from './app/preview.ts'
export { runFunction } from './app/run-function.ts'
export { showRun } from './app/show-run.ts'
export { systemClock } from './domain/clock.ts'

/** A stop must be through within 30 s; what is left after this grace is handed back. */
const STOP_GRACE_MS = 25_000
const ECHO_PATH = '/echo'

export type AppOptions = {
  /** Adds a job that calls the built-in echo endpoint every five seconds. */
  readonly demo: boolean
  /** Hears of every recorded attempt: the terminal of somebody who looks on. */
  readonly onRun?: (recorded: Recorded) => void
}

export type RunningApp = {
  /** Such as `http://127.0.0.1:5001`. */
  readonly url: string
  /** Set on the very first start: to be told to the operator once. */
  readonly firstAdmin: { readonly username: string; readonly password: string; readonly origin: string } | null
  readonly scheduling: () => boolean
  /** Not ready first; then hands back or finishes what runs, at most 30 s, and lets go of everything. */
  readonly stop: () => Promise<void>
}

export const startApp = async (config: Config, options: AppOptions): Promise<RunningApp> => {
  const clock = systemClock
  const log = createLog({ level: config.logLevel })
  const metrics = createMetrics()
  const auth = createAuth({ ...config, minPasswordLength: config.environment === 'production' ? 12 : 8 }, clock)
  const revocation = revocationLists(config, (error) => log.error('the revocation lists cannot be read', { error }))
  const functions = await openFunctions(config)
  const store = await openSqliteStore({
    path: config.database.path,
    onFault: (error) => log.error('the database met a fault', { error }),
  })
  // The port is known only once the server listens; the guard reads it at each call.
  const self = { port: config.port, allowedPathPrefix: ECHO_PATH }
  let reportTo = config.publicUrl ?? ''
  const egress = {
    allowPrivate: config.allowPrivateTargets,
    allow: parseEgressAllow(config.egressAllow ?? ''),
    self,
  }
  const executor = createExecutor({
    clock,
    runners: [
      createHttpRunner({
        clock,
        egress,
        reveal: revealWith(auth.secrets),
        version: VERSION,
        revocation,
        reports: {
          urlOf: (executionId) => `${reportTo}/api/v3/executions/${executionId}/reports`,
          tokenOf: auth.reportTokens.tokenOf,
        },
      }),
      ...functions.runners,
    ],
    onFault: (error) => log.error('a runner met a fault', { error }),
  })
  const engine = createEngine({
    ledger: timed(store.ledger, metrics),
    reports: store.reports,
    clock,
    random: Math.random,
    newId,
    node: { id: newId(), host: hostname(), pid: process.pid, startedAt: clock.now() },
    transport: createInProcessTransport(executor.start, executor.close),
    watcher: createWatcher({ log, metrics, onRun: options.onRun ?? null }),
    boundMs: config.pollSeconds * 1000,
    catchUpShare: config.catchUpPercent / 100,
    interests: store.events.interests,
  })
  const guard = createEgressGuard(egress)
  let stopping = false
  const services = createServices({
    store,
    clock,
    auth,
    log,
    settings: {
      version: VERSION,
      signUpEnabled: config.signUpEnabled,
      refreshTokenSeconds: config.refreshTokenSeconds,
    },
    mayCall: (url) => guard.admitUrl(url) !== null,
    functions: functions.catalogue,
    signals: {
      wake: engine.wake,
      changed: engine.changed,
      cancelled: engine.cancelled,
      reported: engine.reported,
      running: engine.scheduling,
      claiming: () => claimingState(config.schedulerEnabled, engine.scheduling(), stopping),
      stopping: () => stopping,
    },
  })
  metrics.beforeScrape(async () => {
    const depth = await store.ledger.depth()
    const oldest = depth.oldestDueAt ?? clock.now()
    metrics.queue({ ...depth, oldestDueAgeSeconds: Math.max(0, clock.now() - oldest) / 1000 })
  })
  const server = await createServer({
    services,
    log,
    metrics,
    clock,
    settings: { ...config, version: VERSION },
    extraRoutes: options.demo ? [echoRoutes] : [],
  })

  await services.setup.checkSecretKey()
  if (config.schedulerEnabled) await store.limits.setForEvery(config.workspaceConcurrency)
  const firstAdmin = await services.setup.ensureFirstAdmin({
    allowDefaultAdmin: config.allowDefaultAdmin,
    username: config.adminUsername,
    email: config.adminEmail,
    password: config.adminPassword,
  })
  const url = await server.listen({ host: config.host, port: config.port })
  self.port = Number(new URL(url).port)
  reportTo = config.publicUrl ?? url
  if (options.demo) await services.setup.ensureDemoJob(`http://127.0.0.1:${self.port}${ECHO_PATH}`)
  if (config.schedulerEnabled) engine.start()

  const stop = async () => {
    stopping = true
    await engine.stop(STOP_GRACE_MS)
    await server.close()
    await store.close()
  }
  return { url, firstAdmin, scheduling: engine.scheduling, stop }
}

const claimingState = (enabled: boolean, scheduling: boolean, stopping: boolean) => {
  if (scheduling && !stopping) return { on: true, reason: null }
  const reason = !enabled
    ? 'SCHEDULER_ENABLED is off'
    : stopping
      ? 'this process is stopping'
      : 'another process schedules on this database, or it is away'
  return { on: false, reason }
}

/** A setting like any other, but for what only its file can tell: that is found out at the start. */
const revocationLists = ({ revocationFile: path }: Config, onFault: (error: unknown) => void) => {
  if (path === null) return null
  try {
    return openRevocationLists({ path, clock: systemClock, onFault })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new ConfigError([{ name: 'TLS_CRL_FILE', value: path, message }])
  }
}

/** The ledger with its commits measured. */
const timed = (ledger: Ledger, metrics: Metrics): Ledger => ({
  ...ledger,
  commit: async (batch) => {
    const began = systemClock.monotonic()
    const result = await ledger.commit(batch)
    metrics.storeCommit((systemClock.monotonic() - began) / 1000, batch.claims.length + batch.outcomes.length)
    return result
  },
})
