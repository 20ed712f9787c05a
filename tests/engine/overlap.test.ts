/** What an occurrence does while another execution of its job still runs. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MINUTE, openWorld, START } from './world.ts'

describe('while an execution of the job still runs', () => {
  const overlapping = async (test: Parameters<typeof openWorld>[0], overlap: string) => {
    const made = await openWorld(test)
    const slow = await made.job('slow', { policies: { overlap: overlap as 'skip' } })
    const { engine, ...rest } = made.node()
    made.clock.setWall(START)
    for (const minute of [0, 1, 2]) {
      made.clock.setWall(START + minute * MINUTE)
      await engine.tick()
    }
    return { ...made, ...rest, engine, slow }
  }

  it('skip: the occurrence is skipped, with the reason', async (test) => {
    const { history, slow, sent } = await overlapping(test, 'skip')
    assert.deepEqual(await history(slow), ['0 running', '60 skipped overlap', '120 skipped overlap'])
    assert.equal(sent.length, 1)
  })

  it('queue_one: one waits for its turn, the next is skipped', async (test) => {
    const { history, slow, engine, answer, sent } = await overlapping(test, 'queue_one')
    assert.deepEqual(await history(slow), ['0 running', '60 pending', '120 skipped overlap'])

    answer('slow')
    await engine.tick()
    await engine.tick()

    assert.deepEqual(sent, ['slow#1@0', 'slow#1@120'])
    assert.deepEqual(await history(slow), ['0 success', '60 running', '120 skipped overlap'])
  })

  it('queue_all: all wait, in order', async (test) => {
    const { history, slow, engine, answer } = await overlapping(test, 'queue_all')
    assert.deepEqual(await history(slow), ['0 running', '60 pending', '120 pending'])
    for (const expected of [
      ['0 success', '60 running', '120 pending'],
      ['0 success', '60 success', '120 running'],
    ]) {
      answer('slow')
      await engine.tick()
      await engine.tick()
      assert.deepEqual(await history(slow), expected)
    }
  })

  it('cancel_other: the new one takes its place, and the call is cut', async (test) => {
    const { history, slow, open } = await overlapping(test, 'cancel_other')
    assert.deepEqual(await history(slow), ['0 cancelled replaced', '60 cancelled replaced', '120 running'])
    assert.equal(open(), 1)
  })

  it('allow: they run side by side', async (test) => {
    const { history, slow, open } = await overlapping(test, 'allow')
    assert.deepEqual(await history(slow), ['0 running', '60 running', '120 running'])
    assert.equal(open(), 3)
  })

  it('a lease that is over blocks nothing: after a crash the job runs again', async (test) => {
    const before = await overlapping(test, 'skip')
    const after = await before.reopen()
    const { engine, sent, answer } = after.node()
    after.clock.setWall(START + 3 * MINUTE)
    await engine.tick()
    answer('slow')
    await engine.tick()
    assert.equal(sent[0], 'slow#2@180')
  })
})
