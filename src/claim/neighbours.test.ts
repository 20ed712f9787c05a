/** Looking for the due jobs of others behind those of a hog. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { DueJob, Ledger } from '../store/store.ts'
import { createNeighbours } from './neighbours.ts'

const NOW = Date.UTC(2026, 0, 1)
const STRETCH = 100
const HOG = 1

type Due = { readonly dueAt: number; readonly jobKey: number; readonly workspaceKey: number }

/** A ledger of due rows alone, looked through in stretches of a hundred. */
const fakeLedger = (rows: Due[]) => {
  const looked: number[] = []
  const skim: Ledger['skim'] = async ({ until, limit, after, except }) => {
    const isAfter = (row: Due) =>
      after === null || row.dueAt > after.dueAt || (row.dueAt === after.dueAt && row.jobKey > after.jobKey)
    const stretch = rows
      .filter((row) => isAfter(row) && row.dueAt <= until)
      .toSorted((a, b) => a.dueAt - b.dueAt || a.jobKey - b.jobKey)
      .slice(0, STRETCH)
    looked.push(stretch.length)
    const jobs = stretch.filter(({ workspaceKey }) => !except.includes(workspaceKey)).slice(0, limit) as DueJob[]
    const last = jobs.length === limit ? jobs.at(-1) : stretch.length === STRETCH ? stretch.at(-1) : undefined
    return { jobs, goOn: last === undefined ? null : { dueAt: last.dueAt, jobKey: last.jobKey } }
  }
  return { ledger: { skim } as Ledger, looked }
}

const flood = (count: number, dueAt: number): Due[] =>
  Array.from({ length: count }, (_, n) => ({ dueAt, jobKey: n + 1, workspaceKey: HOG }))
const other = (dueAt: number, jobKey = 9999): Due => ({ dueAt, jobKey, workspaceKey: 2 })
const find = async (neighbours: ReturnType<typeof createNeighbours>, now: number, hogs = [HOG], limit = 10) =>
  (await neighbours.find({ now, limit, hogs })).map(({ jobKey }) => jobKey)

it('finds what is due in another workspace behind hundreds of jobs of the hog, some looks later', async () => {
  const { ledger } = fakeLedger([...flood(550, NOW), other(NOW)])
  const neighbours = createNeighbours(ledger)

  assert.deepEqual(await find(neighbours, NOW), [])
  assert.deepEqual(await find(neighbours, NOW + 15), [])
  assert.deepEqual(await find(neighbours, NOW + 30), [9999])
})

it('once through, looks only at what is new; what falls due then is found at once', async () => {
  const rows = flood(550, NOW)
  const { ledger, looked } = fakeLedger(rows)
  const neighbours = createNeighbours(ledger)
  for (let look = 0; look < 8; look++) await find(neighbours, NOW + 15 * look)
  looked.length = 0

  rows.push(other(NOW + 150))

  assert.deepEqual(await find(neighbours, NOW + 120), [9999])
  assert.equal(looked[0], 1)
})

it('finds late ones too, and what was passed over as a hog’s after a second', async () => {
  const { ledger } = fakeLedger([...flood(10, NOW), other(NOW - 5000, 7), other(NOW, 8)])
  const neighbours = createNeighbours(ledger)

  assert.deepEqual(await find(neighbours, NOW, [HOG, 2]), [])
  for (let ms = 100; ms < 1000; ms += 100) assert.deepEqual(await find(neighbours, NOW + ms), [])
  assert.deepEqual(await find(neighbours, NOW + 1000), [7, 8])
})

it('asks nothing where there is no hog or no place', async () => {
  const { ledger, looked } = fakeLedger([other(NOW)])
  const neighbours = createNeighbours(ledger)

  assert.deepEqual([await find(neighbours, NOW, []), await find(neighbours, NOW, [HOG], 0)], [[], []])
  assert.deepEqual(looked, [])
})
