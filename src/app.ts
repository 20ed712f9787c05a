/** The composition root: the only file that knows every implementation. Starts one server process, and stops it. */
import { hostname } from 'node:os'
import { echoRoutes } from './api/routes/echo.ts'
import { createApschedulerServer, createServer } from './api/server.ts'
import { claimingState, watchDisk } from './app/claiming.ts'
import { ECHO_PATH } from './app/doctor.ts'
import { openFunctions } from './app/functions.ts'
import { githubRunner } from './app/github.ts'
import { handshakeMemory } from './app/handshakes.ts'
import { openEmailJobs } from './app/mail.ts'
import { openNotify } from './app/notify.ts'
import { revocationLists } from './app/revocation.ts'
import { tryTarget } from './app/try-target.ts'
import { createWatcher } from './app/watch.ts'
import { createAuth } from './auth/auth.ts'
import { revealWith } from './auth/target-secrets.ts'
import { type Config, VERSION } from './config/config.ts'
import { createInProcessTransport } from './dispatch/dispatch.ts'
import { type Cancel, type Clock, systemClock } from './domain/clock.ts'
import { newId } from './domain/ids.ts'
import { createEngine, LEASE_MS } from './engine.ts'
import { createEgressGuard, createExecutor, createHttpRunner, parseEgressAllow } from './execute/execute.ts'
import type { Recorded } from './record/record.ts'
import { tzdata } from './schedule/schedule.ts'
import { createHold, createServices, createTellMoved, FIRST_WORKSPACE, UPKEEP_VALUE } from './services/services.ts'
import { openSqliteStore } from './store/sqlite/database.ts'
import type { Ledger, Store } from './store/store.ts'
import { createLog } from './telemetry/log.ts'
import { createMetrics, type Metrics } from './telemetry/metrics.ts'

export { backUp, compact, restore, verifyBackup } from './app/copies.ts'
export {
  createProbe,
  type DatabaseHealth,
  examineDatabase,
  type Probed,
  type ZoneRelease,
  zoneRelease,
} from './app/doctor.ts'
export { formerlySealed, rotateKeys } from './app/keys.ts'
export { type MailFailure, type MailTrial, mailServerOf, sendTestMail, tryMail } from './app/mail.ts'
export { migrateDatabase, pendingMigrationsOf } from './app/migrate.ts'
export { previewTimetable } from './app/preview.ts'
export { runFunction } from './app/run-function.ts'
export { showRun } from './app/show-run.ts'
export { systemClock } from './domain/clock.ts'

/** A stop must be through within 30 s; what is left after this grace is handed back. */
const STOP_GRACE_MS = 25_000
const HOLD_READ_EVERY_MS = 1000

export type AppOptions = {
  /** Adds a job that calls the built-in echo endpoint every five seconds. */
  readonly demo: boolean
  /** Hears of every recorded attempt: the terminal of somebody who looks on. */
  readonly onRun?: (recorded: Recorded) => void
}

export type RunningApp = {
  /** Such as `http://127.0.0.1:5001`. */
  readonly url: string
  /** The listener of APSCHEDULER_PORT; null: there is none. */
  readonly apschedulerUrl: string | null
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
  const auth = createAuth({ ...config, minPasswordLength: config.environment === 'production' ? 12 : 6 }, clock)
  const revocation = revocationLists(config, (error) => log.error('the revocation lists cannot be read', { error }))
  const functions = await openFunctions(config)
  const store = await openSqliteStore({
    path: config.database.path,
    onFault: (error) => log.error('the database met a fault', { error }),
  })
  const hold = createHold(store.people)
  await hold.refresh()
  const retentionBounds = {
    successDays: config.retentionSuccessDays,
    otherDays: config.retentionOtherDays,
    runsPerJob: config.retentionRunsPerJob,
  }
  const disk = watchDisk(timed(store.ledger, metrics))
  // The port is known only once the server listens; the guard reads it at each call.
  const self = { port: config.port, allowedPathPrefix: ECHO_PATH, closedPort: config.apschedulerPort }
  let reportTo = config.publicUrl ?? ''
  const egress = {
    allowPrivate: config.allowPrivateTargets,
    allow: parseEgressAllow(config.egressAllow ?? ''),
    self,
  }
  const emailJobs = openEmailJobs(config)
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
        handshakes: handshakeMemory({
          store,
          secrets: auth.secrets,
          onFault: (error) => log.error('the credentials of an application could not be kept', { error }),
        }),
      }),
      githubRunner(config, store, {
        clock,
        egress,
        reveal: revealWith(auth.secrets),
        version: VERSION,
        revocation,
        onFault: (error) => log.error('a workflow run at GitHub met a fault', { error }),
      }),
      ...functions.runners,
      emailJobs.runner,
    ],
    onFault: (error) => log.error('a runner met a fault', { error }),
  })
  const tellMoved = createTellMoved({ store, clock, auth })
  const engine = createEngine({
    ledger: disk.ledger,
    reports: store.reports,
    clock,
    random: Math.random,
    newId,
    node: { id: newId(), host: hostname(), pid: process.pid, startedAt: clock.now() },
    transport: createInProcessTransport(executor.start, executor.close),
    watcher: createWatcher({
      log,
      metrics,
      onRun: options.onRun ?? null,
      keepReport: (report) =>
        void store.people
          .setServerValue(UPKEEP_VALUE, JSON.stringify(report))
          .catch((error: unknown) => log.error('the report of upkeep could not be kept', { error })),
      keepMoved: (jobs) =>
        void tellMoved(jobs).catch((error: unknown) =>
          log.error('the audit log could not be told of moved jobs', { error }),
        ),
    }),
    mayClaim: () => hold.held() === null,
    zones: { release: tzdata, values: zoneValues(store) },
    upkeep: { store, bounds: retentionBounds },
    endDateZone: config.timeZone,
    boundMs: config.pollSeconds * 1000,
    catchUpShare: config.catchUpPercent / 100,
    interests: store.events.interests,
  })
  const telling = openNotify(config, {
    store,
    auth,
    log,
    metrics,
    ways: { egress, revocation, version: VERSION },
    active: engine.scheduling,
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
      timeZone: config.timeZone,
      jobLifetimeDays: config.jobLifetimeDays,
      requireEndDate: config.requireEndDate,
      defaultGithubOwner: config.defaultGithubOwner,
      isMailOn: config.mailEnabled,
      refreshTokenSeconds: config.refreshTokenSeconds,
    },
    hold,
    machine: { jumps: engine.jumps, leaseSeconds: LEASE_MS / 1000 },
    retentionBounds,
    mayCall: (url) => guard.admitUrl(url) !== null,
    functions: functions.catalogue,
    emailJobs: emailJobs.open,
    tryTarget: tryTarget(executor, clock),
    signals: {
      wake: engine.wake,
      changed: engine.changed,
      cancelled: engine.cancelled,
      reported: engine.reported,
      running: engine.scheduling,
      claiming: () =>
        claimingState({
          enabled: config.schedulerEnabled,
          scheduling: engine.scheduling(),
          stopping,
          held: hold.held() !== null,
          diskFull: disk.isFull(),
        }),
      stopping: () => stopping,
    },
  })
  metrics.beforeScrape(async () => {
    const depth = await store.ledger.depth()
    const oldest = depth.oldestDueAt ?? clock.now()
    metrics.sizes(await store.maintenance.sizes())
    metrics.queue({ ...depth, oldestDueAgeSeconds: Math.max(0, clock.now() - oldest) / 1000 })
  })
  let schedulerWorkspace = FIRST_WORKSPACE
  const schedulerApi = config.schedulerApiEnabled
    ? {
        auth: config.schedulerApiAuth,
        workspaceKey: () => schedulerWorkspace,
        ownerId: () => services.setup.ownerIn(schedulerWorkspace),
      }
    : null
  const parts = { services, log, metrics, clock, settings: { ...config, version: VERSION, schedulerApi } }
  const server = await createServer({ ...parts, extraRoutes: options.demo ? [echoRoutes] : [] })
  const second = config.apschedulerPort === null ? null : await createApschedulerServer(parts)

  await services.setup.checkSecretKey()
  if (config.schedulerEnabled) await store.limits.setForEvery(config.workspaceConcurrency)
  const firstAdmin = await services.setup.ensureFirstAdmin({
    allowDefaultAdmin: config.allowDefaultAdmin,
    username: config.adminUsername,
    email: config.adminEmail,
    password: config.adminPassword,
  })
  if (config.schedulerApiEnabled) {
    schedulerWorkspace = await services.setup.schedulerWorkspace(config.schedulerApiWorkspace)
    if (config.schedulerSampleTask) await services.setup.ensureSampleTask(schedulerWorkspace)
  }
  const url = await server.listen({ host: config.host, port: config.port })
  self.port = Number(new URL(url).port)
  const secondUrl = (await second?.listen({ host: config.host, port: config.apschedulerPort ?? 0 })) ?? null
  if (secondUrl !== null) self.closedPort = Number(new URL(secondUrl).port)
  reportTo = config.publicUrl ?? url
  if (options.demo) await services.setup.ensureDemoJob(`http://127.0.0.1:${self.port}${ECHO_PATH}`)
  if (config.schedulerEnabled) {
    engine.start()
    telling.start()
  }
  // Another process may hold all claiming, or let it go on.
  const stopReading = repeat(clock, HOLD_READ_EVERY_MS, () => hold.refresh().catch(() => {}))

  const stop = async () => {
    stopping = true
    stopReading()
    await telling.stop()
    await engine.stop(STOP_GRACE_MS)
    await second?.close()
    await server.close()
    await store.close()
  }
  return { url, apschedulerUrl: secondUrl, firstAdmin, scheduling: engine.scheduling, stop }
}

/** The release of the time zone rules under which the stored instants were computed. */
const zoneValues = ({ people }: Store) => ({
  known: () => people.serverValue('tzdata'),
  keep: (release: string) => people.setServerValue('tzdata', release),
})

const repeat = (clock: Clock, everyMs: number, act: () => Promise<void>): Cancel => {
  let stopped = false
  let cancel: Cancel = () => {}
  const arm = () => {
    if (!stopped) cancel = clock.after(everyMs, () => void act().then(arm))
  }
  arm()
  return () => {
    stopped = true
    cancel()
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
