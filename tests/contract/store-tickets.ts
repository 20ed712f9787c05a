/** Tickets of requests that a client may repeat, as every store must keep them: a write and its mark cannot part. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { NewTicket, TicketRow } from '../../src/store/store.ts'
import { HOUR, NOON } from '../support/builders.ts'
import { newWorkspace, newWorld, type OpenStore, type World } from './world.ts'

const ANSWER = { status: 201, headers: { etag: '"1"' }, sealedBody: 'sealed' }

export const ticketsContract = (open: OpenStore): void => {
  const world = async (test: TestContext): Promise<World> => newWorld(await open(test))

  const aTicket = (w: World, given: Partial<NewTicket> = {}): NewTicket => ({
    workspaceKey: w.workspaceKey,
    actorId: 'ada',
    keyHash: 'key 1',
    requestHash: 'request 1',
    seed: 'seed 1',
    heldBy: 'process 1',
    expiresAt: NOON + HOUR,
    now: NOON,
    ...given,
  })
  const take = async (w: World, given: Partial<NewTicket> = {}): Promise<TicketRow> => {
    const ticket = await w.tickets.take(aTicket(w, given))
    assert(ticket !== null)
    return ticket
  }
  const present = (w: World, ticket: TicketRow) => w.tickets.find(ticket)
  const rename = (w: World, name: string) => async () => {
    const user = await w.people.userById(w.admin.id)
    assert(user !== null)
    return w.people.updateUser(user, { fullName: name }, { now: NOON, revokeSessions: false })
  }
  const nameIn = async (w: World) => (await w.people.userById(w.admin.id))?.fullName

  describe('a ticket', () => {
    it('is taken once, and found by whoever comes later', async (t) => {
      const w = await world(t)

      const both = await Promise.all([w.tickets.take(aTicket(w)), w.tickets.take(aTicket(w))])

      assert.equal(both.filter((taken) => taken === null).length, 1)
      const { now, ...given } = aTicket(w)
      assert.deepEqual(await w.tickets.find(given), {
        ...given,
        fence: 1,
        heldAt: now,
        createdAt: now,
        isDone: false,
        answer: null,
      })
    })

    it('belongs to one key of one actor of one workspace', async (t) => {
      const w = await world(t)
      const other = await newWorkspace(w)
      await take(w)

      for (const given of [{ keyHash: 'key 2' }, { actorId: 'bob' }, { workspaceKey: other.workspaceKey }])
        assert.equal((await take(w, given)).fence, 1)
    })

    it('S92: is counted with those of its workspace until it expires', async (t) => {
      const w = await world(t)
      const other = await newWorkspace(w)
      await take(w, { expiresAt: NOON + 1 })
      await take(w, { keyHash: 'key 2' })
      await take(w, { workspaceKey: other.workspaceKey })

      assert.deepEqual(
        [await w.tickets.count(w.workspaceKey, NOON), await w.tickets.count(w.workspaceKey, NOON + 1)],
        [2, 1],
      )
    })

    it('clears away what has expired before it', async (t) => {
      const w = await world(t)
      for (const n of [1, 2, 3]) await take(w, { keyHash: `old ${n}`, expiresAt: NOON + n })

      await take(w, { now: NOON + 3 })

      assert.equal(await w.tickets.forgetExpired(NOON + 3, 10), 0)
    })

    it('that has expired gives way to a new one of the same key', async (t) => {
      const w = await world(t)
      await take(w, { expiresAt: NOON + 1 })

      const again = await take(w, { now: NOON + 1, seed: 'seed 2' })

      assert.deepEqual([again.seed, again.answer], ['seed 2', null])
    })

    it('keeps its answer, its seed and its time of birth over all holders', async (t) => {
      const w = await world(t)
      const first = await take(w)

      const second = await w.tickets.takeOver(first, { heldBy: 'process 2', now: NOON + 9 })
      assert(second !== null)
      const answers = [await w.tickets.answer(first, ANSWER), await w.tickets.answer(second, ANSWER)]

      assert.deepEqual([second.fence, second.seed, second.createdAt, second.heldAt], [2, 'seed 1', NOON, NOON + 9])
      assert.deepEqual(answers, [false, true])
      assert.deepEqual((await present(w, second))?.answer, ANSWER)
    })

    it('passes to one of two who want to take it over', async (t) => {
      const w = await world(t)
      const ticket = await take(w)
      const by = { heldBy: 'process 2', now: NOON }

      const both = await Promise.all([w.tickets.takeOver(ticket, by), w.tickets.takeOver(ticket, by)])

      assert.equal(both.filter((one) => one === null).length, 1)
    })

    it('can be left to the next one, or dropped as long as nothing was done under it', async (t) => {
      const w = await world(t)
      const ticket = await take(w)

      await w.tickets.leave(ticket)
      assert.equal((await present(w, ticket))?.heldBy, null)
      await w.tickets.drop(ticket)
      assert.equal(await present(w, ticket), null)

      const done = await take(w)
      await w.withinTicket(done, rename(w, 'once'))
      await w.tickets.drop(done)
      assert.equal((await present(w, done))?.isDone, true)
    })

    it('is forgotten after it has expired, oldest first, so many at a time', async (t) => {
      const w = await world(t)
      for (const at of [3, 1, 2]) await take(w, { keyHash: `key ${at}`, expiresAt: NOON + at })

      assert.equal(await w.tickets.forgetExpired(NOON, 10), 0)
      assert.equal(await w.tickets.forgetExpired(NOON + 3, 2), 2)
      assert.notEqual(await w.tickets.find({ workspaceKey: w.workspaceKey, actorId: 'ada', keyHash: 'key 3' }), null)
      assert.equal(await w.tickets.forgetExpired(NOON + 3, 2), 1)
    })
  })

  describe('a write under a ticket', () => {
    it('marks it as done, and further writes of the same work are free', async (t) => {
      const w = await world(t)
      const ticket = await take(w)

      await w.withinTicket(ticket, async () => {
        await rename(w, 'first')()
        await rename(w, 'second')()
      })

      assert.deepEqual([await nameIn(w), (await present(w, ticket))?.isDone], ['second', true])
    })

    it('is undone, and not marked, when it fails for a reason of its own', async (t) => {
      const w = await world(t)
      const ticket = await take(w)
      const stale = () =>
        w.people.updateUser({ ...w.admin, version: 9 }, { fullName: 'x' }, { now: NOON, revokeSessions: false })

      assert.equal(await w.withinTicket(ticket, stale), null)
      assert.equal((await present(w, ticket))?.isDone, false)
      await w.withinTicket(ticket, rename(w, 'then'))
      assert.equal(await nameIn(w), 'then')
    })

    it('F40: is undone when the ticket has passed to somebody else, who then writes once', async (t) => {
      const w = await world(t)
      const slow = await take(w)
      const next = await w.tickets.takeOver(slow, { heldBy: 'process 2', now: NOON })
      assert(next !== null)

      await assert.rejects(w.withinTicket(slow, rename(w, 'slow')), { code: 'idempotency.unanswered' })
      await w.withinTicket(next, rename(w, 'next'))
      await assert.rejects(w.withinTicket(next, rename(w, 'again')), { code: 'idempotency.unanswered' })

      assert.equal(await nameIn(w), 'next')
    })

    it('F40: is refused when the ticket was done before, and reading is not', async (t) => {
      const w = await world(t)
      const ticket = await take(w)

      const name = await w.withinTicket({ ...ticket, isDone: true }, () => nameIn(w))
      await assert.rejects(w.withinTicket({ ...ticket, isDone: true }, rename(w, 'x')), {
        code: 'idempotency.unanswered',
      })

      assert.equal(name, null)
      assert.equal(await nameIn(w), null)
    })

    it('that comes beside another one of the same work waits for it, and both count', async (t) => {
      const w = await world(t)
      const ticket = await take(w)

      await w.withinTicket(ticket, () => Promise.all([w.job({ name: 'one' }), w.job({ name: 'two' })]))

      assert.equal((await w.jobs.count(w.workspaceKey)).total, 2)
      assert.equal((await present(w, ticket))?.isDone, true)
    })

    it('of what the work woke up, once the work is over, is no longer tied to it', async (t) => {
      const w = await world(t)
      const ticket = await take(w)
      const { promise: over, resolve: end } = Promise.withResolvers<void>()

      const later = await w.withinTicket(ticket, async () => ({ woken: over.then(rename(w, 'later')) }))
      end()
      await later.woken

      assert.deepEqual([await nameIn(w), (await present(w, ticket))?.isDone], ['later', false])
    })
  })
}
