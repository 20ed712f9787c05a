/** The store on one SQLite file: a thread that writes, a thread that reads, and the port before them. */
import type { Kysely } from 'kysely'
import { type Clock, systemClock } from '../../domain/clock.ts'
import { createAlertStore } from '../sql/alerts.ts'
import { createApplicationStore } from '../sql/applications.ts'
import { createAuditStore } from '../sql/audit.ts'
import { createCatalogStore } from '../sql/catalog.ts'
import { createChannelStore } from '../sql/channels.ts'
import { createDigestStore } from '../sql/digests.ts'
import { createEventStore } from '../sql/events.ts'
import { createExecutionStore } from '../sql/executions.ts'
import { createForgetters } from '../sql/forgetters.ts'
import { openGate } from '../sql/gate.ts'
import { createGithubRunStore } from '../sql/github-runs.ts'
import { createHistoryStore } from '../sql/history.ts'
import { createInboxStore } from '../sql/inbox.ts'
import { createJobStore } from '../sql/jobs.ts'
import { createKeyStore } from '../sql/keys.ts'
import { createLimitStore } from '../sql/limits.ts'
import { markWrites } from '../sql/mark-writes.ts'
import { createOutboxStore } from '../sql/outbox.ts'
import { createPeopleStore } from '../sql/people.ts'
import { createPreferenceStore } from '../sql/preferences.ts'
import { createRetentionStore } from '../sql/retention.ts'
import { createRollupStore } from '../sql/rollups.ts'
import { createSealedStore } from '../sql/sealed.ts'
import type { Tables } from '../sql/tables.ts'
import { createTicketStore } from '../sql/tickets.ts'
import { type Access, noting } from '../sql/unit.ts'
import type { Records, Store } from '../store.ts'
import { openBackground, type Reading } from './background.ts'
import { kyselyOver } from './kysely-driver.ts'
import { createLedger } from './ledger.ts'
import { type Line, openLine } from './line.ts'
import { createMaintenance } from './maintenance.ts'
import type { Operations } from './operations.ts'
import { createReportStore } from './reports.ts'
import { readStatistics } from './statistics.ts'
import { startThread } from './thread.ts'

export { type CopyReport, makeCopy, verifyCopy } from './copies.ts'
export { type Examined, examineFile, readSealed } from './examine.ts'
export { migrate, pendingMigrations } from './migrate.ts'
export { type Restored, restoreCopy, vacuumFile } from './restore.ts'

/** A read that takes longer is refused, so that one cannot hold up all others. */
const LONGEST_READ_MS = 5000

/**
 * Opens (or makes) the file, brings its schema up to date and answers when it can be read and written; rejects with the
 * reason when the file is damaged, foreign, a link, or newer than this release. `onFault` hears of troubles that no caller
 * could be told of.
 */
export const openSqliteStore = async ({
  path,
  clock = systemClock,
  onFault,
}: {
  readonly path: string
  readonly clock?: Clock
  readonly onFault: (error: Error) => void
}): Promise<Store> => {
  const writer = await openLine<Operations>({
    start: () => startThread('writer', { path, now: clock.now() }),
    clock,
    onFault,
    longestMs: null,
  })
  const reader = await openReader({ path, clock, onFault }).catch(async (error: unknown) => {
    await writer.close()
    throw error
  })
  const read = kyselyOver((query) => reader.ask('read', query))
  const plain: Access = { read, write: (unit) => writer.ask('unit', unit), by: null }
  const { access, withinTicket } = markWrites(plain)

  const background = openBackground(() => openReader({ path, clock, onFault }))
  const unhurried: Access = { ...access, read: kyselyOver(background.read) }

  const gate = openGate()
  const maintenance = createMaintenance({
    path,
    read,
    writer,
    forgetters: createForgetters(unhurried).map(({ name, forget }) => ({ name, ...gate.before({ forget }) })),
    rest: background.rest,
  })
  const { places, ...sealed } = createSealedStore(unhurried)
  const { forgetters, ...upkeep } = maintenance

  const recordsOver = (over: Access): Records => ({
    jobs: gate.before(createJobStore(over)),
    executions: gate.before(createExecutionStore(over, readStatistics(read))),
    people: gate.before(createPeopleStore(over)),
    limits: gate.before(createLimitStore(over)),
    keys: gate.before(createKeyStore(over, plain)),
    events: gate.before(createEventStore(over)),
    audit: gate.before(createAuditStore(over)),
    history: gate.before(createHistoryStore(over)),
    retention: gate.before(createRetentionStore(over, unhurried.read)),
    alerts: gate.before(createAlertStore(over)),
    inbox: gate.before(createInboxStore(over)),
    outbox: gate.before(createOutboxStore(over)),
    digests: gate.before(createDigestStore(over)),
    channels: gate.before(createChannelStore(over)),
    preferences: gate.before(createPreferenceStore(over)),
    catalog: gate.before(createCatalogStore(over)),
    applications: gate.before(createApplicationStore(over)),
  })

  return {
    engine: 'sqlite',
    durability: 'power',
    ledger: gate.before(createLedger(writer, read)),
    ...recordsOver(access),
    noting: (...entries) => recordsOver(noting(access, entries)),
    reports: gate.before(createReportStore(writer, read)),
    githubRuns: gate.before(createGithubRunStore(plain)),
    tickets: gate.before(createTicketStore(plain)),
    withinTicket,
    rollups: gate.before(createRollupStore(unhurried)),
    sealed: { places, ...gate.before(sealed) },
    maintenance: { forgetters, ...gate.before(upkeep) },
    ...gate.before({ check: () => check(writer, read, clock.now()) }),
    close: async () => {
      await gate.shut()
      // The writer last: it folds the log into the file, which an open reader would prevent.
      await Promise.all([reader.close(), background.rest()])
      await writer.close()
    },
  }
}

const openReader = (setting: {
  readonly path: string
  readonly clock: Clock
  readonly onFault: (error: Error) => void
}): Promise<Line<Reading>> =>
  openLine<Reading>({
    start: () => startThread('reader', { path: setting.path }),
    clock: setting.clock,
    onFault: setting.onFault,
    longestMs: LONGEST_READ_MS,
  })

const check = async (writer: Line<Operations>, read: Kysely<Tables>, now: number): Promise<void> => {
  await Promise.all([
    writer.ask('touch', String(now)),
    read.selectFrom('migration').select('number').limit(1).execute(),
  ])
}
