/** The places where sealed secrets rest, one entry each: whoever adds a column with a secret in it adds it here. */
import { type Kysely, sql } from 'kysely'
import type { SealedStore, SealedText } from '../sealed.ts'
import type { Tables } from './tables.ts'
import { type Access, type Statement, statement, written } from './unit.ts'

type Place = {
  readonly name: string
  /** Of all its texts; null: `page` tells it of each. */
  readonly form: SealedText['form'] | null
  readonly page: (read: Kysely<Tables>, after: string | null, limit: number) => Promise<readonly Row[]>
  readonly replace: (read: Kysely<Tables>, key: string, from: string, to: string) => Statement
}

type Row = Pick<SealedText, 'key' | 'workspaceKey' | 'owner' | 'text'> & { readonly field?: string }

/** Secrets of the server itself belong to no workspace. */
const NO_WORKSPACE = 0

const jobs: Place = {
  name: 'jobs',
  form: { kind: 'target' },
  page: async (read, after, limit) => {
    const rows = await read
      .selectFrom('job')
      .select(['key', 'id', 'workspace_key', 'target'])
      .where('key', '>', Number(after ?? 0))
      .where('target', 'like', '%"sealed":%')
      .orderBy('key')
      .limit(limit)
      .execute()
    return rows.map((row) => ({
      key: String(row.key),
      workspaceKey: row.workspace_key,
      owner: row.id,
      text: row.target,
    }))
  },
  // Neither the version nor the time of the last change moves: to people nothing changed.
  replace: (read, key, from, to) =>
    statement(read.updateTable('job').set({ target: to }).where('key', '=', Number(key)).where('target', '=', from)),
}

/** Overrides leave the row when the run ends: those of live executions are all there are. Leans on execution_live. */
const overrides: Place = {
  name: 'runs that wait',
  form: { kind: 'target' },
  page: async (read, after, limit) => {
    const rows = await read
      .selectFrom('execution')
      .innerJoin('job', 'job.key', 'execution.job_key')
      .select(['execution.key', 'job.id', 'execution.workspace_key', 'execution.overrides'])
      .where('execution.key', '>', Number(after ?? 0))
      .where(sql<boolean>`execution.status < 2`)
      .where('execution.overrides', 'like', '%"sealed":%')
      .orderBy('execution.key')
      .limit(limit)
      .execute()
    return rows.map((row) => ({
      key: String(row.key),
      workspaceKey: row.workspace_key,
      owner: row.id,
      text: row.overrides ?? '',
    }))
  },
  replace: (read, key, from, to) =>
    statement(
      read.updateTable('execution').set({ overrides: to }).where('key', '=', Number(key)).where('overrides', '=', from),
    ),
}

const sessions: Place = {
  name: 'sessions',
  form: { kind: 'text', field: 'session.successor' },
  page: async (read, after, limit) => {
    const rows = await read
      .selectFrom('session')
      .select(['id', 'sealed_successor'])
      .where('id', '>', after ?? '')
      .where('sealed_successor', 'is not', null)
      .orderBy('id')
      .limit(limit)
      .execute()
    return rows.map((row) => ({
      key: row.id,
      workspaceKey: NO_WORKSPACE,
      owner: row.id,
      text: row.sealed_successor ?? '',
    }))
  },
  replace: (read, key, from, to) =>
    statement(
      read
        .updateTable('session')
        .set({ sealed_successor: to })
        .where('id', '=', key)
        .where('sealed_successor', '=', from),
    ),
}

/** Values of the server that are sealed under their own name. */
const serverValues: Place = {
  name: 'the server',
  form: null,
  page: async (read, after, limit) => {
    const rows = await read
      .selectFrom('server_value')
      .selectAll()
      .where('name', '>', after ?? '')
      .where('value', 'like', 'v1.%')
      .orderBy('name')
      .limit(limit)
      .execute()
    return rows.map(({ name, value }) => ({
      key: name,
      workspaceKey: NO_WORKSPACE,
      owner: 'server',
      text: value,
      field: name,
    }))
  },
  replace: (read, key, from, to) =>
    statement(read.updateTable('server_value').set({ value: to }).where('name', '=', key).where('value', '=', from)),
}

/** Former states of jobs: an undo gives them back, secrets and all. */
const formerJobs: Place = {
  name: 'former states of jobs',
  form: { kind: 'target' },
  page: async (read, after, limit) => {
    const [job = 0, version = 0] = (after ?? '0:0').split(':').map(Number)
    const rows = await read
      .selectFrom('job_history')
      .innerJoin('job', 'job.key', 'job_history.job_key')
      .select(['job_history.job_key', 'job_history.version', 'job.id', 'job.workspace_key', 'job_history.target'])
      .where(sql<boolean>`(job_history.job_key, job_history.version) > (${job}, ${version})`)
      .where('job_history.target', 'like', '%"sealed":%')
      .orderBy('job_history.job_key')
      .orderBy('job_history.version')
      .limit(limit)
      .execute()
    return rows.map((row) => ({
      key: `${row.job_key}:${row.version}`,
      workspaceKey: row.workspace_key,
      owner: row.id,
      text: row.target,
    }))
  },
  replace: (read, key, from, to) => {
    const [job = 0, version = 0] = key.split(':').map(Number)
    return statement(
      read
        .updateTable('job_history')
        .set({ target: to })
        .where('job_key', '=', job)
        .where('version', '=', version)
        .where('target', '=', from),
    )
  },
}

/** Answers of requests that may be repeated; see services/repeats.ts. */
const answers: Place = {
  name: 'answers',
  form: null,
  page: async (read, after, limit) => {
    const rows = await read
      .selectFrom('ticket')
      .select(['key', 'workspace_key', 'actor_id', 'key_hash', 'sealed_body'])
      .where('key', '>', Number(after ?? 0))
      .where('sealed_body', 'is not', null)
      .orderBy('key')
      .limit(limit)
      .execute()
    return rows.map((row) => ({
      key: String(row.key),
      workspaceKey: row.workspace_key,
      owner: row.actor_id,
      text: row.sealed_body ?? '',
      field: `ticket.${row.key_hash}`,
    }))
  },
  replace: (read, key, from, to) =>
    statement(
      read
        .updateTable('ticket')
        .set({ sealed_body: to })
        .where('key', '=', Number(key))
        .where('sealed_body', '=', from),
    ),
}

/** See services/notice-settings.ts. */
const slack: Place = {
  name: 'Slack settings',
  form: { kind: 'text', field: 'slack.webhook_url' },
  page: async (read, after, limit) => {
    const { rows } = await sql<{ workspace_key: number; sealed_url: string }>`
      select workspace_key, sealed_url from slack_setting
      where workspace_key > ${Number(after ?? 0)} and sealed_url is not null
      order by workspace_key limit ${limit}`.execute(read)
    return rows.map((row) => ({
      key: String(row.workspace_key),
      workspaceKey: row.workspace_key,
      owner: 'slack',
      text: row.sealed_url,
    }))
  },
  replace: (read, key, from, to) =>
    written(
      read,
      sql`update slack_setting set sealed_url = ${to} where workspace_key = ${Number(key)} and sealed_url = ${from}`,
    ),
}

/** A column of a table whose rows have an id and a workspace of their own. */
const column = ({
  name,
  field,
  table,
  text,
}: {
  readonly name: string
  readonly field: string
  readonly table: 'webhook_channel' | 'application'
  readonly text: string
}): Place => {
  const [rows, sealed] = [sql.table(table), sql.ref(text)]
  return {
    name,
    form: { kind: 'text', field },
    page: async (read, after, limit) => {
      const found = await sql<{ id: string; workspace_key: number; sealed: string }>`
        select id, workspace_key, ${sealed} as sealed from ${rows}
        where id > ${after ?? ''} and ${sealed} is not null order by id limit ${limit}`.execute(read)
      return found.rows.map((row) => ({
        key: row.id,
        workspaceKey: row.workspace_key,
        owner: row.id,
        text: row.sealed,
      }))
    },
    replace: (read, key, from, to) =>
      written(read, sql`update ${rows} set ${sealed} = ${to} where id = ${key} and ${sealed} = ${from}`),
  }
}

/** See services/webhooks.ts. */
const webhooks = column({
  name: 'webhook channels',
  field: 'webhook.secret',
  table: 'webhook_channel',
  text: 'sealed_secret',
})

const formerWebhookKeys = column({
  name: 'former keys of webhook channels',
  field: 'webhook.previous',
  table: 'webhook_channel',
  text: 'sealed_previous',
})

/** See services/applications.ts. */
const applications = column({
  name: 'applications',
  field: 'application.secret',
  table: 'application',
  text: 'sealed_secret',
})

/** What handshakes granted to APIs of applications; see app/handshakes.ts. */
const granted: Place = {
  name: 'credentials of applications',
  form: { kind: 'text', field: 'api.credentials' },
  page: async (read, after, limit) => {
    const { rows } = await sql<{ id: string; workspace_key: number; sealed_credentials: string }>`
      select p.id, a.workspace_key, p.sealed_credentials from application_api p
      join application a on a.key = p.application_key
      where p.id > ${after ?? ''} and p.sealed_credentials is not null order by p.id limit ${limit}`.execute(read)
    return rows.map((row) => ({
      key: row.id,
      workspaceKey: row.workspace_key,
      owner: row.id,
      text: row.sealed_credentials,
    }))
  },
  replace: (read, key, from, to) =>
    written(
      read,
      sql`
        update application_api set sealed_credentials = ${to} where id = ${key} and sealed_credentials = ${from}`,
    ),
}

const PLACES: readonly Place[] = [
  serverValues,
  jobs,
  formerJobs,
  overrides,
  sessions,
  answers,
  slack,
  webhooks,
  formerWebhookKeys,
  applications,
  granted,
]

const placeNamed = (name: string): Place => {
  const place = PLACES.find((one) => one.name === name)
  if (place === undefined) throw new Error(`No sealed secrets rest in ${JSON.stringify(name)}.`)
  return place
}

/** `access.read` may take its time: it is not the reader that people wait for. */
export const createSealedStore = ({ read, write }: Access): SealedStore => ({
  places: PLACES.map(({ name }) => name),
  page: async (place, after, limit) => {
    const { page, form } = placeNamed(place)
    const rows = await page(read, after, limit)
    return rows.map(({ field = '', ...row }) => ({ ...row, place, form: form ?? { kind: 'text', field } }))
  },
  replace: async (texts) => {
    if (texts.length === 0) return 0
    const results = await write(texts.map(({ place, key, from, to }) => placeNamed(place).replace(read, key, from, to)))
    return (results ?? []).reduce((total, { changes }) => total + changes, 0)
  },
})
