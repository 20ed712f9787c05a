/** A channel that is away, whichever it is, and in whatever way: runs go on, the other channels tell, and nothing is lost. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { DEFAULT_ALERTS } from '../../src/domain/alerts.ts'
import { newId } from '../../src/domain/ids.ts'
import { CHANNEL_KINDS, type ChannelKind } from '../../src/domain/notice.ts'
import { type Channel, createNotify, type Sent } from '../../src/notify/notify.ts'
import { aUser } from '../support/builders.ts'
import { alerts, MAIL, notifyOf, REFUSED, run } from './notify-world.ts'
import { FAILED, MINUTE, openWorld, SECOND, START, until } from './world.ts'

const WEBHOOK = newId()

/** A job that fails in each minute and is told of on all three channels, of which one is away. */
const aWorldWithout = async (test: TestContext, away: ChannelKind, answer: () => Promise<Sent>) => {
  const world = await openWorld(test)
  const { store, clock } = world
  const via = { mail: ['ops@example.com'], slack: true, webhooks: [WEBHOOK], inbox: [] }
  const rules = [{ on: 'failure', count: null, afterMs: null, via }] as const
  const job = await world.job('told of', { alerts: { ...DEFAULT_ALERTS, announce: 'none', rules } })
  const common = { version: 1, enabled: true, createdAt: START, updatedAt: START }
  const slack = { id: newId(), sealedUrl: 'https://hooks.slack.com/x', channel: null, ...common }
  await store.channels.setSlack(job.workspaceKey, slack)
  await store.channels.addWebhook(
    {
      ...common,
      id: WEBHOOK,
      workspaceKey: job.workspaceKey,
      name: 'desk',
      url: 'https://example.com/',
      sealedSecret: 'secret',
      sealedPrevious: null,
      previousValidUntil: null,
    },
    1,
  )
  const sent: ChannelKind[] = []
  let isAway = true
  const channels = CHANNEL_KINDS.map(
    (kind): Channel => ({
      kind,
      send: async () => {
        if (kind === away && isAway) return answer()
        sent.push(kind)
        return { ok: true }
      },
    }),
  )
  const notify = createNotify({
    store,
    clock,
    // As uneven as the real one: what is stored of it is whole milliseconds.
    random: () => 0.123456789,
    newId,
    channels,
    render: () => ({ title: '', text: '', html: null, subject: '', slackText: null, data: {} }),
    openSlack: (_, sealed) => sealed,
    openWebhook: ({ sealedSecret }) => [sealedSecret],
    linkOf: () => null,
    zone: 'UTC',
    active: () => true,
    onEnded: () => {},
    onFault: (error) => assert.fail(String(error)),
  })
  const back = () => {
    isAway = false
  }
  return { world, notify, sent, back }
}

it('what waits for a user who is disabled meanwhile is given up, and never sent', async (test) => {
  const world = await openWorld(test)
  const { store, clock } = world
  const node = world.node()
  const mail = { to: ['Leaver@example.com', MAIL], onFailure: true, onSuccess: false }
  const job = await world.job('mailed', { alerts: alerts({ mail }) })
  const leaver = aUser({ email: 'leaver@example.com', role: 'user' })
  await store.people.createUser(job.workspaceKey, leaver)
  let isAway = true
  const { tick, posts } = notifyOf(world, { answer: () => (isAway ? REFUSED : { ok: true }) })
  await run(world, node, 'mailed', 0, FAILED)
  await tick()
  assert.deepEqual(
    posts
      .splice(0)
      .map(({ to }) => to)
      .sort(),
    ['Leaver@example.com', MAIL],
  )

  const user = await store.people.userById(leaver.id)
  await store.people.updateUser(user!, { enabled: false }, { now: clock.now(), revokeSessions: true })
  isAway = false
  clock.setWall(START + MINUTE)
  await tick()

  assert.deepEqual(
    posts.map(({ to }) => to),
    [MAIL],
  )
  const [given] = (
    await store.outbox.list(job.workspaceKey, { state: 'failed', channel: null, cursor: null, limit: 9 })
  ).items
  assert.deepEqual(
    [given?.recipient, given?.lastError],
    ['Leaver@example.com', 'The user with this address is disabled.'],
  )
  await node.engine.stop(0)
})

const WAYS: Readonly<Record<string, () => Promise<Sent>>> = {
  'never answers': () => new Promise(() => {}),
  refuses: async () => ({ ok: false, retry: true, retryAfterMs: null, error: 'connection refused' }),
}

for (const away of CHANNEL_KINDS) {
  for (const [way, answer] of Object.entries(WAYS)) {
    describe(`${away} that ${way}`, () => {
      it('delays no run and no other channel, and gets all of it when it is back', async (test) => {
        const { world, notify, sent, back } = await aWorldWithout(test, away, answer)
        const node = world.node()

        for (let minute = 1; minute <= 3; minute++) {
          world.clock.setWall(START + minute * MINUTE)
          await node.engine.tick()
          node.answer('told of', FAILED)
          await node.engine.tick()
          // A second look sends what the first one wrote down; the one that hangs is not waited for.
          for (let look = 0; look < 2; look++) await notify.tick()
        }

        assert.deepEqual(node.ended, ['failed', 'failed', 'failed'])
        const count = (of: ChannelKind) => sent.filter((kind) => kind === of).length
        await until(() => CHANNEL_KINDS.every((kind) => count(kind) === (kind === away ? 0 : 3)))
        back()
        for (let minute = 4; minute <= 30; minute++) {
          world.clock.advance(46 * SECOND)
          world.clock.setWall(START + minute * MINUTE)
          await notify.tick()
          await notify.idle()
        }
        assert.deepEqual(CHANNEL_KINDS.map(count), [3, 3, 3])
        assert.equal((await world.store.outbox.depth()).waiting, 0)
        await notify.stop()
        await node.engine.stop(0)
      })
    })
  }
}
