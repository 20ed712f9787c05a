/** Pages of due jobs: which jobs a look takes, and what is read ahead while a commit is under way. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DueJob, Ledger } from '../store/store.ts'
import { createDuePages } from './due-pages.ts'

const NOW = 1_000_000

/** A store that knows due instants by job key; what was claimed has to be taken away by the test. */
const setUp = (instants: Record<number, number>) => {
  const stored = new Map(Object.entries(instants).map(([key, at]) => [Number(key), at]))
  let reads = 0
  let away = false
  const due: Ledger['due'] = async ({ until, limit, after }) => {
    reads += 1
    if (away) throw new Error('away')
    const rows = [...stored]
      .map(([jobKey, dueAt]) => ({ jobKey, dueAt }))
      .sort((a, b) => a.dueAt - b.dueAt || a.jobKey - b.jobKey)
    const isAfter = (row: { dueAt: number; jobKey: number }) =>
      after === null || row.dueAt > after.dueAt || (row.dueAt === after.dueAt && row.jobKey > after.jobKey)
    const jobs = rows.filter((row) => isAfter(row) && row.dueAt <= until).slice(0, limit)
    const keys = new Set(jobs.map(({ jobKey }) => jobKey))
    return { jobs: jobs as unknown as DueJob[], nextDueAt: rows.find(({ jobKey }) => !keys.has(jobKey))?.dueAt ?? null }
  }
  const pages = createDuePages({ due } as Ledger)
  const take = async (now: number, limit: number) => {
    const { jobs, more } = await pages.take(now, limit)
    for (const { jobKey } of jobs) stored.delete(jobKey)
    return { keys: jobs.map(({ jobKey }) => jobKey), more }
  }
  return {
    pages,
    take,
    stored,
    reads: () => reads,
    fail: (now: boolean) => {
      away = now
    },
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Jobs 1, 2, 3 … due a millisecond apart, the last one now. */
const backlog = (count: number): Record<number, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [index + 1, NOW - count + index + 1]))

describe('due jobs', () => {
  it('what is on time goes before what is late, and late ones fill the room that is left', async () => {
    const { take } = setUp({ 1: NOW - 60_000, 2: NOW - 50_000, 3: NOW - 10, 4: NOW + 40, 5: NOW + 60 })

    assert.deepEqual(await take(NOW, 3), { keys: [3, 4, 1], more: true })
    assert.deepEqual(await take(NOW, 3), { keys: [2], more: false })
  })

  it('while more is due than fits, the next page is read during the commit and taken without asking again', async () => {
    const { pages, take, reads } = setUp(backlog(1500))
    await take(NOW, 300)
    pages.readAhead(NOW)
    await settled()
    const before = reads()

    const second = await take(NOW + 10, 200)
    const third = await take(NOW + 20, 400)

    assert.deepEqual([second.keys[0], second.keys.length], [301, 200])
    assert.deepEqual([third.keys[0], third.keys.length], [501, 400])
    assert.equal(reads(), before)
    assert.equal(third.more, true)
  })

  it('the last page says that no more is due', async () => {
    const { pages, take } = setUp(backlog(310))
    await take(NOW, 300)
    pages.readAhead(NOW)

    assert.deepEqual(await take(NOW + 10, 300), {
      keys: [301, 302, 303, 304, 305, 306, 307, 308, 309, 310],
      more: false,
    })
  })

  it('what was read ahead is read again when a job was changed, or when it lay for too long', async () => {
    const { pages, take, stored } = setUp(backlog(400))
    await take(NOW, 300)
    pages.readAhead(NOW)
    stored.delete(301)
    pages.forget()
    assert.deepEqual((await take(NOW + 10, 10)).keys[0], 302)

    pages.readAhead(NOW + 10)
    stored.delete(312)
    assert.deepEqual((await take(NOW + 60, 10)).keys[0], 313)
  })

  it('a change while the next page is on its way makes it worthless', async () => {
    const { pages, take, stored } = setUp(backlog(400))
    await take(NOW, 300)
    pages.readAhead(NOW)

    const taking = take(NOW + 10, 10)
    stored.delete(301)
    pages.forget()

    assert.equal((await taking).keys[0], 302)
  })

  it('a job that falls due behind the place of a long run is met within a second', async () => {
    const { pages, take, stored } = setUp(backlog(1500))
    await take(NOW, 300)
    stored.set(9999, NOW - 1900)
    let met = Number.POSITIVE_INFINITY
    for (let now = NOW; now < NOW + 1050 && met === Number.POSITIVE_INFINITY; now += 30) {
      pages.readAhead(now)
      if ((await take(now + 30, 10)).keys.includes(9999)) met = now + 30
    }

    assert.ok(met > NOW + 30 && met <= NOW + 1050, `met after ${met - NOW} ms`)
  })

  it('a page that could not be read ahead is asked for again', async () => {
    const { pages, take, fail } = setUp(backlog(400))
    await take(NOW, 300)
    fail(true)
    pages.readAhead(NOW)
    await assert.rejects(take(NOW + 10, 10), /away/)
    fail(false)

    assert.equal((await take(NOW + 20, 10)).keys[0], 301)
  })
})
