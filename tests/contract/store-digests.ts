/** What is collected for digests: sums by day, job and kind, for whom it is meant, and each digest sent once. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Audience } from '../../src/domain/notice.ts'
import type { Collected, DigestReader, NewDelivery, Store } from '../../src/store/store.ts'
import { aUser, HOUR, MINUTE, NOON } from '../support/builders.ts'
import { tempFolder } from '../support/temp-store.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

const DAY = 24 * HOUR
const EVER = { after: 0, upTo: NOON + 30 * DAY, limit: 100 }
const ALL: Audience = { kind: 'all' }

const happened = (given: Partial<Collected> = {}): Collected => ({
  day: NOON + DAY,
  audience: ALL,
  jobId: 'a',
  jobName: 'a',
  kind: 'job.failed',
  weight: 0,
  count: 1,
  at: NOON + MINUTE,
  error: 'refused',
  ...given,
})

const collect = (store: Store, workspaceKey: number, ...collected: readonly Collected[]) =>
  store.outbox.tell({
    ...{ workspaceKey, notices: [], deliveries: [], series: [], supersedes: [] },
    ...{ collected, of: { kind: 'asked' } },
  })

/** Of this workspace, and with a digest each day. */
const aReader = async (
  world: World,
  wishes: object = { dailyDigest: true },
  more: Parameters<typeof aUser>[0] = {},
) => {
  const user = aUser({ role: 'user', ...more })
  await world.people.createUser(world.workspaceKey, user)
  await world.preferences.set(user.id, 'notices', { ...wishes }, NOON)
  return (await world.digests.readers(world.workspaceKey)).find(({ id }) => id === user.id) as DigestReader
}

const aDigest = (recipient: string, createdAt: number): NewDelivery => ({
  id: `digest-${recipient}-${createdAt}-${made++}`,
  eventNumber: null,
  channel: 'email',
  recipient,
  facts: { kind: 'digest' },
  createdAt,
  notBefore: createdAt,
  giveUpAt: createdAt + DAY,
})
let made = 0

export const digestsContract = (open: OpenStore): void => {
  describe('digests', () => {
    it('are read by enabled users who ask for one, of one workspace or of all', async (test) => {
      const world = await newWorld(await open(test))
      const other = await newWorkspace(world)
      const daily = await aReader(world)
      const both = await aReader(world, { dailyDigest: true, weeklyReport: true })
      assert.equal(await aReader(world, { dailyDigest: false, emailOnFailure: true }), undefined)
      await world.preferences.set(other.admin.id, 'notices', { weeklyReport: true }, NOON + MINUTE)
      const off = await aReader(world)
      await world.people.updateUser(
        (await world.people.userById(off.id))!,
        { enabled: false },
        { now: NOON, revokeSessions: false },
      )

      const mine = await world.digests.readers(world.workspaceKey)
      const all = await world.digests.readers(null)

      assert.deepEqual(new Set(mine.map(({ id }) => id)), new Set([daily.id, both.id]))
      assert.deepEqual(daily.cadences, ['daily'])
      assert.deepEqual([both.cadences, both.since, both.isAdmin], [['daily', 'weekly'], NOON, false])
      const strange = all.find(({ id }) => id === other.admin.id)
      assert.deepEqual([all.length, strange?.workspaceKey, strange?.isAdmin], [3, other.workspaceKey, true])
      assert.deepEqual(strange?.upTo, { daily: null, weekly: null })
    })

    it('sum up by day, job and kind, say what was last, and count what is beyond the lines', async (test) => {
      const world = await newWorld(await open(test))
      const reader = await aReader(world)
      const key = world.workspaceKey
      await collect(world, key, happened(), happened({ jobId: 'b', jobName: 'b', kind: 'job.succeeded', weight: 5 }))
      await collect(world, key, happened({ count: 3, at: NOON + HOUR, error: 'late', jobName: 'a, renamed' }))
      await collect(world, key, happened({ day: NOON + 2 * DAY, count: 10, at: NOON + 2 * MINUTE, error: 'older' }))

      const day = await world.digests.collected(reader, { after: NOON, upTo: NOON + DAY, limit: 10 })
      const later = await world.digests.collected(reader, { after: NOON + DAY, upTo: NOON + 2 * DAY, limit: 10 })
      const first = await world.digests.collected(reader, { ...EVER, limit: 1 })

      assert.deepEqual(day, {
        items: [
          {
            ...{ jobId: 'a', jobName: 'a, renamed', kind: 'job.failed', count: 4, at: NOON + HOUR, error: 'late' },
            isDeleted: false,
          },
          {
            ...{ jobId: 'b', jobName: 'b', kind: 'job.succeeded', count: 1, at: NOON + MINUTE, error: 'refused' },
            isDeleted: false,
          },
        ],
        total: 5,
        firstDay: NOON + DAY,
      })
      assert.deepEqual([later.total, later.firstDay], [10, NOON + 2 * DAY])
      const [line] = first.items
      assert.deepEqual([first.items.length, first.total, line?.count], [1, 15, 14])
      assert.deepEqual([line?.at, line?.error, line?.jobName], [NOON + HOUR, 'late', 'a, renamed'])
      assert.deepEqual(await world.digests.collected(reader, { ...EVER, after: NOON + 2 * DAY }), {
        items: [],
        total: 0,
        firstDay: null,
      })
    })

    it('hold what the reader may see, of its own workspace, since it was there', async (test) => {
      const world = await newWorld(await open(test))
      const other = await newWorkspace(world)
      const reader = await aReader(world, { dailyDigest: true }, { now: NOON + 2 * MINUTE })
      const admin = await aReader(world, { dailyDigest: true }, { role: 'admin' })
      const late = NOON + HOUR
      const audiences: readonly Audience[] = [
        ALL,
        { kind: 'admins', userId: null },
        { kind: 'admins', userId: reader.id },
        { kind: 'user', userId: reader.id },
        { kind: 'user', userId: admin.id },
      ]
      const each = audiences.map((audience, at) => happened({ audience, jobId: String(at), at: late }))
      await collect(world, world.workspaceKey, ...each, happened({ jobId: 'before', at: NOON + MINUTE }))
      await collect(world, other.workspaceKey, happened({ jobId: 'foreign', at: late }))
      const seen = async (who: DigestReader) => {
        const { items, total } = await world.digests.collected(who, EVER)
        assert.equal(total, items.length)
        return items.map(({ jobId }) => jobId).sort()
      }

      assert.deepEqual(await seen(reader), ['0', '2', '3'])
      assert.deepEqual(await seen(admin), ['0', '1', '2', '4', 'before'])
    })

    it('are sent with their mark, once for each period and cadence, and never for an earlier one', async (test) => {
      const world = await newWorld(await open(test))
      const reader = await aReader(world, { dailyDigest: true, weeklyReport: true })
      const send = (cadence: 'daily' | 'weekly', upTo: number, to = reader) =>
        world.digests.send(to, { cadence, upTo, delivery: aDigest(to.email, upTo) })

      assert.deepEqual(
        [
          await send('daily', NOON + DAY),
          await send('daily', NOON + DAY),
          await send('daily', NOON),
          await send('weekly', NOON + DAY),
          await send('daily', NOON + 2 * DAY),
        ],
        [true, false, false, true, true],
      )

      const due = await world.outbox.due(NOON + 3 * DAY, 10)
      assert.deepEqual(
        due.map(({ createdAt, recipient }) => [createdAt, recipient]),
        [NOON + DAY, NOON + DAY, NOON + 2 * DAY].map((at) => [at, reader.email]),
      )
      const [marked] = (await world.digests.readers(null)).filter(({ id }) => id === reader.id)
      assert.deepEqual(marked?.upTo, { daily: NOON + 2 * DAY, weekly: NOON + DAY })
      assert.equal(await send('daily', NOON + 5 * DAY, { ...reader, id: 'nobody' }), false)
      assert.equal((await world.outbox.due(NOON + 9 * DAY, 10)).length, 3)
    })

    it('go on after a mark that a wrong clock set far ahead', async (test) => {
      const world = await newWorld(await open(test))
      const reader = await aReader(world)
      const send = (upTo: number) =>
        world.digests.send(reader, { cadence: 'daily', upTo, delivery: aDigest(reader.email, upTo) })

      assert.deepEqual(
        [await send(NOON + 400 * DAY), await send(NOON + 393 * DAY), await send(NOON + DAY), await send(NOON + DAY)],
        [true, false, true, false],
      )
    })

    it('are sent once by two servers on one database, whoever is first', async (test) => {
      const path = join(tempFolder(test), 'both.db')
      const world = await newWorld(await open(test, { path }))
      const second = await open(test, { path })
      const reader = await aReader(world)
      await collect(world, world.workspaceKey, happened({ count: 2 }))
      await collect(second, world.workspaceKey, happened({ count: 5 }))

      const periods = Array.from({ length: 8 }, (_, at) => NOON + (at + 1) * DAY)
      for (const upTo of periods) {
        const both = [world, second, world, second].map(({ digests }) =>
          digests.send(reader, { cadence: 'daily', upTo, delivery: aDigest(reader.email, upTo) }),
        )
        assert.equal((await Promise.all(both)).filter((isSent) => isSent).length, 1)
      }

      const due = await second.outbox.due(NOON + 30 * DAY, 100)
      assert.deepEqual(
        due.map(({ createdAt }) => createdAt),
        periods,
      )
      for (const { digests } of [world, second]) assert.equal((await digests.collected(reader, EVER)).total, 7)
    })

    it('are forgotten outside of a range', async (test) => {
      const world = await newWorld(await open(test))
      const reader = await aReader(world)
      const days = [1, 2, 3, 4].map((day) => happened({ day: NOON + day * DAY, jobId: String(day) }))
      await collect(world, world.workspaceKey, ...days)

      await world.digests.forget({ from: NOON + 2 * DAY, to: NOON + 3 * DAY })

      const { items } = await world.digests.collected(reader, EVER)
      assert.deepEqual(items.map(({ jobId }) => jobId).sort(), ['2', '3'])
    })
  })
}
