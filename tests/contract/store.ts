/** What every store must do, whatever its engine: the port as sentences. */
import { describe } from 'node:test'
import { claimsContract } from './store-claims.ts'
import { executionsContract } from './store-executions.ts'
import { historyContract } from './store-history.ts'
import { jobsContract } from './store-jobs.ts'
import { leasesContract } from './store-leases.ts'
import { nodesContract } from './store-nodes.ts'
import { outcomesContract } from './store-outcomes.ts'
import { peopleContract } from './store-people.ts'
import { retentionContract } from './store-retention.ts'
import { scheduleChangesContract } from './store-schedule-changes.ts'
import { sessionsContract } from './store-sessions.ts'
import { unclaimedContract } from './store-unclaimed.ts'
import type { OpenStore } from './world.ts'

/** `open` gives an empty store that is closed when the test is over. */
export const storeContract = (name: string, open: OpenStore): void => {
  describe(`the ${name} store`, { concurrency: 4 }, () => {
    jobsContract(open)
    scheduleChangesContract(open)
    unclaimedContract(open)
    claimsContract(open)
    outcomesContract(open)
    leasesContract(open)
    nodesContract(open)
    executionsContract(open)
    historyContract(open)
    peopleContract(open)
    sessionsContract(open)
    retentionContract(open)
  })
}
