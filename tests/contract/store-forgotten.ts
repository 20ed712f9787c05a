/** What every store forgets of its executions because somebody wants it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MINUTE, NOON } from '../support/builders.ts'
import { history } from './store-retention.ts'
import { newWorld, type OpenStore } from './world.ts'

export const forgottenContract = (open: OpenStore): void => {
  describe('executions that somebody deletes', () => {
    it('forgets what somebody wants gone, the last success too; not what is under way, nor the runs of others', async (test) => {
      const world = await newWorld(await open(test))
      const [job, other] = [await world.job(), await world.job()]
      const ids = await history(world, job, ['failed', 'success', 'failed', 'running'])
      await history(world, other, ['success'])
      const of = { jobKey: job.key, workspaceKey: world.workspaceKey }

      assert.equal(await world.retention.forget(of, ids[1] as string), 1)
      assert.deepEqual(await world.statuses(job), ['failed', 'failed', 'running'])
      assert.equal(await world.retention.completeSince(world.workspaceKey, job.key), NOON + 2 * MINUTE + 1)
      assert.equal(await world.retention.forget({ ...of, jobKey: other.key }, ids[0] as string), 0)
      assert.equal(await world.retention.forget(of, ids[3] as string), 0)
      assert.equal(await world.retention.forget(of, null), 2)
      assert.deepEqual(await world.statuses(job), ['running'])
      assert.deepEqual(await world.executions.attempts(world.workspaceKey, ids[0] as string), [])
      assert.deepEqual(await world.statuses(other), ['success'])
    })
  })
}
