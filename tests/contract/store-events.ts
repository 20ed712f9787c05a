/** Events and who listens to them, as every store must keep them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { EVERY_EVENT_TYPE, type Event, type EventType } from '../../src/domain/event.ts'
import { anExecution, HOUR, MINUTE, NOON } from '../support/builders.ts'
import { anEntry } from './store-audit.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE

export const eventsContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))

  const all = async (w: World, workspaceKey = w.workspaceKey): Promise<readonly Event[]> => {
    const filter = { types: EVERY_EVENT_TYPE, descending: false, cursor: null, limit: 100 }
    return (await w.events.list(workspaceKey, filter)).items
  }
  const types = async (w: World): Promise<readonly EventType[]> => (await all(w)).map(({ type }) => type)

  describe('an event', () => {
    it('is not written for a plain success that nobody listens for', async (t) => {
      const w = await world(t)
      const job = await w.job()
      await w.finish(job, await w.claim(job))

      assert.deepEqual(await types(w), [])
    })

    it('tells of a success where somebody listens, with the facts of it', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const id = await w.claim(job)

      await w.finish(job, id, { told: true })

      assert.deepEqual(await all(w), [
        {
          number: 1,
          at: NOON + MINUTE,
          type: 'execution.succeeded',
          subject: { kind: 'execution', id },
          jobId: job.id,
          actorId: null,
          data: { job_name: job.name, scheduled_for: new Date(DUE).toISOString(), attempt: 1, status_code: 200 },
        },
      ])
    })

    it('tells of every failure that no try follows, and of a pause that comes of it', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const again = await w.claim(job)
      await w.finish(job, again, { to: 'pending', notBefore: DUE, error: 'Status 503' })
      await w.leaseAt(DUE)

      await w.finish(job, again, { to: 'failed', attempt: 2, error: 'x'.repeat(2000), pauseAfterFailures: 1 })

      const [failed, paused] = await all(w)
      assert.deepEqual([failed?.type, paused?.type], ['execution.failed', 'job.auto_paused'])
      assert.equal(String(failed?.data.error).length, 500)
      assert.deepEqual([paused?.subject, paused?.data.failures], [{ kind: 'job', id: job.id }, 1])
    })

    it('is not written for an outcome that is dropped', async (t) => {
      const w = await world(t)
      const job = await w.job()
      const id = await w.claim(job)
      await w.finish(job, id)

      await w.finish(job, id, { to: 'failed' })

      assert.deepEqual(await types(w), [])
    })

    it('tells of what was missed always, and of what was skipped or ended where somebody listens', async (t) => {
      const w = await world(t)
      const [quiet, heard] = [await w.job(), await w.job()]
      const executions = [
        anExecution({ scheduledFor: DUE, status: 'missed', reason: 'window', lastFor: DUE + MINUTE, occurrences: 2 }),
        anExecution({ scheduledFor: DUE + 2 * MINUTE, status: 'skipped', reason: 'overlap' }),
      ]
      await w.claim(quiet, {
        executions: executions.map((one) => ({ ...one, id: `q${one.id.slice(1)}` })),
        nextAt: null,
      })

      await w.claim(heard, { executions, nextAt: null, told: true })

      assert.deepEqual(await types(w), ['execution.missed', 'job.ended', 'execution.missed', 'execution.skipped'])
      const [missed] = await all(w)
      assert.deepEqual(
        [missed?.jobId, missed?.data.reason, missed?.data.occurrences, missed?.data.last_for],
        [quiet.id, 'window', 2, new Date(DUE + MINUTE).toISOString()],
      )
    })

    it('tells that an execution is uncertain when its node was lost', async (t) => {
      const w = await world(t)
      const job = await w.job({ policies: { delivery: 'at_most_once' } })
      const id = await w.claim(job)
      const later = NOON + 2 * HOUR
      const [lost] = await w.ledger.lost(later, 10)

      await w.ledger.recover(lost ?? assert.fail(), 'uncertain', { now: later, leaseNow: later, isCrash: false })

      const [event] = await all(w)
      assert.deepEqual([event?.type, event?.subject.id], ['execution.uncertain', id])
    })

    it('has a number of its own workspace, which is never given twice', async (t) => {
      const w = await world(t)
      const other = await newWorkspace(w)
      for (const at of [NOON, NOON + 1, NOON + 2]) await w.audit.append(anEntry(w.workspaceKey, { at }))
      await w.audit.append(anEntry(other.workspaceKey))

      const forgotten = await w.events.forget(NOON + HOUR, 100)
      await w.audit.append(anEntry(w.workspaceKey))

      assert.equal(forgotten, 2)
      assert.deepEqual(
        (await all(w)).map(({ number }) => number),
        [3, 4],
      )
      assert.deepEqual(
        (await all(w, other.workspaceKey)).map(({ number }) => number),
        [1],
      )
      assert.deepEqual([await w.events.newest(w.workspaceKey), await w.events.newest(999)], [4, 0])
    })

    it('is forgotten by age, so many at a time', async (t) => {
      const w = await world(t)
      for (const at of [1, 2, 3, 4]) await w.audit.append(anEntry(w.workspaceKey, { at }))

      assert.deepEqual(
        [await w.events.forget(4, 2), await w.events.forget(4, 2), await w.events.forget(4, 2)],
        [2, 1, 0],
      )
    })

    it('is found by type, by job and by place', async (t) => {
      const w = await world(t)
      const [one, other] = [await w.job(), await w.job()]
      await w.finish(one, await w.claim(one), { told: true })
      await w.finish(other, await w.claim(other), { to: 'failed' })
      await w.finish(one, await w.claim(one, { dueAt: DUE + MINUTE }), { to: 'failed' })
      const numbers = async (filter: object) => {
        const page = await w.events.list(w.workspaceKey, {
          types: EVERY_EVENT_TYPE,
          descending: false,
          cursor: null,
          limit: 2,
          ...filter,
        })
        return [page.items.map(({ number }) => number), page.nextCursor] as const
      }

      assert.deepEqual(await numbers({ types: ['execution.failed'] }), [[2, 3], null])
      assert.deepEqual(await numbers({ jobId: one.id }), [[1, 3], null])
      assert.deepEqual(await numbers({ after: 2 }), [[3], null])
      const [newest, cursor] = await numbers({ descending: true })
      assert.deepEqual(
        [newest, await numbers({ descending: true, cursor })],
        [
          [3, 2],
          [[1], null],
        ],
      )
    })
  })

  describe('who listens', () => {
    it('is remembered until the time given, and renewed under the same name', async (t) => {
      const w = await world(t)
      const interest = {
        id: 'stream',
        workspaceKey: w.workspaceKey,
        jobKey: null,
        types: null,
        expiresAt: NOON + MINUTE,
      }
      await w.events.listen(interest, NOON)
      const rule = {
        id: 'rule',
        workspaceKey: w.workspaceKey,
        jobKey: 7,
        types: ['execution.failed'] as const,
        expiresAt: null,
      }
      await w.events.listen(rule, NOON)

      await w.events.listen({ ...interest, expiresAt: NOON + 2 * MINUTE }, NOON + 30_000)

      assert.deepEqual(await w.events.interests(NOON + MINUTE), [rule, { ...interest, expiresAt: NOON + 2 * MINUTE }])
      assert.deepEqual(await w.events.interests(NOON + 3 * MINUTE), [rule])
      await w.events.unlisten('rule')
      assert.deepEqual(await w.events.interests(NOON + 3 * MINUTE), [])
    })
  })
}
