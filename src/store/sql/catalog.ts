/** Categories and teams as rows of one table. */
import { type Kysely, type Selectable, sql, type Updateable } from 'kysely'
import { type CatalogEntry, type CatalogKind, FIRST_CATEGORIES, slugOf } from '../../domain/catalog.ts'
import { newId } from '../../domain/ids.ts'
import type { CatalogStore } from '../catalog.ts'
import { DELETED } from './codes.ts'
import type { CatalogTable, Tables } from './tables.ts'
import { type Access, DuplicateKey, lastRow, type Statement, statement } from './unit.ts'

type Read = Kysely<Tables>

const select = (read: Read, workspaceKey: number) =>
  read.selectFrom('catalog').selectAll().where('workspace_key', '=', workspaceKey)

export const createCatalogStore = (access: Access): CatalogStore => {
  const { read, write } = access

  const one = async (workspaceKey: number, kind: CatalogKind, column: 'id' | 'slug' | 'name', value: string) => {
    const row = await select(read, workspaceKey)
      .where('kind', '=', kind)
      .where(column, '=', value)
      .orderBy('active', 'desc')
      .orderBy('key')
      .limit(1)
      .executeTakeFirst()
    return row === undefined ? null : entryOf(row)
  }

  /** Writes and reads back; null when the write found nothing to change. */
  const written = async (unit: readonly Statement[]): Promise<CatalogEntry | 'taken' | null> => {
    try {
      const results = await write(unit)
      const row = lastRow(results)
      return row === undefined ? null : entryOf(row as Selectable<CatalogTable>)
    } catch (error) {
      if (error instanceof DuplicateKey) return 'taken'
      throw error
    }
  }

  return {
    list: async (workspaceKey, kind, { inactiveToo }) => {
      let query = select(read, workspaceKey).where('kind', '=', kind)
      if (!inactiveToo) query = query.where('active', '=', 1)
      const rows = await query.orderBy(sql`lower(name)`).orderBy('key').execute()
      return rows.map(entryOf)
    },

    byId: (workspaceKey, kind, id) => one(workspaceKey, kind, 'id', id),

    find: async (workspaceKey, kind, text) =>
      (await one(workspaceKey, kind, 'id', text)) ??
      (await one(workspaceKey, kind, 'slug', slugOf(text) ?? text)) ??
      (await one(workspaceKey, kind, 'name', text.trim())),

    byKeys: async (workspaceKey, keys) => {
      if (keys.length === 0) return new Map()
      const rows = await select(read, workspaceKey).where('key', 'in', keys).execute()
      return new Map(rows.map((row) => [row.key, entryOf(row)]))
    },

    create: async (workspaceKey, entry) => {
      const { id, kind, slug, name, slackHandle, now } = entry
      const row = { id, workspace_key: workspaceKey, kind, slug, name, slack_handle: slackHandle }
      const made = await written([
        statement(read.insertInto('catalog').values({ ...row, ...beginsAt(now) })),
        statement(select(read, workspaceKey).where('id', '=', id)),
      ])
      if (made === null) throw new Error(`${kind} ${id} was not to be read after it was written.`)
      return made
    },

    update: (workspaceKey, entry, change, now) => {
      const values: Updateable<CatalogTable> = {
        ...(change.slug !== undefined && { slug: change.slug }),
        ...(change.name !== undefined && { name: change.name }),
        ...(change.slackHandle !== undefined && { slack_handle: change.slackHandle }),
        ...(change.active !== undefined && { active: change.active ? 1 : 0 }),
      }
      return written([
        statement(
          read
            .updateTable('catalog')
            .set({ ...values, version: entry.version + 1, updated_at: now })
            .where('workspace_key', '=', workspaceKey)
            .where('id', '=', entry.id)
            .where('version', '=', entry.version),
          1,
        ),
        statement(select(read, workspaceKey).where('id', '=', entry.id)),
      ])
    },

    countJobs: async (workspaceKey, { key, kind }) => {
      const row = await read
        .selectFrom('job')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('workspace_key', '=', workspaceKey)
        .where('state', '<>', DELETED)
        .where(kind === 'category' ? 'category_key' : 'team_key', '=', key)
        .executeTakeFirstOrThrow()
      return row.count
    },
  }
}

/** To stand after the statement that makes the workspace. */
export const firstCategories = (read: Read, workspaceId: string, now: number): readonly Statement[] =>
  FIRST_CATEGORIES.map(({ slug, name }) =>
    statement(
      read.insertInto('catalog').values({
        id: newId(),
        workspace_key: read.selectFrom('workspace').select('key').where('id', '=', workspaceId),
        kind: 'category',
        slug,
        name,
        slack_handle: null,
        ...beginsAt(now),
      }),
    ),
  )

const beginsAt = (now: number) => ({ active: 1, version: 1, created_at: now, updated_at: now })

const entryOf = (row: Selectable<CatalogTable>): CatalogEntry => ({
  key: row.key,
  id: row.id,
  kind: row.kind as CatalogKind,
  slug: row.slug,
  name: row.name,
  slackHandle: row.slack_handle,
  active: row.active === 1,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})
