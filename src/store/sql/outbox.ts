/** Events not told yet, and what they are about. Messages on their way: deliveries.ts. */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { DEFAULT_ALERTS, type JobAlerts } from '../../domain/alerts.ts'
import { EVERY_EVENT_TYPE } from '../../domain/event.ts'
import type { Addressee, AlertRun, AlertSubject, NewNotice, OutboxStore, Telling, Watched } from '../outbox.ts'
import { DELETED } from './codes.ts'
import { createDeliveries } from './deliveries.ts'
import { insertCollected } from './digests.ts'
import { createEventStore } from './events.ts'
import { AUDIENCE_CODE, insertDelivery } from './notice-rows.ts'
import type { Tables } from './tables.ts'
import { type Access, type Statement, written } from './unit.ts'

type Read = Kysely<Tables>

type SubjectRow = {
  readonly key: number
  readonly id: string
  readonly name: string
  readonly state: number
  readonly owner_id: string | null
  readonly value: string | null
  readonly failing_since: number | null
  readonly failures: number | null
}
type AddresseeRow = {
  readonly id: string
  readonly email: string
  readonly email_key: string
  readonly enabled: number
  readonly value: string | null
}
type RunRow = {
  readonly id: string
  readonly scheduled_for: number
  readonly started_at: number | null
  readonly finished_at: number | null
}

const SUBJECT = sql`j.key, j.id, j.name, j.state, u.id as owner_id, a.value, a.failing_since, a.failures`
const OF_JOB = sql`left join job_alerts a on a.job_key = j.key left join "user" u on u.key = j.owner_key`

export const createOutboxStore = (access: Access): OutboxStore => {
  const { read, write } = access
  const events = createEventStore(access)
  return {
    ...createDeliveries(access),

    untold: async (limit) => {
      const { rows } = await sql<{ workspace_key: number; after: number }>`
        select w.key as workspace_key, coalesce(t.number, 0) as after
        from workspace w left join told_up_to t on t.workspace_key = w.key
        where (select number from event where workspace_key = w.key order by number desc limit 1)
          > coalesce(t.number, 0)`.execute(read)
      return Promise.all(
        rows.map(async ({ workspace_key: workspaceKey, after }) => {
          const filter = { types: EVERY_EVENT_TYPE, after, descending: false, cursor: null, limit }
          const { items } = await events.list(workspaceKey, filter)
          return { workspaceKey, after, events: items }
        }),
      )
    },

    subjects: async (workspaceKey, ids) => {
      if (ids.length === 0) return new Map()
      const { rows } = await sql<SubjectRow>`
        select ${SUBJECT} from job j ${OF_JOB}
        where j.workspace_key = ${workspaceKey} and j.id in (${sql.join(ids)})`.execute(read)
      return new Map(rows.map((row) => [row.id, subjectOf(row)]))
    },

    runs: async (workspaceKey, ids) => {
      if (ids.length === 0) return new Map()
      const { rows } = await sql<RunRow>`
        select id, scheduled_for, started_at, finished_at from execution
        where workspace_key = ${workspaceKey} and id in (${sql.join(ids)})`.execute(read)
      return new Map(rows.map((row) => [row.id, runOf(row)]))
    },

    namesOf: async (ids) => {
      if (ids.length === 0) return new Map()
      const { rows } = await sql<{ id: string; email: string }>`
        select id, email from "user" where id in (${sql.join(ids)})
        union all select k.id, u.email from api_key k join "user" u on u.id = k.user_id
        where k.id in (${sql.join(ids)})`.execute(read)
      return new Map(rows.map(({ id, email }) => [id, email]))
    },

    addressees: async (workspaceKey, { addresses, ids }) => {
      if (addresses.length + ids.length === 0) return []
      const keys = JSON.stringify(addresses.map((address) => address.normalize('NFC').toLowerCase()))
      const users = sql`
        select key from "user" where email_key in (select value from json_each(${keys}))
        union select key from "user" where id in (select value from json_each(${JSON.stringify(ids)}))`
      const { rows } = await sql<AddresseeRow>`
        select u.id, u.email, u.email_key, u.enabled, p.value
        from "user" u left join preference p on p.user_id = u.id and p.kind = 'notices'
        where u.workspace_key = ${workspaceKey} and u.key in (${users})`.execute(read)
      return rows.map(addresseeOf)
    },

    // Leans on job_alerts_watched and execution_live: only what is watched is looked at.
    watched: async () => {
      const { rows } = await sql<SubjectRow & { workspace_key: number; execution_id: string } & Omit<RunRow, 'id'>>`
        select ${SUBJECT}, j.workspace_key, e.id as execution_id, e.scheduled_for, e.started_at, null as finished_at
        from job_alerts watched join execution e on e.job_key = watched.job_key and e.status < 2
        join job j on j.key = e.job_key ${OF_JOB}
        where watched.hears >= 2`.execute(read)
      return rows.map(
        ({ execution_id, ...row }): Watched => ({
          workspaceKey: row.workspace_key,
          subject: subjectOf(row),
          run: runOf({ ...row, id: execution_id }),
        }),
      )
    },

    wasTold: async (workspaceKey, executionId, what) => {
      const { rows } = await sql`
        select 1 from told_once
        where workspace_key = ${workspaceKey} and execution_id = ${executionId} and kind = ${what}`.execute(read)
      return rows.length > 0
    },

    tell: async (telling) => (await write(tellingOf(read, telling))) !== null,
  }
}

const tellingOf = (read: Read, telling: Telling): readonly Statement[] => {
  const { workspaceKey, of } = telling
  const guard: readonly RawBuilder<unknown>[] =
    of.kind === 'events'
      ? [
          sql`insert into told_up_to (workspace_key, number) values (${workspaceKey}, ${of.upTo})
            on conflict (workspace_key) do update set number = excluded.number where told_up_to.number = ${of.after}`,
        ]
      : of.kind === 'once'
        ? [
            sql`insert into told_once (workspace_key, execution_id, kind, at)
              values (${workspaceKey}, ${of.executionId}, ${of.what}, ${of.at}) on conflict do nothing`,
          ]
        : []
  return [
    ...guard.map((text) => written(read, text, 1)),
    ...telling.supersedes.map(({ jobId, from }) =>
      written(
        read,
        sql`delete from notice where workspace_key = ${workspaceKey} and job_id = ${jobId} and kind = 'job.changed'
          and at >= ${from}`,
      ),
    ),
    ...telling.notices.map((notice) => written(read, insertNotice(workspaceKey, notice))),
    ...telling.deliveries.map((delivery) => written(read, insertDelivery(workspaceKey, delivery), 1)),
    ...(telling.collected ?? []).map((one) => written(read, insertCollected(workspaceKey, one))),
    ...telling.series.map(({ jobKey, since, failures }) =>
      written(
        read,
        sql`update job_alerts set failing_since = ${since}, failures = ${failures} where job_key = ${jobKey}`,
      ),
    ),
  ]
}

const insertNotice = (workspaceKey: number, { audience, ...notice }: NewNotice) => sql`
  insert into notice (id, workspace_key, at, audience, user_key, kind, type, title, message, job_id, execution_id)
  select ${notice.id}, ${workspaceKey}, ${notice.at}, ${AUDIENCE_CODE[audience.kind]}, u.key, ${notice.kind},
    ${notice.type}, ${notice.title}, ${notice.message}, ${notice.jobId}, ${notice.executionId}
  from workspace w left join "user" u on u.workspace_key = w.key and u.id = ${'userId' in audience ? audience.userId : null}
  where w.key = ${workspaceKey} and (${AUDIENCE_CODE[audience.kind]} <> 2 or u.key is not null)`

const subjectOf = (row: SubjectRow): AlertSubject => ({
  jobKey: row.key,
  id: row.id,
  name: row.name,
  ownerId: row.owner_id,
  isDeleted: row.state === DELETED,
  alerts: row.value === null ? DEFAULT_ALERTS : (JSON.parse(row.value) as JobAlerts),
  failingSince: row.failing_since,
  failures: row.failures ?? 0,
})

const addresseeOf = (row: AddresseeRow): Addressee => ({
  id: row.id,
  email: row.email,
  address: row.email_key,
  isEnabled: row.enabled === 1,
  wishes: row.value === null ? {} : JSON.parse(row.value),
})

const runOf = (row: RunRow): AlertRun => ({
  id: row.id,
  scheduledFor: row.scheduled_for,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
})
