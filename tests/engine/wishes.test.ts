/** What users want to be mailed, on a real store: at once, not at all, or in a digest. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { aUser } from '../support/builders.ts'
import { alerts, MAIL, notifyOf, run } from './notify-world.ts'
import { FAILED, openWorld } from './world.ts'

describe('what users want', () => {
  it('decides what is mailed to them, at once from when they say so', async (test) => {
    const world = await openWorld(test)
    const node = world.node()
    const mail = { to: ['reader@example.com', MAIL], onFailure: true, onSuccess: true }
    const job = await world.job('mailed', { alerts: alerts({ mail }) })
    const reader = aUser({ email: 'Reader@example.com', role: 'user' })
    await world.store.people.createUser(job.workspaceKey, reader)
    const { tick, posts } = notifyOf(world)
    const tell = async (minute: number, more = {}) => {
      await run(world, node, 'mailed', minute, more)
      await tick()
      return posts
        .splice(0)
        .map(({ to }) => to)
        .sort()
    }

    assert.deepEqual(await tell(0), [MAIL, 'reader@example.com'])
    await world.store.preferences.set(reader.id, 'notices', { emailOnSuccess: false }, world.clock.now())
    assert.deepEqual(await tell(1), [MAIL])
    assert.equal((await tell(2, FAILED)).length, 2)
    await node.engine.stop(0)
  })
})
