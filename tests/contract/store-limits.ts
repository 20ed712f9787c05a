/** Limits: how many at once and per time, who waits for them and who is let in, as every store must keep them. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Job } from '../../src/domain/job.ts'
import type { Allowance } from '../../src/domain/limits.ts'
import { A_TARGET, anExecution, anIdAt, MINUTE, NOON, SECOND } from '../support/builders.ts'
import { LEASE_END, newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE
const NOTHING = { concurrency: null, rate: null }
const shared = (name: string) => ({ kind: 'shared', name }) as const

export const limitsContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))

  const limit = (w: World, name: string, allowed: Partial<Allowance>) =>
    w.limits.set(w.workspaceKey, { ...shared(name), ...NOTHING, ...allowed, ifVersion: null, now: NOON })

  const manual = async (w: World, job: Job, given: { now?: number; exclusive?: boolean } = {}): Promise<string> => {
    const { now = DUE, exclusive = false } = given
    const run = { id: anIdAt(now), workspaceKey: w.workspaceKey, jobKey: job.key, now, exclusive }
    return (await w.executions.createManual({ ...run, requestedBy: null, target: null })).id
  }

  /** So many manual runs, a millisecond apart. */
  const several = async (w: World, job: Job, count: number): Promise<string[]> => {
    const ids: string[] = []
    for (let n = 0; n < count; n++) ids.push(await manual(w, job, { now: DUE + n }))
    return ids
  }

  const lease = async (w: World, now: number, more: { limit?: number; sweep?: boolean; catchUp?: number } = {}) => {
    const { leased } = await w.ledger.lease({ nodeKey: w.nodeKey, now, leaseNow: DUE, limit: 100, ...more })
    return leased.map(({ executionId }) => executionId)
  }

  const waitsFor = async (w: World, id: string) => (await w.executions.byId(w.workspaceKey, id))?.waitsFor

  const db = { policies: { limits: ['db'] } }

  describe('a limit on how many run at once', () => {
    it('of the job itself lets so many start, and the next when one of them has ended', async (t) => {
      const w = await world(t)
      const job = await w.job({ policies: { concurrency: 2 } })
      const [a, b, c, d] = await several(w, job, 4)

      assert.deepEqual(await lease(w, DUE + SECOND), [a, b])
      assert.deepEqual(await waitsFor(w, c ?? ''), { kind: 'job', name: job.id })
      assert.equal((await w.finish(job, a ?? '')).released, true)
      assert.deepEqual(await lease(w, DUE + SECOND), [c])
      await w.finish(job, b ?? '', { to: 'failed' })
      assert.deepEqual(await lease(w, DUE + SECOND), [d])
    })

    it('is shared by all jobs that name it, and by no other', async (t) => {
      const w = await world(t)
      await limit(w, 'db', { concurrency: 1 })
      const [one, other, free] = [await w.job(db), await w.job(db), await w.job()]
      const [a, b, c] = [await manual(w, one), await manual(w, other, { now: DUE + 1 }), await manual(w, free)]

      assert.deepEqual((await lease(w, DUE + SECOND)).toSorted(), [a, c].toSorted())
      assert.deepEqual(await waitsFor(w, b), { kind: 'shared', name: 'db' })
      await w.finish(one, a)
      assert.deepEqual(await lease(w, DUE + SECOND), [b])
    })

    it('of a host holds for every job that calls it, whatever its port and path, also in one run alone', async (t) => {
      const w = await world(t)
      const host = { kind: 'host', name: 'api.example.com', concurrency: 1, rate: null } as const
      await w.limits.set(w.workspaceKey, { ...host, ifVersion: null, now: NOON })
      const calling = (url: string) => ({ ...A_TARGET, url })
      const one = await w.job({ target: calling('https://api.example.com/a') })
      const other = await w.job({ target: calling('http://API.example.com:8080/b') })
      const third = await w.job({ target: calling('https://example.com/') })
      const [a, b, c] = [await manual(w, one), await manual(w, other, { now: DUE + 1 }), await manual(w, third)]
      const run = { id: anIdAt(DUE), workspaceKey: w.workspaceKey, jobKey: third.key, now: DUE + 2, exclusive: false }
      const away = await w.executions.createManual({ ...run, requestedBy: null, target: one.target })

      assert.deepEqual((await lease(w, DUE + SECOND)).toSorted(), [a, c].toSorted())
      for (const id of [b, away.id]) assert.deepEqual(await waitsFor(w, id), { kind: 'host', name: 'api.example.com' })
    })

    it('of the workspace, or of every workspace, holds for all of its jobs', async (t) => {
      const w = await world(t)
      const whole = { kind: 'workspace', name: '', concurrency: 2, rate: null } as const
      await w.limits.set(w.workspaceKey, { ...whole, ifVersion: null, now: NOON })
      const [a, b, c] = await several(w, await w.job(), 3)

      assert.deepEqual(await lease(w, DUE + SECOND), [a, b])
      assert.deepEqual(await waitsFor(w, c ?? ''), { kind: 'workspace', name: '' })
      await w.limits.setForEvery(3)
      await w.limits.delete(w.workspaceKey, whole, null)
      assert.deepEqual(await lease(w, DUE + SECOND, { sweep: true }), [c])
      const [d] = await several(w, await w.job(), 1)
      assert.deepEqual(await lease(w, DUE + SECOND), [])
      await w.limits.setForEvery(null)
      assert.deepEqual(await lease(w, DUE + SECOND, { sweep: true }), [d])
    })

    it('holds together with the others of the job: all must have room', async (t) => {
      const w = await world(t)
      await limit(w, 'db', { concurrency: 2 })
      await limit(w, 'mail', { concurrency: 1 })
      const both = await w.job({ policies: { limits: ['db', 'mail'] } })
      const onlyDb = await w.job(db)
      const [a, b] = await several(w, both, 2)
      const [c, d] = await several(w, onlyDb, 2)

      assert.deepEqual(await lease(w, DUE + SECOND), [a, c])
      // What frees a place of one limit is no use to who also waits for the other; it is for the next.
      await w.finish(onlyDb, c ?? '')
      assert.deepEqual(await lease(w, DUE + SECOND), [d])
      await w.finish(both, a ?? '')
      assert.deepEqual(await lease(w, DUE + SECOND), [b])
    })

    it('lets in by priority first, then the oldest', async (t) => {
      const w = await world(t)
      await limit(w, 'db', { concurrency: 1 })
      const job = await w.job({ policies: { limits: ['db'], overlap: 'allow' } })
      const running = await manual(w, job)
      await lease(w, DUE)
      const waiting = [2, 1].map((second) =>
        anExecution({ scheduledFor: DUE + second * SECOND, status: 'pending', trigger: 'catch_up' }),
      )
      await w.claim(job, { executions: waiting, exclusive: false })
      const onTime = anExecution({ scheduledFor: DUE + 3 * SECOND, status: 'pending' })
      await w.claim(job, { dueAt: DUE + MINUTE, executions: [onTime], exclusive: false })
      const now = DUE + MINUTE
      assert.deepEqual(await lease(w, now), [])

      const order = []
      for (let last = running, next = ''; order.length < 3; last = next) {
        await w.finish(job, last)
        next = (await lease(w, now))[0] ?? assert.fail('Nobody was let in.')
        order.push(next)
      }

      assert.deepEqual(order, [onTime.id, waiting[1]?.id, waiting[0]?.id])
    })

    it('gets its place back from whatever ends a run: cancel, another try, hand-back, a lost node', async (t) => {
      const w = await world(t)
      await limit(w, 'db', { concurrency: 1 })
      const job = await w.job(db)
      const [a, b, c, d] = await several(w, job, 4)
      const now = DUE + SECOND
      assert.deepEqual(await lease(w, now), [a])

      await w.executions.cancel(w.workspaceKey, a ?? '', now)
      assert.deepEqual(await lease(w, now, { sweep: true }), [b])
      await w.finish(job, b ?? '', { to: 'pending', notBefore: now + MINUTE })
      assert.deepEqual(await lease(w, now), [c])
      await w.finish(job, c ?? '', { to: 'pending', notBefore: now + MINUTE, handedBack: true })
      assert.deepEqual(await lease(w, now), [d])
      const after = LEASE_END + 1
      const nodeKey = await w.ledger.join({ id: 'next', host: 'here', pid: 2, startedAt: after }, after, after + MINUTE)
      const [lost] = await w.ledger.lost(after, 10)
      await w.ledger.recover(lost ?? assert.fail('Nothing was lost.'), 'uncertain', {
        now: after,
        leaseNow: after,
        isCrash: false,
      })
      const { leased } = await w.ledger.lease({ nodeKey: nodeKey ?? 0, now: after, leaseNow: after, limit: 100 })
      assert.equal(leased.length, 1)
    })

    it('lets in more at once when it is raised, and nobody is forgotten when it is deleted', async (t) => {
      const w = await world(t)
      await limit(w, 'db', { concurrency: 1 })
      const ids = await several(w, await w.job(db), 6)
      assert.equal((await lease(w, DUE + SECOND)).length, 1)

      await limit(w, 'db', { concurrency: 3 })
      assert.deepEqual(await lease(w, DUE + SECOND, { sweep: true }), ids.slice(1, 3))
      const job = (await w.jobs.byId(
        w.workspaceKey,
        (await w.executions.byId(w.workspaceKey, ids[0] ?? ''))?.jobId ?? '',
      ))!
      await w.jobs.update(job, { policies: {} }, { now: DUE, expectedDueAt: null })
      assert.equal(await w.limits.delete(w.workspaceKey, shared('db'), null), 'deleted')
      assert.deepEqual(await lease(w, DUE + SECOND, { sweep: true }), ids.slice(3))
    })

    it('costs the others nothing: ten thousand that wait for it are not looked at', async (t) => {
      const w = await world(t)
      await limit(w, 'db', { concurrency: 1 })
      const busy = await w.job(db)
      const executions = Array.from({ length: 1000 }, (_, n) =>
        anExecution({ scheduledFor: DUE + n, status: 'pending' }),
      )
      await w.claim(busy, { executions, exclusive: false })
      const other = await manual(w, await w.job(), { now: DUE + MINUTE })

      assert.deepEqual(await lease(w, DUE + MINUTE, { limit: 2 }), [other, executions[0]?.id])
      assert.deepEqual(await lease(w, DUE + MINUTE, { limit: 1 }), [])
      assert.equal((await w.ledger.depth()).waitingFor.shared, 999)
      const [told] = await w.limits.list(w.workspaceKey)
      assert.deepEqual([told?.running, told?.waiting], [1, 999])
    })

    it('of an exclusive run holds behind its own job too', async (t) => {
      const w = await world(t)
      await limit(w, 'db', { concurrency: 5 })
      const job = await w.job(db)
      const [a, b] = [
        await manual(w, job, { exclusive: true }),
        await manual(w, job, { now: DUE + 1, exclusive: true }),
      ]

      assert.deepEqual(await lease(w, DUE + SECOND), [a])
      assert.deepEqual(await waitsFor(w, b), { kind: 'other_run' })
      await w.finish(job, a)
      assert.deepEqual(await lease(w, DUE + SECOND), [b])
    })
  })

  describe('a limit on how many start per time', () => {
    const rate = { count: 2, perMs: SECOND, burst: 1 }

    it('lets one start whenever a token comes, and tells when that is', async (t) => {
      const w = await world(t)
      await limit(w, 'db', { rate })
      const ids = await several(w, await w.job(db), 3)
      const now = DUE + SECOND
      const at = async (when: number) => {
        const { leased, nextAt } = await w.ledger.lease({ nodeKey: w.nodeKey, now: when, leaseNow: DUE, limit: 100 })
        return [...leased.map(({ executionId }) => executionId), nextAt]
      }

      assert.deepEqual(await at(now), [ids[0], now + 500])
      assert.deepEqual(await waitsFor(w, ids[1] ?? ''), { kind: 'shared', name: 'db' })
      assert.deepEqual(await at(now + 499), [now + 500])
      assert.deepEqual(await at(now + 500), [ids[1], now + 1000])
      assert.deepEqual(await at(now + 1000), [ids[2], null])
    })

    it('does not burst after a restart, nor is silent after the clock was set back', async (t) => {
      const w = await world(t)
      await limit(w, 'db', { rate: { count: 1, perMs: MINUTE, burst: 2 } })
      const job = await w.job(db)
      const longAgo = NOON - 120 * MINUTE
      for (let n = 0; n < 9; n++) await manual(w, job, { now: longAgo + n })
      assert.equal((await lease(w, DUE + SECOND)).length, 2)

      const after = LEASE_END + 1
      const nodeKey = await w.ledger.join({ id: 'next', host: 'here', pid: 2, startedAt: after }, after, after + MINUTE)
      const leaseAt = async (now: number) =>
        (await w.ledger.lease({ nodeKey: nodeKey ?? 0, now, leaseNow: after, limit: 9, sweep: true })).leased.length
      assert.equal(await leaseAt(DUE + SECOND), 0)
      assert.equal(await leaseAt(DUE + SECOND + MINUTE), 1)
      // An hour back: that time comes again only in an hour.
      const back = DUE - 60 * MINUTE
      assert.deepEqual([await leaseAt(back), await leaseAt(back), await leaseAt(back + MINUTE)], [2, 0, 1])
    })

    it('holds for every try, and with a bound on how many at once', async (t) => {
      const w = await world(t)
      const job = await w.job({ policies: { concurrency: 1, rate } })
      const [a, b] = await several(w, job, 2)
      const now = DUE + SECOND

      assert.deepEqual(await lease(w, now), [a])
      await w.finish(job, a ?? '', { to: 'pending', notBefore: now })
      assert.deepEqual(await lease(w, now), [])
      assert.deepEqual(await lease(w, now + 500), [b])
      assert.deepEqual(await lease(w, now + 5000), [])
      await w.finish(job, b ?? '')
      assert.deepEqual(await lease(w, now + 5000), [a])
    })
  })

  describe('limits themselves', () => {
    it('are set, replaced, listed and deleted under their name, each guarded by its version', async (t) => {
      const w = await world(t)
      await limit(w, 'db', { concurrency: 3 })
      const rate = { count: 5, perMs: SECOND, burst: 2 }
      const write = { ...shared('db'), concurrency: null, rate, now: DUE }

      assert.equal(await w.limits.set(w.workspaceKey, { ...write, ifVersion: 7 }), false)
      assert.equal(await w.limits.set(w.workspaceKey, { ...write, ifVersion: 1 }), true)
      assert.equal(await w.limits.set(w.workspaceKey, { ...write, ...shared('no such'), ifVersion: 1 }), false)
      assert.deepEqual(
        await w.limits.list(w.workspaceKey),
        [{ ...write, version: 2, createdAt: NOON, updatedAt: DUE, running: 0, waiting: 0 }].map(
          ({ now: _, ...row }) => row,
        ),
      )
      assert.equal(await w.limits.delete(w.workspaceKey, shared('db'), 1), 'changed')
      assert.equal(await w.limits.delete(w.workspaceKey, shared('db'), 2), 'deleted')
      assert.equal(await w.limits.byName(w.workspaceKey, shared('db')), null)
    })

    it('stay as long as a job names them', async (t) => {
      const w = await world(t)
      await limit(w, 'db', { concurrency: 3 })
      const job = await w.job(db)

      assert.equal(await w.limits.delete(w.workspaceKey, shared('db'), null), 'used')
      await w.jobs.delete(job, { now: DUE, expectedDueAt: null })
      assert.equal(await w.limits.delete(w.workspaceKey, shared('db'), null), 'deleted')
    })

    it('make due jobs that they hold for known as limited', async (t) => {
      const w = await world(t)
      await limit(w, 'db', { concurrency: 3 })
      const jobs = [await w.job(db), await w.job(), await w.job({ policies: { concurrency: 1 } })]

      const { jobs: due } = await w.ledger.due({ until: DUE, limit: 10, after: null })

      const limited = new Map(due.map((one) => [one.jobKey, one.limited]))
      assert.deepEqual(
        jobs.map(({ key }) => limited.get(key)),
        [true, false, true],
      )
    })
  })
}
