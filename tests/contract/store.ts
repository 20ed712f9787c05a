/** What every store must do, whatever its engine: the port as sentences. */
import { describe } from 'node:test'
import { applicationsContract } from './store-applications.ts'
import { auditContract } from './store-audit.ts'
import { catalogContract } from './store-catalog.ts'
import { claimsContract } from './store-claims.ts'
import { crashesContract } from './store-crashes.ts'
import { digestsContract } from './store-digests.ts'
import { endsContract } from './store-ends.ts'
import { eventsContract } from './store-events.ts'
import { executionsContract } from './store-executions.ts'
import { externalIdsContract } from './store-external-ids.ts'
import { forgottenContract } from './store-forgotten.ts'
import { historyContract } from './store-history.ts'
import { jobHistoryContract } from './store-job-history.ts'
import { jobNamesContract } from './store-job-names.ts'
import { jobsContract } from './store-jobs.ts'
import { keysContract } from './store-keys.ts'
import { leasesContract } from './store-leases.ts'
import { limitsContract } from './store-limits.ts'
import { randomLimitsContract } from './store-limits-random.ts'
import { nodesContract } from './store-nodes.ts'
import { noticesContract } from './store-notices.ts'
import { outcomesContract } from './store-outcomes.ts'
import { peopleContract } from './store-people.ts'
import { preferencesContract } from './store-preferences.ts'
import { ranContract } from './store-ran.ts'
import { reportsContract } from './store-reports.ts'
import { retentionContract } from './store-retention.ts'
import { scheduleChangesContract } from './store-schedule-changes.ts'
import { sessionsContract } from './store-sessions.ts'
import { ticketsContract } from './store-tickets.ts'
import { turnsContract } from './store-turns.ts'
import { unclaimedContract } from './store-unclaimed.ts'
import type { OpenStore } from './world.ts'

/** `open` gives an empty store that is closed when the test is over. */
export const storeContract = (name: string, open: OpenStore): void => {
  describe(`the ${name} store`, { concurrency: 4 }, () => {
    jobsContract(open)
    jobNamesContract(open)
    endsContract(open)
    externalIdsContract(open)
    scheduleChangesContract(open)
    unclaimedContract(open)
    claimsContract(open)
    outcomesContract(open)
    leasesContract(open)
    turnsContract(open)
    limitsContract(open)
    randomLimitsContract(open)
    nodesContract(open)
    crashesContract(open)
    executionsContract(open)
    historyContract(open)
    ranContract(open)
    reportsContract(open)
    peopleContract(open)
    sessionsContract(open)
    eventsContract(open)
    auditContract(open)
    jobHistoryContract(open)
    keysContract(open)
    catalogContract(open)
    applicationsContract(open)
    ticketsContract(open)
    forgottenContract(open)
    retentionContract(open)
    noticesContract(open)
    preferencesContract(open)
    digestsContract(open)
  })
}
