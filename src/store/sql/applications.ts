/** Applications and their APIs as rows of two tables. */
import { sql } from 'kysely'
import type { Application } from '../../domain/application.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { ApiRow, ApplicationStore, HandshakeRow } from '../applications.ts'
import { insertJobsOf } from './job-writes.ts'
import { type Access, DuplicateKey, written } from './unit.ts'

type Row = {
  readonly key: number
  readonly id: string
  readonly workspace_key: number
  readonly owner_id: string | null
  readonly name: string
  readonly description: string | null
  readonly root_url: string | null
  readonly handshake_url: string | null
  readonly sealed_secret: string | null
  readonly version: number
  readonly created_at: number
  readonly updated_at: number
}

const SELECT = sql`
  select a.*, u.id as owner_id from application a left join "user" u on u.key = a.owner_key`

const API = sql`
  select p.id, a.id as application_id, p.name, p.path, p.handshake_url, p.said, p.created_at, j.id as job_id
  from application_api p join job j on j.key = p.job_key and j.state <> 3
  join application a on a.key = p.application_key`

export const createApplicationStore = ({ read, write }: Access): ApplicationStore => {
  const one = async (workspaceKey: number, id: string): Promise<Application | null> => {
    const { rows } = await sql<Row>`${SELECT} where a.workspace_key = ${workspaceKey} and a.id = ${id}`.execute(read)
    return rows[0] === undefined ? null : applicationOf(rows[0])
  }

  return {
    list: async (workspaceKey) =>
      (await sql<Row>`${SELECT} where a.workspace_key = ${workspaceKey} order by a.name, a.key`.execute(read)).rows.map(
        applicationOf,
      ),
    byId: one,

    create: async (made, most, jobs = []) => {
      const add = sql`
        insert into application (id, workspace_key, owner_key, name, description, root_url, handshake_url, sealed_secret,
          version, created_at, updated_at)
        select ${made.id}, ${made.workspaceKey}, u.key, ${made.name}, ${made.description}, ${made.rootUrl},
          ${made.handshakeUrl}, ${made.sealedSecret}, 1, ${made.createdAt}, ${made.createdAt}
        from "user" u where u.id = ${made.ownerId}
          and (select count(*) from application where workspace_key = ${made.workspaceKey}) < ${most}`
      const born = await insertJobsOf(read, jobs)
      const results = await orTaken(() => write([written(read, add, 1), ...born]))
      if (results === 'taken') return 'taken'
      if (results === null) return 'full'
      return (await one(made.workspaceKey, made.id)) ?? missing(made.id)
    },

    update: async (before, change, now) => {
      const after = { ...before, ...change }
      const set = sql`
        update application set name = ${after.name}, description = ${after.description}, root_url = ${after.rootUrl},
          handshake_url = ${after.handshakeUrl}, sealed_secret = ${after.sealedSecret}, version = version + 1,
          updated_at = ${now}
        where key = ${before.key} and version = ${before.version}`
      const forget = sql`
        update application_api set sealed_credentials = null, valid_until = null
        where application_key = ${before.key} and sealed_credentials is not null`
      const results = await orTaken(() => write([written(read, set, 1), written(read, forget)]))
      if (results === 'taken' || results === null) return results
      return { ...after, version: before.version + 1, updatedAt: now }
    },

    delete: async ({ key, version }) => {
      const gone = sql`
        delete from application where key = ${key} and version = ${version}
          and not exists (select 1 from application_api where application_key = ${key})`
      return (await write([written(read, gone, 1)])) !== null
    },

    apis: async (workspaceKey, which) => {
      if ('jobIds' in which && which.jobIds.length === 0) return []
      const those =
        'jobIds' in which ? sql`j.id in (${sql.join(which.jobIds)})` : sql`p.application_key = ${which.applicationKey}`
      const { rows } = await sql<Parameters<typeof apiOf>[0]>`
        ${API} where j.workspace_key = ${workspaceKey} and ${those} order by p.name`.execute(read)
      return rows.map(apiOf)
    },

    recall: async (workspaceKey, apiId) => {
      const { rows } = await sql<HandshakeRow>`
        select p.id as "apiId", p.name as "apiName", a.id as "applicationId",
          coalesce(p.handshake_url, a.handshake_url) as "handshakeUrl", a.sealed_secret as "sealedSecret",
          p.sealed_credentials as "sealedCredentials", p.valid_until as "validUntil"
        from application_api p join application a on a.key = p.application_key
        where p.id = ${apiId} and a.workspace_key = ${workspaceKey}`.execute(read)
      return rows[0] ?? null
    },

    keep: async (workspaceKey, apiId, granted) => {
      await write([
        written(
          read,
          sql`
            update application_api set sealed_credentials = ${granted?.sealed ?? null},
              valid_until = ${granted?.validUntil ?? null}
            where id = ${apiId}
              and application_key in (select key from application where workspace_key = ${workspaceKey})`,
        ),
      ])
    },

    forget: async (before, limit) => {
      // Leans on application_api_granted.
      const results = await write([
        written(
          read,
          sql`
            update application_api set sealed_credentials = null, valid_until = null where job_key in (
              select job_key from application_api
              where sealed_credentials is not null and valid_until < ${before} limit ${limit})`,
        ),
      ])
      return results?.[0]?.changes ?? 0
    },
  }
}

const orTaken = async <T>(act: () => Promise<T>): Promise<T | 'taken'> => {
  try {
    return await act()
  } catch (error) {
    if (error instanceof DuplicateKey) return 'taken'
    throw error
  }
}

const missing = (id: string): never => {
  throw new Error(`Application ${id} was not to be read after it was written.`)
}

const applicationOf = (row: Row): Application => ({
  key: row.key,
  id: row.id,
  workspaceKey: row.workspace_key,
  ownerId: row.owner_id ?? '',
  name: row.name,
  description: row.description,
  rootUrl: row.root_url,
  handshakeUrl: row.handshake_url,
  sealedSecret: row.sealed_secret,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

const apiOf = (row: {
  readonly id: string
  readonly application_id: string
  readonly name: string
  readonly path: string
  readonly handshake_url: string | null
  readonly said: string
  readonly created_at: number
  readonly job_id: string
}): ApiRow => ({
  id: row.id,
  applicationId: row.application_id,
  name: row.name,
  path: row.path,
  handshakeUrl: row.handshake_url,
  said: JSON.parse(row.said) as JsonObject,
  createdAt: row.created_at,
  jobId: row.job_id,
})
