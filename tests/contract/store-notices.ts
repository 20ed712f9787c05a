/** Alerts, the inbox and the outbox: who sees what, and that nothing is told twice nor lost. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DEFAULT_ALERTS } from '../../src/domain/alerts.ts'
import { newId } from '../../src/domain/ids.ts'
import type { Audience } from '../../src/domain/notice.ts'
import type { NewDelivery, NewNotice, Telling } from '../../src/store/store.ts'
import { aUser, HOUR, MINUTE, NOON } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

const DAY = 24 * HOUR
const EVER = { from: null, to: null }
const PAGE = { ...EVER, unreadOnly: false, offset: 0, limit: 100 }

const aNotice = (given: Partial<NewNotice> = {}): NewNotice => ({
  id: newId(),
  at: NOON + MINUTE,
  audience: { kind: 'all' },
  kind: 'job.failed',
  type: 'error',
  title: 'Job Failed',
  message: 'Job "a" failed',
  jobId: null,
  executionId: null,
  ...given,
})

const aDelivery = (given: Partial<NewDelivery> = {}): NewDelivery => ({
  id: newId(),
  eventNumber: 1,
  channel: 'email',
  recipient: 'ada@example.com',
  facts: { kind: 'job.failed' },
  createdAt: NOON,
  notBefore: NOON,
  giveUpAt: NOON + DAY,
  ...given,
})

const telling = (workspaceKey: number, given: Partial<Telling> = {}): Telling => ({
  workspaceKey,
  notices: [],
  deliveries: [],
  series: [],
  supersedes: [],
  of: { kind: 'asked' },
  ...given,
})

const tellAll = (world: World, audience: Audience, at = NOON + MINUTE, title = audience.kind as string) =>
  world.outbox.tell(telling(world.workspaceKey, { notices: [aNotice({ audience, at, title })] }))

export const noticesContract = (open: OpenStore): void => {
  describe('the inbox', () => {
    it('shows each user what is for them, of one row each', async (test) => {
      const world = await newWorld(await open(test))
      const member = aUser({ role: 'viewer' })
      await world.people.createUser(world.workspaceKey, member)
      const [mine, theirs] = [world.admin, member].map(({ id }) => ({
        workspaceKey: world.workspaceKey,
        userId: id,
      })) as [Reader, Reader]
      await tellAll(world, { kind: 'all' })
      await tellAll(world, { kind: 'admins', userId: null })
      await tellAll(world, { kind: 'admins', userId: member.id }, NOON + MINUTE, 'owner')
      await tellAll(world, { kind: 'user', userId: member.id })

      const titles = async (reader: Reader) => (await world.inbox.list(reader, PAGE)).items.map(({ title }) => title)

      assert.deepEqual(await titles(mine), ['owner', 'admins', 'all'])
      assert.deepEqual(await titles(theirs), ['user', 'owner', 'all'])
      const { items } = await world.inbox.list(mine, PAGE)
      const admins = items.find(({ title }) => title === 'admins')?.id ?? ''
      assert.equal(await world.inbox.byId(theirs, admins), 'foreign')
      const other = await newWorkspace(world)
      assert.equal(await world.inbox.byId({ workspaceKey: other.workspaceKey, userId: other.admin.id }, admins), null)
    })

    it('keeps from a user what happened before it was there, or while it was disabled', async (test) => {
      const world = await newWorld(await open(test))
      const late = aUser({ role: 'user', now: NOON + 10 * MINUTE })
      await world.people.createUser(world.workspaceKey, late)
      const reader = { workspaceKey: world.workspaceKey, userId: late.id }
      const switchTo = async (enabled: boolean, now: number) => {
        const user = await world.people.userById(late.id)
        await world.people.updateUser(user!, { enabled }, { now, revokeSessions: false })
      }
      await tellAll(world, { kind: 'all' }, NOON + 5 * MINUTE, 'before')
      await tellAll(world, { kind: 'all' }, NOON + 10 * MINUTE, 'first')
      await switchTo(false, NOON + 20 * MINUTE)
      await tellAll(world, { kind: 'all' }, NOON + 25 * MINUTE, 'meanwhile')
      await switchTo(true, NOON + 30 * MINUTE)
      await tellAll(world, { kind: 'all' }, NOON + 30 * MINUTE, 'again')

      const { items, total } = await world.inbox.list(reader, PAGE)

      assert.deepEqual([items.map(({ title }) => title), total], [['again', 'first'], 2])
    })

    it('marks and deletes for one user alone, within a range', async (test) => {
      const world = await newWorld(await open(test))
      const other = aUser()
      await world.people.createUser(world.workspaceKey, other)
      const mine = { workspaceKey: world.workspaceKey, userId: world.admin.id }
      const theirs = { ...mine, userId: other.id }
      for (const at of [1, 2, 3]) await tellAll(world, { kind: 'all' }, NOON + at * MINUTE, String(at))
      const early = { from: NOON, to: NOON + 3 * MINUTE }

      assert.equal(await world.inbox.markAllRead(mine, early, NOON + HOUR), 2)
      assert.equal(await world.inbox.markAllRead(mine, early, NOON + 2 * HOUR), 0)
      assert.deepEqual([await world.inbox.unread(mine, EVER), await world.inbox.unread(theirs, EVER)], [1, 3])
      const unread = (await world.inbox.list(mine, { ...PAGE, unreadOnly: true })).items
      assert.deepEqual(
        unread.map(({ title }) => title),
        ['3'],
      )
      const second = (await world.inbox.list(mine, PAGE)).items[1]
      await world.inbox.markRead(mine, second!.id, NOON + 3 * HOUR)
      const again = await world.inbox.byId(mine, second!.id)
      assert.deepEqual([again !== 'foreign' && again?.readAt, second?.isRead], [NOON + HOUR, true])
      await world.inbox.remove(mine, unread[0]!.id)
      assert.equal(await world.inbox.removeRead(mine, EVER), 2)
      assert.deepEqual((await world.inbox.list(mine, PAGE)).items, [])
      assert.equal((await world.inbox.list(theirs, PAGE)).total, 3)
    })

    it('is read a page at a time, whatever arrives meanwhile', async (test) => {
      const world = await newWorld(await open(test))
      const reader = { workspaceKey: world.workspaceKey, userId: world.admin.id }
      for (const at of [1, 2, 3]) await tellAll(world, { kind: 'all' }, NOON + at * MINUTE, String(at))
      const filter = { ...EVER, unreadOnly: false, cursor: null, limit: 2 }

      const first = await world.inbox.page(reader, filter)
      await tellAll(world, { kind: 'all' }, NOON + 4 * MINUTE, '4')
      const second = await world.inbox.page(reader, { ...filter, cursor: first.nextCursor })

      const titles = [...first.items, ...second.items].map(({ title }) => title)
      assert.deepEqual([titles, second.nextCursor], [['3', '2', '1'], null])
      await world.inbox.markRead(reader, first.items[0]!.id, NOON + HOUR)
      const unread = await world.inbox.page(reader, { ...filter, unreadOnly: true, to: NOON + 4 * MINUTE })
      assert.deepEqual(
        unread.items.map(({ title }) => title),
        ['2', '1'],
      )
    })

    it('forgets by age and by number, marks included', async (test) => {
      const world = await newWorld(await open(test))
      const reader = { workspaceKey: world.workspaceKey, userId: world.admin.id }
      for (const at of [1, 2, 3, 4]) await tellAll(world, { kind: 'all' }, NOON + at * MINUTE, String(at))
      await world.inbox.markAllRead(reader, EVER, NOON + HOUR)

      assert.equal(await world.inbox.forget(NOON + 2 * MINUTE, 2, 100), 2)

      assert.deepEqual(
        (await world.inbox.list(reader, PAGE)).items.map(({ title }) => title),
        ['4', '3'],
      )
      assert.equal(await world.inbox.forget(NOON, 2, 100), 0)
    })
  })

  describe('what is announced to all', () => {
    it('is forgotten after 90 days, one row for however many users', async (test) => {
      const world = await newWorld(await open(test))
      for (let at = 0; at < 20; at++) await world.people.createUser(world.workspaceKey, aUser())
      await tellAll(world, { kind: 'all' })
      const notices = world.maintenance.forgetters.find(({ name }) => name === 'notices')

      assert.equal(await notices?.forget(NOON + 90 * DAY), 0)
      assert.equal(await notices?.forget(NOON + 91 * DAY), 1)
    })

    it('is at most 10,000 for a workspace, the newest of them', async (test) => {
      const world = await newWorld(await open(test))
      const other = await newWorkspace(world)
      const reader = { workspaceKey: world.workspaceKey, userId: world.admin.id }
      const many = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, at) => aNotice({ title: String(from + at) }))
      for (let from = 0; from < 10_600; from += 530)
        await world.outbox.tell(telling(world.workspaceKey, { notices: many(from, from + 530) }))
      await world.outbox.tell(telling(other.workspaceKey, { notices: many(0, 3) }))
      const notices = world.maintenance.forgetters.find(({ name }) => name === 'notices')

      const bites = []
      for (let bite = 0; bite < 3; bite++) bites.push(await notices?.forget(NOON + HOUR))

      assert.deepEqual(bites, [500, 100, 0])
      const oldest = await world.inbox.list(reader, { ...PAGE, offset: 9999 })
      assert.deepEqual([oldest.total, oldest.items.map(({ title }) => title)], [10_000, ['600']])
    })
  })

  describe('the outbox', () => {
    it('tells each event once, and moves on with what it tells', async (test) => {
      const world = await newWorld(await open(test))
      const of = { kind: 'events', after: 0, upTo: 3 } as const
      const told = telling(world.workspaceKey, { of, notices: [aNotice()], deliveries: [aDelivery()] })

      assert.deepEqual([await world.outbox.tell(told), await world.outbox.tell(told)], [true, false])

      assert.equal((await world.outbox.due(NOON, 10)).length, 1)
      const once = { kind: 'once', executionId: newId(), what: 'late', at: NOON } as const
      const late = telling(world.workspaceKey, { of: once, notices: [aNotice()] })
      assert.deepEqual([await world.outbox.tell(late), await world.outbox.tell(late)], [true, false])
      const reader = { workspaceKey: world.workspaceKey, userId: world.admin.id }
      assert.equal((await world.inbox.list(reader, PAGE)).total, 2)
    })

    it('gives a delivery to one sender at a time, and again when its time is over', async (test) => {
      const world = await newWorld(await open(test))
      const [one, other] = [aDelivery(), aDelivery()]
      await world.outbox.tell(telling(world.workspaceKey, { deliveries: [one, other] }))

      assert.equal(await world.outbox.claim([one.id], NOON, NOON + MINUTE), true)
      assert.equal(await world.outbox.claim([one.id, other.id], NOON, NOON + MINUTE), false)

      const due = async (now: number) => (await world.outbox.due(now, 10)).map(({ id }) => id)
      assert.deepEqual(await due(NOON), [other.id])
      assert.deepEqual((await due(NOON + MINUTE)).sort(), [one.id, other.id].sort())
      await world.outbox.attempted({ ids: [one.id], now: NOON, to: 'waiting', notBefore: NOON + HOUR, error: 'no' })
      await world.outbox.attempted({ ids: [other.id], now: NOON, to: 'failed', error: 'never' })
      assert.deepEqual([await due(NOON + MINUTE), await due(NOON + HOUR)], [[], [one.id]])
      assert.deepEqual(await world.outbox.depth(), { waiting: 1, oldestAt: NOON })
      const failed = { state: 'failed', channel: null, cursor: null, limit: 10 } as const
      const [row] = (await world.outbox.list(world.workspaceKey, failed)).items
      assert.deepEqual([row?.id, row?.attempts, row?.lastError], [other.id, 1, 'never'])
      assert.equal(await world.outbox.retry(world.workspaceKey, other.id, NOON, NOON + DAY), true)
      assert.equal(await world.outbox.retry(world.workspaceKey, one.id, NOON, NOON + DAY), false)
      assert.deepEqual(await due(NOON), [other.id])
    })

    it('is listed newest first, by state and channel, a page at a time, for its own workspace alone', async (test) => {
      const world = await newWorld(await open(test))
      const four = [1, 2, 2, 4].map((minute, at) =>
        aDelivery({ createdAt: NOON + minute * MINUTE, ...(at === 3 ? { channel: 'slack', recipient: 'slack' } : {}) }),
      )
      await world.outbox.tell(telling(world.workspaceKey, { deliveries: four }))
      await world.outbox.attempted({ ids: [four[0]!.id], now: NOON, to: 'failed', error: 'never' })
      const ALL = { state: null, channel: null, cursor: null, limit: 3 } as const
      const ids = (page: { readonly items: readonly { readonly id: string }[] }) => page.items.map(({ id }) => id)

      const first = await world.outbox.list(world.workspaceKey, ALL)
      const second = await world.outbox.list(world.workspaceKey, { ...ALL, cursor: first.nextCursor })

      const [a, b, c, d] = four.map(({ id }) => id)
      assert.deepEqual([...ids(first), ...ids(second)], [d, ...[b, c].sort().reverse(), a])
      assert.equal(second.nextCursor, null)
      assert.deepEqual(ids(await world.outbox.list(world.workspaceKey, { ...ALL, state: 'failed' })), [a])
      assert.deepEqual(ids(await world.outbox.list(world.workspaceKey, { ...ALL, channel: 'slack' })), [d])
      const other = await newWorkspace(world)
      assert.deepEqual(ids(await world.outbox.list(other.workspaceKey, ALL)), [])
      assert.equal(await world.outbox.delivery(other.workspaceKey, a!), null)
      assert.equal((await world.outbox.delivery(world.workspaceKey, a!))?.lastError, 'never')
    })

    it('counts what reached a recipient as messages', async (test) => {
      const world = await newWorld(await open(test))
      const three = [aDelivery(), aDelivery(), aDelivery()] as const
      await world.outbox.tell(telling(world.workspaceKey, { deliveries: three }))
      const ids = three.map(({ id }) => id)
      await world.outbox.attempted({ ids: ids.slice(0, 1), now: NOON + 1, to: 'sent', messageId: 'a' })
      await world.outbox.attempted({ ids: ids.slice(1), now: NOON + 2, to: 'sent', messageId: 'b' })

      const to = { workspaceKey: world.workspaceKey, channel: 'email', recipient: 'ada@example.com' } as const
      assert.deepEqual(await world.outbox.sentSince(to, NOON), { messages: 2, lastGroupAt: NOON + 2 })
      assert.deepEqual(await world.outbox.sentSince(to, NOON + 2), { messages: 0, lastGroupAt: null })
      assert.equal(await world.outbox.forget(NOON + 2, 10), 1)
    })
  })

  describe('alerts', () => {
    it('are guarded by their version, and make a success heard from the moment they are there', async (test) => {
      const world = await newWorld(await open(test))
      const job = await world.job({ alerts: { ...DEFAULT_ALERTS, announce: 'all' } })
      const quiet = await world.job()
      for (const each of [job, quiet]) await world.finish(each, await world.claim(each))

      const untold = await world.outbox.untold(100)

      const heard = untold.flatMap(({ events }) => events).filter(({ type }) => type === 'execution.succeeded')
      assert.deepEqual(
        heard.map(({ jobId }) => jobId),
        [job.id],
      )
      assert.equal(await world.alerts.set(job, DEFAULT_ALERTS, 7), false)
      assert.equal(await world.alerts.set(job, DEFAULT_ALERTS, 1), true)
      assert.equal(await world.alerts.set(quiet, DEFAULT_ALERTS, 0), true)
      assert.equal((await world.alerts.of([job.key, quiet.key])).get(job.key)?.version, 2)
    })
  })
}

type Reader = { readonly workspaceKey: number; readonly userId: string }
