/** Categories and teams, as every store must keep them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { CatalogEntry, CatalogKind } from '../../src/domain/catalog.ts'
import { newId } from '../../src/domain/ids.ts'
import type { NewCatalogEntry } from '../../src/store/store.ts'
import { aJob, MINUTE, NOON } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

export const catalogContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))

  const entry = (kind: CatalogKind, slug: string, given: Partial<NewCatalogEntry> = {}): NewCatalogEntry => ({
    id: newId(),
    kind,
    slug,
    name: slug,
    slackHandle: kind === 'team' ? `@${slug}` : null,
    now: NOON,
    ...given,
  })
  const create = async (w: World, made: NewCatalogEntry): Promise<CatalogEntry> => {
    const created = await w.catalog.create(w.workspaceKey, made)
    assert(created !== 'taken')
    return created
  }
  const names = (entries: readonly CatalogEntry[]) => entries.map(({ name }) => name)

  describe('categories and teams', () => {
    it('a new workspace has the categories that all begin with, and no team', async (t) => {
      const w = await world(t)

      assert.deepEqual(names(await w.catalog.list(w.workspaceKey, 'category', { inactiveToo: true })), [
        'Backward Compatibility',
        'DR Testing',
        'Feature Testing',
        'General',
        'Prod/Canary',
        'Refund',
        'Regression',
      ])
      assert.deepEqual(await w.catalog.list(w.workspaceKey, 'team', { inactiveToo: true }), [])
    })

    it('one is read back as it was written, and found by id, slug and name', async (t) => {
      const w = await world(t)
      const given = entry('team', 'payments', { name: 'The Payments' })

      const team = await create(w, given)

      const { now, ...kept } = given
      const { key, ...shown } = team
      assert.deepEqual(shown, { ...kept, active: true, version: 1, createdAt: now, updatedAt: now })
      for (const text of [given.id, 'payments', 'The Payments', 'PAYMENTS']) {
        assert.deepEqual(await w.catalog.find(w.workspaceKey, 'team', text), team, text)
      }
      assert.equal(await w.catalog.find(w.workspaceKey, 'category', 'payments'), null)
      assert.deepEqual(await w.catalog.byKeys(w.workspaceKey, [key, 999_999]), new Map([[key, team]]))
    })

    it('a slug is given once among those of its kind in a workspace', async (t) => {
      const w = await world(t)
      await create(w, entry('team', 'one'))

      assert.equal(await w.catalog.create(w.workspaceKey, entry('team', 'one')), 'taken')
      assert.notEqual(await w.catalog.create(w.workspaceKey, entry('category', 'one')), 'taken')
      const other = await newWorkspace(w)
      assert.notEqual(await w.catalog.create(other.workspaceKey, entry('team', 'one')), 'taken')
    })

    it('a change that comes late or takes the slug of another changes nothing', async (t) => {
      const w = await world(t)
      const first = await create(w, entry('team', 'first'))
      const second = await create(w, entry('team', 'second'))

      assert.equal(await w.catalog.update(w.workspaceKey, second, { slug: 'first', name: 'x' }, NOON), 'taken')
      const renamed = await w.catalog.update(w.workspaceKey, first, { slug: 'third', name: 'third' }, NOON + MINUTE)
      assert.equal(await w.catalog.update(w.workspaceKey, first, { active: false }, NOON), null)

      assert.deepEqual(renamed, { ...first, slug: 'third', name: 'third', version: 2, updatedAt: NOON + MINUTE })
      assert.deepEqual(await w.catalog.byId(w.workspaceKey, 'team', first.id), renamed)
      assert.deepEqual(await w.catalog.byId(w.workspaceKey, 'team', second.id), second)
    })

    it('what is inactive is listed only to those who ask for it', async (t) => {
      const w = await world(t)
      const team = await create(w, entry('team', 'old'))
      await w.catalog.update(w.workspaceKey, team, { active: false }, NOON)

      assert.deepEqual(await w.catalog.list(w.workspaceKey, 'team', { inactiveToo: false }), [])
      assert.deepEqual(names(await w.catalog.list(w.workspaceKey, 'team', { inactiveToo: true })), ['old'])
    })

    it('another workspace sees and changes none of it', async (t) => {
      const w = await world(t)
      const other = await newWorkspace(w)
      const team = await create(w, entry('team', 'mine'))

      assert.equal(await w.catalog.byId(other.workspaceKey, 'team', team.id), null)
      assert.equal(await w.catalog.find(other.workspaceKey, 'team', 'mine'), null)
      assert.deepEqual(await w.catalog.byKeys(other.workspaceKey, [team.key]), new Map())
      assert.equal(await w.catalog.update(other.workspaceKey, team, { name: 'theirs' }, NOON), null)
    })

    it('jobs keep theirs through a change, are found and counted by it', async (t) => {
      const w = await world(t)
      const team = await create(w, entry('team', 'payments'))
      const category = await create(w, entry('category', 'month-end'))
      const owned = { workspaceKey: w.workspaceKey, ownerId: w.admin.id }
      const job = await w.jobs.create(aJob({ ...owned, categoryKey: category.key, teamKey: team.key }))
      const plain = await w.jobs.create(aJob(owned))
      const page = { sort: 'created_at', descending: false, cursor: null, limit: 10 } as const

      assert.deepEqual([job.categoryKey, job.teamKey], [category.key, team.key])
      assert.deepEqual([plain.categoryKey, plain.teamKey], [null, null])
      const found = await w.jobs.list(w.workspaceKey, { ...page, teamKey: team.key, categoryKey: category.key })
      assert.deepEqual(found.items, [job])
      assert.equal(await w.catalog.countJobs(w.workspaceKey, team), 1)
      assert.equal(await w.catalog.countJobs(w.workspaceKey, category), 1)
      const moved = await w.jobs.update(job, { teamKey: null }, { now: NOON + MINUTE, expectedDueAt: null })
      assert.deepEqual([moved?.teamKey, moved?.categoryKey], [null, category.key])
      const [former] = await w.history.formerJobs(job.key)
      assert.deepEqual([former?.teamKey, former?.categoryKey], [team.key, category.key])
      assert.equal(await w.catalog.countJobs(w.workspaceKey, team), 0)
    })
  })
}
