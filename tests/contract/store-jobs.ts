/** Jobs, as every store must keep, list and count them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { newId } from '../../src/domain/ids.ts'
import type { JobFilter } from '../../src/store/store.ts'
import { A_TARGET, aJob, anExecution, EVERY_MINUTE, MINUTE, NOON } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE
const ALL: JobFilter = { sort: 'created_at', descending: false, cursor: null, limit: 100 }

export const jobsContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))

  describe('a new job', () => {
    it('is read back as it was written', async (t) => {
      const w = await world(t)
      const job = aJob({
        workspaceKey: w.workspaceKey,
        ownerId: w.admin.id,
        name: `O'Reilly's "report" 語`,
        description: 'each minute',
        policies: { overlap: 'queue_one', pauseAfterFailures: 3 },
        metadata: { team: 'billing' },
      })

      const created = await w.jobs.create(job)

      const { dueAt: _, now, ...given } = job
      assert.deepEqual(created, {
        ...given,
        key: created.key,
        categoryKey: null,
        externalId: null,
        teamKey: null,
        endsOn: null,
        pauseReason: null,
        pausedAt: null,
        missedAfter: null,
        scheduleVersion: 1,
        version: 1,
        runs: 0,
        createdAt: now,
        updatedAt: now,
      })
      assert.deepEqual(await w.jobs.byId(w.workspaceKey, job.id), created)
    })

    it('is not seen from another workspace', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const other = await newWorkspace(w)

      assert.equal(await w.jobs.byId(other.workspaceKey, job.id), null)
      assert.deepEqual((await w.jobs.list(other.workspaceKey, ALL)).items, [])
    })

    it('paused at birth knows since when', async (t) => {
      const w = await world(t)

      const job = await w.job({ state: 'paused', dueAt: null })

      assert.deepEqual([job.state, job.pauseReason, job.pausedAt], ['paused', 'by_user', NOON])
    })

    it('of an owner who does not exist is refused', async (t) => {
      const w = await world(t)

      await assert.rejects(w.job({ ownerId: newId() }), { code: 'not_found' })
    })
  })

  describe('many new jobs', () => {
    it('are due as each says', async (t) => {
      const w = await world(t)
      const owned = { workspaceKey: w.workspaceKey, ownerId: w.admin.id }
      const jobs = [aJob({ ...owned, dueAt: DUE + 1 }), aJob({ ...owned, dueAt: null }), aJob({ ...owned, dueAt: DUE })]

      await w.jobs.createMany(jobs)

      assert.equal((await w.jobs.list(w.workspaceKey, ALL)).items.length, 3)
      assert.deepEqual(await w.dueIds(DUE + 1), [jobs[2]?.id, jobs[0]?.id])
    })

    it('are written all or none', async (t) => {
      const w = await world(t)
      const owned = { workspaceKey: w.workspaceKey, ownerId: w.admin.id }
      const taken = (await w.job()).id

      assert.equal(await w.jobs.createMany([aJob(owned), aJob({ ...owned, id: taken })]), false)

      assert.equal((await w.jobs.list(w.workspaceKey, ALL)).items.length, 1)
    })

    it('may be none at all', async (t) => {
      const w = await world(t)

      await w.jobs.createMany([])

      assert.equal((await w.jobs.count(w.workspaceKey)).total, 0)
    })
  })

  describe('an update', () => {
    const at = { now: DUE, expectedDueAt: null }

    it('changes what it names and nothing else', async (t) => {
      const w = await world(t)
      const job = await w.job({ description: 'old', metadata: { a: '1' } })

      const target = { ...A_TARGET, url: 'http://127.0.0.1/new' }
      const changed = await w.jobs.update(job, { name: 'new', description: null, target, metadata: {} }, at)

      assert.deepEqual(changed, {
        ...job,
        name: 'new',
        description: null,
        target,
        metadata: {},
        version: 2,
        updatedAt: DUE,
      })
    })

    it('of an old version changes nothing', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const first = await w.jobs.update(job, { name: 'first' }, at)

      assert.equal(await w.jobs.update(job, { name: 'second' }, at), null)
      assert.deepEqual(await w.jobs.byId(w.workspaceKey, job.id), first)
    })

    it('passes a job to another owner', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const heir = await newWorkspace(w)

      const changed = await w.jobs.update(job, { ownerId: heir.admin.id }, at)

      assert.equal(changed?.ownerId, heir.admin.id)
    })
  })

  describe('the list of jobs', () => {
    const names = async (w: World, filter: Partial<JobFilter>): Promise<readonly string[]> =>
      (await w.jobs.list(w.workspaceKey, { ...ALL, ...filter })).items.map(({ name }) => name)

    const named = async (t: TestContext, list: readonly string[]): Promise<World> => {
      const w = await world(t)
      for (const name of list) await w.job({ name })
      return w
    }

    for (const sort of ['created_at', 'name', 'updated_at'] as const) {
      for (const descending of [false, true]) {
        it(`by ${sort} ${descending ? 'downwards' : 'upwards'} comes in pages that neither repeat nor skip`, async (t) => {
          const w = await world(t)
          const list = ['delta', 'alpha', 'charlie', 'alpha', 'bravo']
          for (const [index, name] of list.entries()) await w.job({ name, now: NOON + (index % 2) })

          const found: string[] = []
          let cursor: string | null = null
          do {
            const page: Awaited<ReturnType<World['jobs']['list']>> = await w.jobs.list(w.workspaceKey, {
              ...ALL,
              sort,
              descending,
              cursor,
              limit: 2,
            })
            found.push(...page.items.map(({ name, createdAt }) => `${name} ${createdAt - NOON}`))
            cursor = page.nextCursor
          } while (cursor !== null)

          const upwards = {
            created_at: ['delta 0', 'alpha 1', 'charlie 0', 'alpha 1', 'bravo 0'],
            name: ['alpha 1', 'alpha 1', 'bravo 0', 'charlie 0', 'delta 0'],
            updated_at: ['delta 0', 'charlie 0', 'bravo 0', 'alpha 1', 'alpha 1'],
          }[sort]
          assert.deepEqual(found, descending ? upwards.toReversed() : upwards)
        })
      }
    }

    it('finds a part of the name in any case', async (t) => {
      const w = await named(t, ['Nightly Report', 'report 2', 'backup'])

      assert.deepEqual(await names(w, { search: 'REPORT' }), ['Nightly Report', 'report 2'])
    })

    it('takes wildcards and quotes in a search for themselves', async (t) => {
      const w = await named(t, ['100% done', '100 done', 'a_b', 'aab', 'bang!', `it's`])

      assert.deepEqual(await names(w, { search: '0%' }), ['100% done'])
      assert.deepEqual(await names(w, { search: 'a_b' }), ['a_b'])
      assert.deepEqual(await names(w, { search: '!' }), ['bang!'])
      assert.deepEqual(await names(w, { search: `'` }), [`it's`])
      assert.deepEqual(await names(w, { search: '%'.repeat(1000) }), [])
    })

    it('is narrowed by state and by owner', async (t) => {
      const w = await named(t, ['active'])
      await w.job({ name: 'paused', state: 'paused', dueAt: null })
      const stranger = await newWorkspace(w)
      await w.job({ name: 'of another', ownerId: stranger.admin.id })

      assert.deepEqual(await names(w, { state: 'paused' }), ['paused'])
      assert.deepEqual(await names(w, { ownerId: stranger.admin.id }), ['of another'])
    })

    it('leaves out deleted jobs', async (t) => {
      const w = await named(t, ['stays'])
      await w.jobs.delete(await w.job({ name: 'goes' }), { now: NOON, expectedDueAt: null })

      assert.deepEqual(await names(w, {}), ['stays'])
    })

    it('refuses a cursor it never gave', async (t) => {
      const w = await named(t, [])

      for (const cursor of ['nonsense', Buffer.from('{"a":1}').toString('base64url')]) {
        await assert.rejects(names(w, { cursor }), { code: 'invalid', message: /cursor/ })
      }
    })
  })

  it('jobs are counted by state, of one workspace or of all', async (t) => {
    const w = await world(t)
    await w.job()
    await w.job()
    await w.job({ state: 'paused', dueAt: null })
    await w.job({ state: 'ended', dueAt: null })
    await w.jobs.delete(await w.job(), { now: NOON, expectedDueAt: null })

    const other = await newWorkspace(w)
    await w.job({ workspaceKey: other.workspaceKey, ownerId: other.admin.id })

    assert.deepEqual(await w.jobs.count(w.workspaceKey), { total: 4, active: 2, paused: 1, ended: 1 })
    assert.deepEqual(await w.jobs.count(null), { total: 5, active: 3, paused: 1, ended: 1 })
  })

  describe('the last run of a job', () => {
    it('is the newest that started, whatever was skipped or waits since', async (t) => {
      const w = await world(t)
      const [ran, never] = [await w.job(), await w.job()]
      const id = await w.claim(ran)
      await w.finish(ran, id, { finishedAt: DUE + 5 })
      const skipped = anExecution({ scheduledFor: DUE + MINUTE, status: 'skipped', reason: 'overlap' })
      const waits = anExecution({ scheduledFor: DUE + 2 * MINUTE, status: 'pending' })
      await w.claim(ran, { dueAt: DUE + MINUTE, executions: [skipped, waits], nextAt: DUE + 3 * MINUTE })

      const runs = await w.jobs.lastRuns(w.workspaceKey, [ran.key, never.key])

      assert.deepEqual(
        [...runs],
        [[ran.key, { executionId: id, scheduledFor: DUE, status: 'success', finishedAt: DUE + 5 }]],
      )
    })

    it('is not told to another workspace', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await w.claim(job)
      const other = await newWorkspace(w)

      assert.equal((await w.jobs.lastRuns(other.workspaceKey, [job.key])).size, 0)
    })

    it('of no jobs is nothing', async (t) => {
      const w = await world(t)

      assert.equal((await w.jobs.lastRuns(w.workspaceKey, [])).size, 0)
    })
  })

  it('a timetable that equals another is stored on its own', async (t) => {
    const w = await world(t)
    const [one, two] = [await w.job(), await w.job()]

    await w.jobs.update(
      one,
      { timetable: { ...EVERY_MINUTE, zone: 'Asia/Tokyo' }, dueAt: DUE },
      { now: NOON, expectedDueAt: DUE },
    )

    assert.equal((await w.jobs.byId(w.workspaceKey, two.id))?.timetable.zone, 'UTC')
  })
}
