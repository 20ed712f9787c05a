/** The use cases, each of which takes an actor and authorises it: the door for the API, whatever dialect it speaks. */

import { type Alerts, createAlerts } from './alerts.ts'
import { type Apis, createApis } from './apis.ts'
import { type Applications, createApplications } from './applications.ts'
import { type AuditLog, createAuditLog } from './audit-log.ts'
import { type Catalog, createCatalog } from './catalog.ts'
import { type CatchUpWork, createCatchUpWork } from './catch-up.ts'
import { createDeliveries, type Deliveries } from './deliveries.ts'
import type { Deps } from './deps.ts'
import { createEndDates, type EndDates } from './end-dates.ts'
import { createEvents, type Events } from './events.ts'
import { createExecutions, type Executions } from './executions.ts'
import { createExplaining } from './explaining.ts'
import { createExports, type Exports } from './exports.ts'
import { createFunctions, type Functions } from './functions.ts'
import { createInbox, type Inbox } from './inbox.ts'
import { type Bulk, createBulk } from './job-bulk.ts'
import { createImport } from './job-import.ts'
import { createJobs, type Jobs } from './jobs.ts'
import { createKeyCheck } from './key-check.ts'
import { createKeys, type Keys } from './keys.ts'
import { createLedgerService, type LedgerService } from './ledger.ts'
import { createLimits, type Limits } from './limits.ts'
import { createNoticeSettings, type NoticeSettings } from './notice-settings.ts'
import { createPreferences, type Preferences } from './preferences.ts'
import { createRan, type Ran } from './ran.ts'
import { createRepeats, type Repeats } from './repeats.ts'
import { createReports, type Reports } from './reports.ts'
import { createRetention, type Retention } from './retention.ts'
import { createSchedules, type Schedules } from './schedules.ts'
import { createScheduling, type Scheduling } from './scheduling.ts'
import { createSessionCheck } from './session-check.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createSetup, type Setup } from './setup.ts'
import { createStatistics, type StatisticsService } from './statistics.ts'
import { createSystem, type System } from './system.ts'
import { createTestMessages, type TestMessages } from './test-messages.ts'
import { createTestRun } from './test-run.ts'
import { createUsers, type Users } from './users.ts'
import { createWebhooks, type Webhooks } from './webhooks.ts'

export { FIRST_WORKSPACE } from '../auth/permissions.ts'
export type { AlertsEdit } from './alert-rules.ts'
export type { AlertsView } from './alerts.ts'
export type { ApiCall, ApiEdit, ApiInput, ApiView } from './apis.ts'
export {
  type ApplicationEdit,
  type ApplicationInput,
  type ApplicationView,
  applicationPlace,
  credentialsPlace,
  type HandshakeTrial,
} from './applications.ts'
export type { ChainCheck } from './audit-log.ts'
export type { CatalogEdit, CatalogInput, CatalogPart, CatalogView } from './catalog.ts'
export type { CatchUpView } from './catch-up.ts'
export type { DeliveryView } from './deliveries.ts'
export type { Deps } from './deps.ts'
export type { EndDates } from './end-dates.ts'
export type { ExecutionView } from './execution-view.ts'
export type { Executions } from './executions.ts'
export type { Explained } from './explaining.ts'
export type { ExportedJob } from './exports.ts'
export type { FunctionView } from './functions.ts'
export type { GithubTargetInput, GithubTargetView } from './github-target.ts'
export { createHold, type Held } from './hold.ts'
export type { InboxRange } from './inbox.ts'
export type { BulkItem, BulkRequest } from './job-bulk.ts'
export type { JobEdit, JobInput } from './job-draft.ts'
export type { Imported, RowFault } from './job-import.ts'
export type { OccurrenceView } from './job-runs.ts'
export type { HttpAuthInput, HttpAuthView, HttpTargetInput, HttpTargetView } from './job-target.ts'
export type { JobView } from './job-view.ts'
export type { KeyEdit, KeyInput, KeyView } from './keys.ts'
export type { LedgerCheck } from './ledger.ts'
export type { LimitView } from './limits.ts'
export { createTellMoved } from './moved.ts'
export type { SlackEdit, SlackView } from './notice-settings.ts'
export type { Resumed } from './pausing.ts'
export type { RanView } from './ran.ts'
export type { Errand, Repeats } from './repeats.ts'
export type { Report } from './reports.ts'
export type { RetentionEdit, RetentionView } from './retention.ts'
export { createRotation, type Rotation } from './rotation.ts'
export type { SessionView } from './sessions.ts'
export type { Setup } from './setup.ts'
export type { EngineSignals } from './signals.ts'
export type { Caller, SignedIn } from './signing-in.ts'
export type { StatisticsService } from './statistics.ts'
export { BACKUP_VALUE, type LastBackup, type Operations, UPKEEP_VALUE } from './system.ts'
export type { RunOverrides, TargetInput, TargetView } from './targets.ts'
export type { TestRunInput, TestRunResult } from './test-run.ts'
export { timetableErrors } from './timetable-rules.ts'
export type { TokenTrouble } from './token-trouble.ts'
export type { VersionView } from './undoing.ts'
export type { UserView } from './user-view.ts'
export type { UserEdit, UserInput } from './users.ts'
export type { WebhookEdit, WebhookInput, WebhookView } from './webhooks.ts'

/**
 * Every method that takes an actor throws a DomainError `forbidden` when its role does not reach so far. A thing of
 * another workspace answers exactly like an unknown id: `not_found`.
 */
export type Services = {
  readonly sessions: Sessions
  readonly users: Users
  readonly jobs: Jobs
  readonly executions: Executions
  readonly ran: Ran
  readonly functions: Functions
  readonly reports: Reports
  readonly schedules: Schedules
  readonly statistics: StatisticsService
  readonly limits: Limits
  readonly catchUp: CatchUpWork
  readonly events: Events
  readonly auditLog: AuditLog
  readonly ledger: LedgerService
  /** What became of the job at an instant, or what will, and why. */
  readonly explain: ReturnType<typeof createExplaining>
  readonly system: System
  readonly bulk: Bulk
  /** All rows, or none where one is wrong. */
  readonly importJobs: ReturnType<typeof createImport>['importJobs']
  /** Those rows that are right, each under a name of its own. */
  readonly importEach: ReturnType<typeof createImport>['importEach']
  readonly exports: Exports
  readonly keys: Keys
  /** For the server itself: what a client may repeat. */
  readonly repeats: Repeats
  readonly scheduling: Scheduling
  readonly retention: Retention
  readonly alerts: Alerts
  readonly inbox: Inbox
  readonly noticeSettings: NoticeSettings
  readonly preferences: Preferences
  readonly webhooks: Webhooks
  readonly deliveries: Deliveries
  readonly testMessages: TestMessages
  readonly catalog: Catalog
  readonly applications: Applications
  readonly apis: Apis
  readonly endDates: EndDates
  readonly testRun: ReturnType<typeof createTestRun>
  /** Of repositories that are named without an owner; null where the operator names none. */
  readonly defaultGithubOwner: string | null
}

/** `setup` is for the start of the server alone: nobody signed in calls it. */
export const createServices = (deps: Deps): Services & { readonly setup: Setup } => {
  const { store, clock, auth } = deps
  const sessionCheck = createSessionCheck({ people: store.people, clock, accessTokens: auth.accessTokens })
  const keyCheck = createKeyCheck({ keys: store.keys, clock, limits: auth.limits, log: deps.log })
  const forgetUser = (userId: string): void => {
    sessionCheck.forgetUser(userId)
    keyCheck.forgetKeysOf(userId)
  }
  const jobs = createJobs(deps)
  const applications = createApplications(deps)
  return {
    sessions: createSessions(deps, sessionCheck),
    users: createUsers(deps, forgetUser),
    jobs,
    executions: createExecutions(deps),
    ran: createRan(deps),
    functions: createFunctions(deps),
    reports: createReports(deps),
    schedules: createSchedules(deps),
    statistics: createStatistics(deps),
    limits: createLimits(deps),
    catchUp: createCatchUpWork(deps),
    events: createEvents(deps),
    auditLog: createAuditLog(deps),
    ledger: createLedgerService(deps),
    explain: createExplaining(deps),
    system: createSystem(deps),
    bulk: createBulk(deps, jobs),
    ...createImport(deps),
    exports: createExports(deps),
    keys: createKeys(deps, keyCheck),
    repeats: createRepeats(deps),
    scheduling: createScheduling(deps),
    retention: createRetention(deps),
    alerts: createAlerts(deps),
    inbox: createInbox(deps),
    noticeSettings: createNoticeSettings(deps),
    preferences: createPreferences(deps),
    webhooks: createWebhooks(deps),
    deliveries: createDeliveries(deps),
    testMessages: createTestMessages(deps),
    catalog: createCatalog(deps),
    applications,
    apis: createApis(deps, jobs, applications),
    endDates: createEndDates(deps),
    testRun: createTestRun(deps),
    defaultGithubOwner: deps.settings.defaultGithubOwner ?? null,
    setup: createSetup(deps, jobs),
  }
}
