/** Digests, on a real store with a clock moved by hand: one for each reader and period, whatever happens to the server. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { digestTimes } from '../../src/domain/digest.ts'
import { render } from '../../src/notify/render.ts'
import type { Store } from '../../src/store/store.ts'
import { aUser } from '../support/builders.ts'
import { aBox, channelTo, closeAll } from '../support/mail-channel.ts'
import { alerts, MAIL, notifyOf, run } from './notify-world.ts'
import { FAILED, HOUR, MINUTE, openWorld, START } from './world.ts'

const DAY = 24 * HOUR
const EIGHT = digestTimes('daily', START + 10 * MINUTE, 'UTC').next
const READER = 'reader@example.com'

/** A job that mails each run to somebody and to a reader with these wishes; it failed once and succeeded twice. */
const opened = async (
  test: TestContext,
  wishes: Record<string, boolean>,
  real: NonNullable<Parameters<typeof notifyOf>[1]>['real'] = {},
) => {
  const world = await openWorld(test)
  const node = world.node()
  const mail = { to: [READER, MAIL], onFailure: true, onSuccess: true }
  const job = await world.job('mailed', { alerts: alerts({ mail }) })
  const reader = aUser({ email: READER, role: 'user', now: START - DAY })
  await world.store.people.createUser(job.workspaceKey, reader)
  await world.store.preferences.set(reader.id, 'notices', wishes, START - DAY)
  const first = notifyOf(world, { real })
  for (const [minute, more] of [{}, FAILED, {}].entries()) {
    await run(world, node, 'mailed', minute, more)
    await first.tick()
  }
  await node.engine.stop(0)
  const mine = (one: typeof first) => one.posts.filter(({ to }) => to === READER).map(({ facts }) => facts)
  return { world, job, reader, first, mine }
}

describe('a digest', () => {
  it('sums up what happened, keeps back good news alone, and comes once', async (test) => {
    const { world, first, mine } = await opened(test, { dailyDigest: true })
    assert.deepEqual(
      mine(first).map(({ kind }) => kind),
      ['job.failed'],
    )
    world.clock.setWall(EIGHT - 1)
    await first.tick()
    assert.equal(mine(first).length, 1)

    for (const at of [EIGHT, EIGHT + MINUTE, EIGHT + HOUR, EIGHT + DAY, EIGHT + 2 * DAY]) {
      world.clock.setWall(at)
      await first.tick()
    }

    const [, digest, ...more] = mine(first)
    assert.deepEqual(more, [])
    assert.deepEqual([digest?.kind, digest?.count, digest?.days], ['digest', 3, 1])
    assert.deepEqual(
      digest?.items.map(({ kind, count, job }) => [kind, count, job.name]),
      [
        ['job.failed', 1, 'mailed'],
        ['job.succeeded', 2, 'mailed'],
      ],
    )
    assert.equal(first.posts.filter(({ to }) => to === MAIL).length, 3)
  })

  it('arrives as one mail, in HTML and in text, over SMTP', async (test) => {
    const box = await aBox()
    test.after(closeAll)
    const real = {
      channels: [channelTo(box.port)],
      render,
      linkOf: (id: string) => `https://jobs.example.com/ui/jobs/${id}/edit`,
    }
    const { world, job, first } = await opened(test, { dailyDigest: true }, real)
    world.clock.setWall(EIGHT)
    await first.tick()
    world.clock.setWall(EIGHT + HOUR)
    await first.tick()

    const subjects = box.mails.map(({ to, parsed }) => `${to} ${parsed.subject}`)
    assert.deepEqual(subjects.toSorted(), [
      `${MAIL} ✅ Job Success: mailed`,
      `${MAIL} ✅ Job Success: mailed`,
      `${MAIL} 🔴 Job Failure Alert: mailed`,
      `${READER} 🔴 Job Failure Alert: mailed`,
      `${READER} 🗒️ Daily digest: 3 notices`,
    ])
    const { text, html } = box.mails.find(({ parsed }) => parsed.subject?.includes('digest'))?.parsed ?? assert.fail()
    assert.equal(
      text?.trim(),
      [
        'What happened to jobs in the last 24 hours: 3 notices.',
        '',
        '2026-06-01 12:01:00 UTC  mailed failed: Status 503',
        '2026-06-01 12:02:00 UTC  mailed succeeded (2 times)',
      ].join('\n'),
    )
    const page = `https://jobs.example.com/ui/jobs/${job.id}/edit`
    assert.ok(html?.includes(`<li><a href="${page}">2026-06-01 12:01:00 UTC  mailed failed: Status 503</a></li>`))
    assert.deepEqual(first.faults, [])
  })

  it('comes once over a server killed before it wrote one, and over two that write it at once', async (test) => {
    const { world, mine, first } = await opened(test, { dailyDigest: true })
    const { outbox, channels, digests } = world.store
    const dying = { outbox, channels, digests: { ...digests, send: () => Promise.reject(new Error('killed')) } }
    world.clock.setWall(EIGHT)
    const killed = notifyOf(world, { over: dying })
    await killed.tick()
    assert.deepEqual([killed.faults.length, mine(killed).length], [1, 0])

    const both = [notifyOf(world), notifyOf(world)]
    await Promise.all(both.map(({ tick }) => tick()))
    await Promise.all([first, ...both].map(({ tick }) => tick()))
    const restarted = notifyOf(world)
    await restarted.tick()

    const all = [first, ...both, restarted].flatMap(mine).filter(({ kind }) => kind === 'digest')
    assert.deepEqual(
      all.map(({ count }) => count),
      [3],
    )
  })

  it('is told late when nobody was there at eight, and not again when the clock goes back', async (test) => {
    const { world, first, mine } = await opened(test, { dailyDigest: true })
    for (const at of [EIGHT + 5 * HOUR, EIGHT - HOUR, EIGHT + MINUTE]) {
      world.clock.setWall(at)
      await first.tick()
    }
    assert.deepEqual(
      mine(first).map(({ kind }) => kind),
      ['job.failed', 'digest'],
    )
  })

  it('of the week comes on Monday, beside the mails of each run', async (test) => {
    const { world, first, mine } = await opened(test, { weeklyReport: true })
    for (let day = 0; day <= 14; day++) {
      world.clock.setWall(EIGHT + day * DAY)
      await first.tick()
    }
    const digests = mine(first).filter(({ kind }) => kind === 'digest')
    assert.deepEqual(
      digests.map(({ days, count }) => [days, count]),
      [[7, 3]],
    )
    assert.equal(new Date(digests[0]?.at ?? 0).getUTCDay(), 1)
    assert.equal(mine(first).length, 4)
  })

  it('does not come to who wants none any more or is disabled, nor at once to who just asked for it', async (test) => {
    for (const change of ['unwanted', 'disabled', 'asked late'] as const) {
      const { world, first, mine, reader } = await opened(test, { dailyDigest: true })
      world.clock.setWall(EIGHT)
      if (change === 'unwanted') await world.store.preferences.set(reader.id, 'notices', {}, EIGHT - MINUTE)
      if (change === 'asked late') await world.store.preferences.set(reader.id, 'notices', { dailyDigest: true }, EIGHT)
      const user = await world.store.people.userById(reader.id)
      if (change === 'disabled')
        await world.store.people.updateUser(user!, { enabled: false }, { now: EIGHT, revokeSessions: true })
      await first.tick()
      assert.deepEqual(
        mine(first).map(({ kind }) => kind),
        ['job.failed'],
        change,
      )
    }
  })

  it('costs nothing where nobody reads one, and forgets what is older than a week', async (test) => {
    const { world, reader, first } = await opened(test, {})
    const asReader = {
      workspaceKey: 1,
      id: reader.id,
      email: READER,
      address: READER,
      isAdmin: false,
      cadences: [],
      since: 0,
      upTo: { daily: null, weekly: null },
    }
    const everything = { after: 0, upTo: EIGHT + 30 * DAY, limit: 10 }
    const kept = async (store: Store) => (await store.digests.collected(asReader, everything)).total
    assert.equal(await kept(world.store), 0)

    const one = {
      day: EIGHT,
      jobId: 'j',
      jobName: 'j',
      kind: 'job.failed',
      weight: 0,
      count: 2,
      at: START,
      error: null,
    }
    const collected = [{ ...one, audience: { kind: 'all' } as const }]
    const none = { workspaceKey: 1, notices: [], deliveries: [], series: [], supersedes: [] }
    for (const _ of [1, 2]) await world.store.outbox.tell({ ...none, collected, of: { kind: 'asked' } })
    assert.equal(await kept(world.store), 4)
    world.clock.setWall(EIGHT + 9 * DAY)
    await first.tick()
    assert.equal(await kept(world.store), 0)
  })
})
