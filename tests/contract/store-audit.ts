/** The audit log, as every store must keep it: with its cause or not at all, and as a chain. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { CHAIN_BEGINS, followChain } from '../../src/domain/audit.ts'
import { newId } from '../../src/domain/ids.ts'
import type { NewAuditEntry } from '../../src/store/store.ts'
import { aUser, MINUTE, NOON } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

export const anEntry = (workspace: number | string, given: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  workspace,
  at: NOON,
  actor: { kind: 'user', id: 'somebody', address: '192.0.2.7', userAgent: 'a browser' },
  deed: 'job.changed',
  subject: { kind: 'job', id: 'a job' },
  jobId: 'a job',
  before: 'aaaaaaaa',
  after: 'bbbbbbbb',
  fields: ['name'],
  ...given,
})

export const auditContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))
  const entries = (w: World, workspaceKey = w.workspaceKey) => w.audit.after(workspaceKey, 0, 100)

  describe('an entry of the audit log', () => {
    it('is written with the change that it tells of, and its event beside it', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const note = anEntry(w.workspaceKey, { subject: { kind: 'job', id: job.id }, jobId: job.id })

      const changed = await w.noting(note).jobs.update(job, { name: 'other' }, { now: NOON, expectedDueAt: null })

      assert.equal(changed?.name, 'other')
      const [entry] = await entries(w)
      const { workspace: _, ...facts } = note
      assert.deepEqual({ ...entry, hash: '' }, { ...facts, number: 1, hash: '' })
      const page = await w.events.list(w.workspaceKey, {
        types: ['job.changed'],
        descending: false,
        cursor: null,
        limit: 9,
      })
      assert.deepEqual(
        page.items.map(({ type, jobId, actorId, data }) => [type, jobId, actorId, data]),
        [['job.changed', job.id, 'somebody', { fields: ['name'] }]],
      )
    })

    it('is not written for a change that was refused, or that changed nothing', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const noted = w.noting(anEntry(w.workspaceKey))

      assert.equal(
        await noted.jobs.update({ ...job, version: 9 }, { name: 'x' }, { now: NOON, expectedDueAt: null }),
        null,
      )
      assert.equal(await noted.executions.cancel(w.workspaceKey, newId(), NOON), null)
      assert.equal(await noted.people.revokeSession(newId(), NOON), false)
      await assert.rejects(noted.jobs.create({ ...aNewJob(w), id: job.id }))

      assert.deepEqual(await entries(w), [])
    })

    it('is written once, whatever else is written in its name', async (t) => {
      const w = await world(t)
      const noted = w.noting(anEntry(w.workspaceKey))

      await noted.jobs.create(aNewJob(w))
      await noted.jobs.create(aNewJob(w))

      assert.equal((await entries(w)).length, 1)
    })

    it('tells of the birth of a workspace in that workspace', async (t) => {
      const w = await world(t)
      const id = newId()

      const made = await w.noting(anEntry(id)).people.createWorkspace({ id, name: 'new', now: NOON }, aUser())

      assert('workspaceKey' in made)
      assert.deepEqual([(await entries(w, made.workspaceKey)).length, (await entries(w)).length], [1, 0])
    })

    it('carries the hash of the one before, in each workspace apart, however many come at once', async (t) => {
      const w = await world(t)
      const other = await newWorkspace(w)

      await Promise.all(
        Array.from({ length: 40 }, (_, at) =>
          w.audit.append(anEntry(at % 4 === 0 ? other.workspaceKey : w.workspaceKey, { at })),
        ),
      )

      for (const [key, count] of [
        [w.workspaceKey, 30],
        [other.workspaceKey, 10],
      ] as const) {
        const { head, anchor } = await w.audit.chain(key)
        const followed = followChain(key, anchor, await entries(w, key))
        assert.deepEqual(followed, { upTo: head, broken: null })
        assert.deepEqual([head.number, anchor], [count, { number: 0, hash: CHAIN_BEGINS }])
      }
    })

    it('is forgotten only from the old end, and the chain is followed from there', async (t) => {
      const w = await world(t)
      for (const at of [1, 2, 3, 2, 9]) await w.audit.append(anEntry(w.workspaceKey, { at }))

      const forgotten = [await w.audit.forget(3, 1), await w.audit.forget(3, 10), await w.audit.forget(3, 10)]

      assert.deepEqual(forgotten, [1, 1, 0])
      const { head, anchor } = await w.audit.chain(w.workspaceKey)
      const left = await entries(w)
      assert.deepEqual([anchor.number, left.map(({ number }) => number)], [2, [3, 4, 5]])
      assert.deepEqual(followChain(w.workspaceKey, anchor, left), { upTo: head, broken: null })
    })

    it('is found by actor, deed, subject and time', async (t) => {
      const w = await world(t)
      await w.audit.append(anEntry(w.workspaceKey, { at: NOON, deed: 'job.created' }))
      await w.audit.append(
        anEntry(w.workspaceKey, { at: NOON + MINUTE, deed: 'user.created', subject: { kind: 'user', id: 'u' } }),
      )
      const nobody = { kind: 'nobody', id: null, address: null, userAgent: null } as const
      await w.audit.append(anEntry(w.workspaceKey, { at: NOON + 2 * MINUTE, deed: 'job.run', actor: nobody }))
      const numbers = async (filter: object) =>
        (await w.audit.list(w.workspaceKey, { cursor: null, limit: 10, ...filter })).items.map(({ number }) => number)

      assert.deepEqual(await numbers({}), [3, 2, 1])
      assert.deepEqual(await numbers({ deed: 'job' }), [3, 1])
      assert.deepEqual(await numbers({ deed: 'job.created' }), [1])
      assert.deepEqual(await numbers({ actorId: 'somebody' }), [2, 1])
      assert.deepEqual(await numbers({ subjectId: 'u' }), [2])
      assert.deepEqual(await numbers({ from: NOON + 1, until: NOON + 2 * MINUTE }), [2])
      const page = await w.audit.list(w.workspaceKey, { cursor: null, limit: 2 })
      const next = await w.audit.list(w.workspaceKey, { cursor: page.nextCursor, limit: 2 })
      assert.deepEqual([next.items.map(({ number }) => number), next.nextCursor], [[1], null])
    })
  })
}

const aNewJob = (w: World) => ({
  id: newId(),
  workspaceKey: w.workspaceKey,
  ownerId: w.admin.id,
  name: 'a job',
  description: null,
  timetable: { schedules: [{ kind: 'manual' as const }], zone: 'UTC' },
  target: { kind: 'http' as const, url: 'http://127.0.0.1/', method: 'GET' as const },
  policies: {},
  metadata: {},
  state: 'active' as const,
  now: NOON,
  dueAt: null,
})
