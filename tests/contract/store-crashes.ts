/** Crashes of functions and the quarantine they lead to, as every store must do it. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { newId } from '../../src/domain/ids.ts'
import type { Job } from '../../src/domain/job.ts'
import type { FunctionTarget } from '../../src/domain/target.ts'
import type { OutcomeWrite } from '../../src/store/store.ts'
import { anExecution, HOUR, MINUTE, NOON, SECOND } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

const DUE = NOON + MINUTE
const target: FunctionTarget = { kind: 'function', function: 'report', args: [], kwargs: {} }

/** A crash that its policy would try again. */
const CRASHED: Partial<OutcomeWrite> = {
  to: 'pending',
  notBefore: DUE,
  keepAttempt: true,
  statusCode: null,
  error: 'The function crashed.',
  output: 'so far',
  crash: 'counts',
}

export const crashesContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))
  const present = async (w: World, { id }: Job): Promise<Job> =>
    (await w.jobs.byId(w.workspaceKey, id)) ?? assert.fail('The job is gone.')

  /** Claims the n-th minute of the job and ends it so. */
  const next = async (w: World, job: Job, n: number, given: Partial<OutcomeWrite> = CRASHED) => {
    const dueAt = DUE + n * MINUTE
    const id = await w.claim(job, { dueAt, nextAt: dueAt + MINUTE })
    const result = await w.finish(job, id, { ...given, finishedAt: dueAt + SECOND })
    return { id, result }
  }

  const endedNode = async (w: World, at: number): Promise<void> => {
    const nodeKey = await w.ledger.join({ id: newId(), host: 'here', pid: 2, startedAt: at }, at, at + HOUR)
    assert(nodeKey !== null)
  }

  const recoverAll = async (w: World, now: number) => {
    const lost = await w.ledger.lost(now, 10)
    const recovered = []
    for (const one of lost)
      recovered.push(
        await w.ledger.recover(one, 'pending', { now, leaseNow: now, isCrash: one.target.kind === 'function' }),
      )
    return recovered
  }

  describe('crashes of a function', () => {
    it('F35: quarantine its job the third time in a row: it is paused and nothing of it runs on', async (t) => {
      const w = await world(t)
      const job = await w.job({ target })

      const first = await next(w, job, 0)
      await next(w, job, 1)
      const third = await next(w, job, 2)

      assert.deepEqual([first.result.pausedJobKeys, first.result.quarantinedIds], [[], []])
      assert.deepEqual([third.result.pausedJobKeys, third.result.quarantinedIds], [[job.key], [third.id]])
      const { state, pauseReason, version } = await present(w, job)
      assert.deepEqual([state, pauseReason, version], ['paused', 'quarantined', job.version + 1])
      assert.deepEqual(await w.statuses(job), ['cancelled', 'cancelled', 'failed'])
      const [cancelled, failed] = [first.id, third.id].map((id) => w.executions.byId(w.workspaceKey, id))
      assert.equal((await cancelled)?.reason, 'quarantined')
      const row = await failed
      assert.deepEqual([row?.reason, row?.error, row?.output], ['quarantined', 'The function crashed.', 'so far'])
      assert.deepEqual([await w.leaseAt(DUE + HOUR), await w.dueIds(DUE + HOUR)], [[], []])
    })

    it('count over failures that left the thread standing, and begin anew after a success', async (t) => {
      const w = await world(t)
      const job = await w.job({ target })
      const crash = { ...CRASHED, to: 'failed', notBefore: null } as const

      await next(w, job, 0, crash)
      await next(w, job, 1, crash)
      await next(w, job, 2, { to: 'success', crash: 'clears' })
      await next(w, job, 3, crash)
      await next(w, job, 4, { to: 'failed' })
      await next(w, job, 5, crash)
      assert.equal((await present(w, job)).state, 'active')
      await next(w, job, 6, crash)

      assert.equal((await present(w, job)).pauseReason, 'quarantined')
    })

    it('are counted for each job apart', async (t) => {
      const w = await world(t)
      const jobs = [await w.job({ target }), await w.job({ target })]

      for (const job of jobs) for (const n of [0, 1]) await next(w, job, n)

      for (const job of jobs) assert.equal((await present(w, job)).state, 'active')
    })

    it('count again from the first once the owner has resumed the job', async (t) => {
      const w = await world(t)
      const job = await w.job({ target })
      for (const n of [0, 1, 2]) await next(w, job, n)
      const plan = { dueAt: DUE + 10 * MINUTE, state: 'active', executions: [], exclusive: true, countRuns: 0 } as const

      const resumed = await w.jobs.resume(await present(w, job), plan, { now: DUE + 5 * MINUTE })
      assert(resumed !== null)
      await next(w, resumed, 10)

      assert.deepEqual([resumed.pauseReason, (await present(w, job)).state], [null, 'active'])
    })

    it('dropped for a lost lease do not count', async (t) => {
      const w = await world(t)
      const job = await w.job({ target })
      await next(w, job, 0)
      const { id } = await next(w, job, 1)

      const { recorded } = await w.finish(job, id, CRASHED)

      assert.deepEqual([recorded, (await present(w, job)).state], [[false], 'active'])
    })

    it('in quarantine are not tried again: neither what ran beside, nor a run by hand', async (t) => {
      const w = await world(t)
      const job = await w.job({ target })
      const beside = await w.claim(job, { exclusive: false })
      for (const n of [1, 2, 3]) await next(w, job, n)

      const { quarantinedIds, pausedJobKeys } = await w.finish(job, beside, CRASHED)

      assert.deepEqual([quarantinedIds, pausedJobKeys], [[beside], []])
      assert.equal((await w.executions.byId(w.workspaceKey, beside))?.status, 'failed')
    })
  })

  describe('a node that ends while it runs a function', () => {
    it('F35: counts as a crash of it, and the third time the execution stays uncertain and the job is quarantined', async (t) => {
      const w = await world(t)
      const job = await w.job({ target })
      await next(w, job, 0)
      await next(w, job, 1)
      const id = await w.claim(job, { dueAt: DUE + 2 * MINUTE })
      const after = DUE + 3 * MINUTE
      await endedNode(w, after)

      const recovered = await recoverAll(w, after)

      assert.deepEqual(recovered, [{ to: 'uncertain', isPaused: true }])
      const row = await w.executions.byId(w.workspaceKey, id)
      assert.deepEqual([row?.status, row?.reason], ['uncertain', 'quarantined'])
      assert.equal((await present(w, job)).pauseReason, 'quarantined')
      assert.deepEqual(await w.statuses(job), ['cancelled', 'cancelled', 'uncertain'])
    })

    it('counts once, however many executions of the job it ran', async (t) => {
      const w = await world(t)
      const job = await w.job({ target })
      const three = [0, 1, 2].map((n) => anExecution({ scheduledFor: DUE + n }))
      await w.claim(job, { exclusive: false, executions: three })
      await endedNode(w, DUE + MINUTE)

      const recovered = await recoverAll(w, DUE + MINUTE)

      assert.deepEqual(
        recovered.map(({ to }) => to),
        ['pending', 'pending', 'pending'],
      )
      assert.equal((await present(w, job)).state, 'active')
    })

    it('does not count where it is said not to be one', async (t) => {
      const w = await world(t)
      const job = await w.job({ target })
      await next(w, job, 0)
      await next(w, job, 1)
      await w.claim(job, { dueAt: DUE + 2 * MINUTE })
      const now = DUE + 3 * MINUTE
      await endedNode(w, now)

      const [lost] = await w.ledger.lost(now, 10)
      const at = { now, leaseNow: now, isCrash: false }
      const recovered = await w.ledger.recover(lost ?? assert.fail('Nothing was lost.'), 'pending', at)

      assert.deepEqual([recovered.to, (await present(w, job)).state], ['pending', 'active'])
    })
  })

  it('quarantined jobs are listed for their workspace alone, those paused for other reasons are not', async (t) => {
    const w = await world(t)
    const [job, other] = [await w.job({ target, name: 'poison' }), await w.job({ target })]
    for (const n of [0, 1, 2]) await next(w, job, n)
    await w.jobs.pause(other, 'by_user', { now: DUE, expectedDueAt: null })
    const { workspaceKey: elsewhere } = await newWorkspace(w)

    assert.deepEqual(await w.jobs.quarantined(w.workspaceKey, 10), [{ id: job.id, name: 'poison', target }])
    assert.deepEqual(await w.jobs.quarantined(elsewhere, 10), [])
  })
}
