/** What is written of applications together with other things: an API with its job, what a user leaves behind. */
import { type Kysely, sql } from 'kysely'
import type { Api } from '../../domain/application.ts'
import type { Tables } from './tables.ts'
import { type Statement, written } from './unit.ts'

type Read = Kysely<Tables>

/** To stand behind the statement that makes the job. The unit is undone where another API of the application has the name. */
export const insertApi = (read: Read, jobId: string, api: Api, now: number): Statement =>
  written(
    read,
    sql`
      insert into application_api (job_key, id, application_key, name, path, handshake_url, said, created_at)
      select j.key, ${api.id}, a.key, ${api.name}, ${api.path}, ${api.handshakeUrl}, ${JSON.stringify(api.said)}, ${now}
      from job j join application a on a.workspace_key = j.workspace_key and a.id = ${api.applicationId}
      where j.id = ${jobId}
        and not exists (select 1 from application_api where application_key = a.key and name = ${api.name})`,
    1,
  )

/** The unit is undone where another API of the application has the name. What was granted so far is forgotten. */
export const updateApi = (read: Read, jobKey: number, api: Api): Statement =>
  written(
    read,
    sql`
      update application_api set name = ${api.name}, path = ${api.path}, handshake_url = ${api.handshakeUrl},
        said = ${JSON.stringify(api.said)}, sealed_credentials = null, valid_until = null
      where job_key = ${jobKey} and not exists (select 1 from application_api other
        where other.application_key = application_api.application_key and other.name = ${api.name}
          and other.job_key <> ${jobKey})`,
    1,
  )

/** A job that goes takes the definition along that it was made from. */
export const deleteApi = (read: Read, jobKey: number): Statement =>
  written(read, sql`delete from application_api where job_key = ${jobKey}`)

/** Applications of a user who goes: to the owner of its jobs, or away with the last member of the workspace. */
export const passApplications = (
  read: Read,
  { id, workspaceKey }: { readonly id: string; readonly workspaceKey: number },
  heirId: string | null,
): readonly Statement[] => {
  const heir =
    heirId === null
      ? sql`(select key from "user" where workspace_key = ${workspaceKey} and id <> ${id} and role = 'admin'
          and enabled = 1 order by key limit 1)`
      : sql`(select key from "user" where workspace_key = ${workspaceKey} and id = ${heirId} and id <> ${id})`
  return [
    written(
      read,
      sql`
        update application set owner_key = coalesce(${heir}, owner_key), version = version + 1
        where workspace_key = ${workspaceKey} and owner_key = (select key from "user" where id = ${id})`,
    ),
  ]
}

/** To stand behind the statement that takes the last member away. */
export const forgetApplications = (read: Read, workspaceKey: number): readonly Statement[] => {
  const nobody = sql`not exists (select 1 from "user" where workspace_key = ${workspaceKey})`
  return [
    written(
      read,
      sql`
        delete from application_api where ${nobody}
          and application_key in (select key from application where workspace_key = ${workspaceKey})`,
    ),
    written(read, sql`delete from application where workspace_key = ${workspaceKey} and ${nobody}`),
  ]
}
