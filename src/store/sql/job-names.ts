/** Names of jobs that are to be unique: looked for before a write, and held inside it, so that of two racing requests one is refused. */
import { type Kysely, sql } from 'kysely'
import { DELETED } from './codes.ts'
import type { Tables } from './tables.ts'
import { type Statement, written } from './unit.ts'

type Asked = { readonly workspaceKey: number; readonly name: string; readonly exceptId: string | null }

/** Leans on job_by_name. */
export const isNamed = async (read: Kysely<Tables>, { workspaceKey, name, exceptId }: Asked): Promise<boolean> => {
  const query = read
    .selectFrom('job')
    .select('key')
    .where('workspace_key', '=', workspaceKey)
    .where('name', '=', name)
    .where('state', '<>', DELETED)
  const row = await (exceptId === null ? query : query.where('id', '<>', exceptId)).limit(1).executeTakeFirst()
  return row !== undefined
}

/** To stand after the write: undoes the unit when one of these jobs shares its name with another one. Leans on job_by_name. */
export const holdNames = (read: Kysely<Tables>, ids: readonly string[]): readonly Statement[] => {
  const [first, ...others] = ids
  if (first === undefined) return []
  const text = sql`
    update job set version = version where id = ${first} and not exists (
      select 1 from job as other
      where other.workspace_key = job.workspace_key and other.name = job.name and other.key <> job.key
        and other.state <> 3)`
  return [{ ...written(read, text, ids.length), more: others.map((id) => [id]) }]
}
