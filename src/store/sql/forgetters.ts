/** What grows beside executions and is forgotten by age: one entry for each table, each bounded in what it takes at once. */
import type { Forgetter } from '../maintenance.ts'
import { createApplicationStore } from './applications.ts'
import { createAuditStore } from './audit.ts'
import { createEventStore } from './events.ts'
import { createInboxStore } from './inbox.ts'
import { createOutboxStore } from './outbox.ts'
import { createTicketStore } from './tickets.ts'
import { type Access, type Statement, statement } from './unit.ts'

const DAY_MS = 86_400_000
/** Rows that one call takes at most. */
const LARGEST_BITE = 500
/** A session that is over tells nobody anything; a day, so that a clock that is set back a little harms none. */
const SESSION_DAYS = 1
/** Statistics reach back 366 days. */
const ROLLUP_DAYS = 400
/** A listener that was away for a month reads the thing itself. */
const EVENT_DAYS = 30
/** Who did what is asked for long after what ran is forgotten. */
const AUDIT_DAYS = 731
const NOTICE_DAYS = 90
/** Of one workspace; a job that fails each second must not fill the disk. */
const MOST_NOTICES = 10_000
/** After their end: long enough to see what was not delivered. */
const DELIVERY_DAYS = 30

/** `access.read` may take its time: it is not the reader that people wait for. */
export const createForgetters = (access: Access): readonly Forgetter[] => {
  const { forget: forgetCredentials } = createApplicationStore(access)
  const { forget: forgetEvents } = createEventStore(access)
  const { forget: forgetDeeds } = createAuditStore(access)
  const { forgetExpired } = createTicketStore(access)
  const { forget: forgetNotices } = createInboxStore(access)
  const { forget: forgetDeliveries } = createOutboxStore(access)
  return [
    sessions(access),
    rollups(access),
    { name: 'events', forget: (now) => forgetEvents(now - EVENT_DAYS * DAY_MS, LARGEST_BITE) },
    { name: 'audit log', forget: (now) => forgetDeeds(now - AUDIT_DAYS * DAY_MS, LARGEST_BITE) },
    { name: 'credentials of applications', forget: (now) => forgetCredentials(now, LARGEST_BITE) },
    { name: 'answers', forget: (now) => forgetExpired(now, LARGEST_BITE) },
    { name: 'notices', forget: (now) => forgetNotices(now - NOTICE_DAYS * DAY_MS, MOST_NOTICES, LARGEST_BITE) },
    { name: 'deliveries', forget: (now) => forgetDeliveries(now - DELIVERY_DAYS * DAY_MS, LARGEST_BITE) },
  ]
}

const sessions = ({ read, write }: Access): Forgetter => ({
  name: 'sessions',
  forget: async (now) => {
    const before = now - SESSION_DAYS * DAY_MS
    const over = await read
      .selectFrom('session')
      .select('id')
      .where(({ eb, or }) => or([eb('expires_at', '<', before), eb('revoked_at', '<', before)]))
      .limit(LARGEST_BITE)
      .execute()
    return removed(
      write,
      over.map(({ id }) => statement(read.deleteFrom('session').where('id', '=', id))),
    )
  },
})

/** The oldest hour of one workspace at a time. */
const rollups = ({ read, write }: Access): Forgetter => ({
  name: 'hourly sums',
  forget: async (now) => {
    const oldest = await read
      .selectFrom('rollup_hour')
      .select(['workspace_key', 'hour'])
      .where('hour', '<', now - ROLLUP_DAYS * DAY_MS)
      .limit(1)
      .executeTakeFirst()
    if (oldest === undefined) return 0
    const { workspace_key, hour } = oldest
    const sums = await read
      .selectFrom('rollup')
      .select('job_key')
      .where('workspace_key', '=', workspace_key)
      .where('hour', '=', hour)
      .limit(LARGEST_BITE)
      .execute()
    if (sums.length === 0) {
      const note = read.deleteFrom('rollup_hour').where('workspace_key', '=', workspace_key).where('hour', '=', hour)
      return removed(write, [statement(note)])
    }
    return removed(
      write,
      sums.map(({ job_key }) =>
        statement(
          read
            .deleteFrom('rollup')
            .where('workspace_key', '=', workspace_key)
            .where('hour', '=', hour)
            .where('job_key', '=', job_key),
        ),
      ),
    )
  },
})

/** The statements differ in their parameters alone. */
const removed = async (write: Access['write'], statements: readonly Statement[]): Promise<number> => {
  const [first, ...others] = statements
  if (first === undefined) return 0
  const results = await write([{ ...first, more: others.map(({ parameters }) => parameters) }])
  return results?.[0]?.changes ?? 0
}
