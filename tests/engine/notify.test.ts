/** Who hears of what, on a real store with a clock moved by hand: each thing once at least, and no run ever waits for it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DEFAULT_ALERTS } from '../../src/domain/alerts.ts'
import type { Sent } from '../../src/notify/notify.ts'
import { aUser } from '../support/builders.ts'
import { alerts, inboxOf, MAIL, notifyOf, REFUSED, rule, run } from './notify-world.ts'
import { every, FAILED, HOUR, MINUTE, openWorld, SECOND, START, type World } from './world.ts'

describe('what is announced to all', () => {
  it('tells of a success of a job that was just saved, and exactly once', async (test) => {
    const world = await openWorld(test)
    const node = world.node()
    await node.engine.tick()
    const job = await world.job('just saved', { alerts: { ...DEFAULT_ALERTS, announce: 'all' } })
    const { tick } = notifyOf(world)

    await run(world, node, 'just saved', 0)
    await tick()
    await tick()

    const expected = ['Job Completed: Job "just saved" completed successfully.']
    assert.deepEqual(await inboxOf(world, job.workspaceKey, job.ownerId), expected)
    await node.engine.stop(0)
  })

  it('tells owner and admins alone of what went wrong, where nothing else was said', async (test) => {
    const world = await openWorld(test)
    const node = world.node()
    const job = await world.job('quiet')
    const other = aUser({ role: 'user', now: world.clock.now() })
    await world.store.people.createUser(job.workspaceKey, other)
    const { tick } = notifyOf(world)

    await run(world, node, 'quiet', 0)
    await run(world, node, 'quiet', 1, FAILED)
    await tick()

    const [told] = await inboxOf(world, job.workspaceKey, job.ownerId)
    assert.match(told ?? '', /^Job Failed: Job "quiet" failed: /)
    assert.deepEqual(await inboxOf(world, job.workspaceKey, other.id), [])
    await node.engine.stop(0)
  })
})

describe('rules', () => {
  it('tell of a recovery with the time since the first failure, and of failures in a row once', async (test) => {
    const world = await openWorld(test)
    const node = world.node()
    const rules = [rule({ on: 'recovery' }), rule({ on: 'failures', count: 2 })]
    await world.job('flaky', { alerts: alerts({ rules }) })
    const { tick, posts, kinds } = notifyOf(world)

    for (const [minute, more] of [{}, FAILED, FAILED, FAILED, {}, {}].entries()) {
      await run(world, node, 'flaky', minute, more)
      await tick()
    }

    assert.deepEqual(kinds(), ['job.failing', 'job.recovered'])
    assert.deepEqual([posts[0]?.facts.count, posts[1]?.facts.downtimeMs], [2, 3 * MINUTE])
    await node.engine.stop(0)
  })

  it('tell of what is late or long while it still waits or runs, and once', async (test) => {
    const world = await openWorld(test)
    const node = world.node()
    const rules = [rule({ on: 'late', afterMs: 10 * SECOND }), rule({ on: 'long', afterMs: 20 * SECOND })]
    const job = await world.job('slow', { timetable: every(HOUR), alerts: alerts({ rules }) })
    await world.job('unheard of', { timetable: every(HOUR) })
    const { tick, posts, kinds } = notifyOf(world)
    world.clock.setWall(START)
    await node.engine.tick()
    world.clock.setWall(START + 15 * SECOND)
    await tick()
    assert.deepEqual(kinds(), [])

    world.clock.setWall(START + 25 * SECOND)
    await tick()
    await tick()

    assert.deepEqual([kinds(), posts[0]?.facts.durationMs], [['job.long'], 25 * SECOND])
    assert.deepEqual(
      (await world.store.outbox.watched()).map(({ subject }) => subject.jobKey),
      [job.key],
    )
    for (const name of ['slow', 'unheard of']) node.answer(name)
    await node.engine.stop(0)
  })

  it('keep still while they sleep, and tell again afterwards', async (test) => {
    const world = await openWorld(test)
    const node = world.node()
    const rules = [rule({ on: 'failure' })]
    await world.job('asleep', { alerts: alerts({ rules, snoozedUntil: START + 90 * SECOND }) })
    const { tick, posts } = notifyOf(world)

    await run(world, node, 'asleep', 1, FAILED)
    await tick()
    assert.deepEqual(posts, [])
    await run(world, node, 'asleep', 2, FAILED)
    await tick()

    assert.equal(posts.length, 1)
    await node.engine.stop(0)
  })

  it('leave out the address of a disabled user', async (test) => {
    const world = await openWorld(test)
    const node = world.node()
    const mail = { to: ['gone@example.com', MAIL], onFailure: true, onSuccess: false }
    const job = await world.job('mailed', { alerts: alerts({ mail }) })
    const gone = aUser({ email: 'Gone@example.com', role: 'user' })
    await world.store.people.createUser(job.workspaceKey, gone)
    const user = await world.store.people.userById(gone.id)
    await world.store.people.updateUser(user!, { enabled: false }, { now: START, revokeSessions: true })
    const { tick, posts } = notifyOf(world)

    await run(world, node, 'mailed', 0, FAILED)
    await tick()

    assert.deepEqual(
      posts.map(({ to }) => to),
      [MAIL],
    )
    await node.engine.stop(0)
  })
})

/** A world in which so many failures are to be mailed. */
const failures = async (world: World, count: number) => {
  const node = world.node()
  for (let at = 0; at < count; at++)
    await world.job(`job ${at}`, {
      timetable: every(24 * HOUR),
      alerts: alerts({ mail: { to: [MAIL], onFailure: true, onSuccess: false } }),
    })
  world.clock.setWall(START)
  await node.engine.tick()
  for (let at = 0; at < count; at++) node.answer(`job ${at}`, FAILED)
  await node.engine.tick()
  return node
}

describe('messages on their way', () => {
  it('go again when the server died between sending and noting it, under the same id', async (test) => {
    const world = await openWorld(test)
    const node = await failures(world, 1)
    const { outbox, channels, digests } = world.store
    const dying = { channels, digests, outbox: { ...outbox, attempted: () => Promise.reject(new Error('killed')) } }
    const before = notifyOf(world, { over: dying })
    await before.tick()
    assert.deepEqual([before.posts.length, before.faults.length], [1, 1])

    const after = notifyOf(world)
    await after.tick()
    assert.equal(after.posts.length, 0)
    world.clock.setWall(START + 2 * MINUTE)
    await after.tick()
    await after.tick()

    assert.deepEqual(
      after.posts.map(({ id }) => id),
      before.posts.map(({ id }) => id),
    )
    await node.engine.stop(0)
  })

  it('wait for the end of an outage, with pauses that grow to a quarter of an hour', async (test) => {
    const world = await openWorld(test)
    const node = await failures(world, 1)
    let isAway = true
    const { tick, posts, ended } = notifyOf(world, { answer: () => (isAway ? REFUSED : { ok: true }) })
    for (let minute = 0; minute < 180; minute++) {
      world.clock.setWall(START + minute * MINUTE)
      await tick()
    }
    assert.ok(posts.length > 12 && posts.length < 24, String(posts.length))

    isAway = false
    for (let minute = 180; minute <= 195; minute++) {
      world.clock.setWall(START + minute * MINUTE)
      await tick()
    }

    assert.equal(ended.at(-1), 'sent')
    assert.deepEqual(await world.store.outbox.depth(), { waiting: 0, oldestAt: null })
    await node.engine.stop(0)
  })

  it('are given up after a day, and at once where trying again is of no use', async (test) => {
    const world = await openWorld(test)
    const node = await failures(world, 1)
    const { tick, ended } = notifyOf(world, { answer: () => REFUSED })
    for (let quarter = 0; quarter < 96; quarter++) {
      world.clock.setWall(START + quarter * 15 * MINUTE)
      await tick()
    }
    assert.ok(!ended.includes('failed'))
    for (const extra of [0, 15]) {
      world.clock.setWall(START + 24 * HOUR + extra * MINUTE)
      await tick()
    }
    assert.equal(ended.at(-1), 'failed')

    const again = await failuresOf(world)
    assert.deepEqual(again, ['failed connection refused'])
    await node.engine.stop(0)
  })

  it('go out as one where more than twenty a minute would reach one recipient', async (test) => {
    const world = await openWorld(test)
    const node = await failures(world, 25)
    const { tick, posts } = notifyOf(world)

    await tick()

    assert.deepEqual(
      posts.map(({ facts }) => [facts.kind, facts.count, facts.items.length]),
      [['group', 25, 25]],
    )
    assert.deepEqual(await world.store.outbox.depth(), { waiting: 0, oldestAt: null })
    await node.engine.stop(0)
  })

  it('delay no run when a channel never ends, and are tried again', async (test) => {
    const world = await openWorld(test)
    const node = await failures(world, 1)
    const { notify, posts, ended } = notifyOf(world, { answer: () => new Promise<Sent>(() => {}) })
    await world.job('other')
    await notify.tick()

    for (let minute = 1; minute <= 3; minute++) {
      await run(world, node, 'other', minute)
      await notify.tick()
    }

    assert.deepEqual(node.ended.slice(-3), ['success', 'success', 'success'])
    assert.equal(posts.length, 1)
    world.clock.advance(45 * SECOND)
    await notify.idle()
    assert.deepEqual(ended, ['delayed'])
    await notify.stop()
    await node.engine.stop(0)
  })
})

const failuresOf = async ({ store }: World): Promise<string[]> => {
  const { items } = await store.outbox.list(1, { state: null, channel: null, cursor: null, limit: 10 })
  return items.map(({ state, lastError }) => `${state} ${lastError}`)
}
