/** P9: another release of the time zone rules comes with an upgrade. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Timetable } from '../../src/domain/job.ts'
import { every, HOUR, MINUTE, openWorld, SECOND, START, until } from './world.ts'

const daily = (zone: string): Timetable => ({
  schedules: [{ kind: 'cron', expression: '0 9 * * *', zone }],
  zone,
})

/** What stored instants were computed under, as the server keeps it. */
const values = (known: string | null) => {
  const kept: (string | null)[] = [known]
  return {
    kept,
    known: async () => kept.at(-1) ?? null,
    keep: async (release: string) => void kept.push(release),
  }
}

describe('P9: rules of time zones that changed between two starts', () => {
  /** A job whose stored instant is an hour off, as another release would have computed it. */
  const moved = async (test: Parameters<typeof openWorld>[0], zones: ReturnType<typeof values>) => {
    const world = await openWorld(test)
    const right = await world.job('right', { timetable: daily('Europe/Berlin') })
    const off = await world.job('off', { timetable: daily('Europe/Berlin') })
    const dueAt = Date.UTC(2026, 5, 2, 8)
    await world.store.jobs.update(
      off,
      { timetable: off.timetable, dueAt },
      { now: world.clock.now(), expectedDueAt: dueAt - HOUR },
    )
    const heard: { workspaceKey: number; jobId: string; from: number; to: number | null }[] = []
    const node = world.node({ parts: { zones: { release: '2026d', values: zones } }, moved: heard })
    return { ...world, ...node, right, off, dueAt, heard }
  }

  it('a job that waits for another instant under them is planned anew before anything is claimed, and told of', async (test) => {
    const zones = values('2026c')
    const { engine, store, heard, off, right, dueAt, clock } = await moved(test, zones)

    engine.start()
    await until(() => zones.kept.length === 2)

    assert.deepEqual(heard, [{ workspaceKey: off.workspaceKey, jobId: off.id, from: dueAt, to: dueAt - HOUR }])
    const { jobs } = await store.ledger.due({ until: Number.MAX_SAFE_INTEGER, limit: 10, after: null })
    assert.deepEqual(
      jobs.map(({ jobId, dueAt, scheduleVersion }) => [jobId, dueAt, scheduleVersion]),
      [
        [right.id, dueAt - HOUR, 1],
        [off.id, dueAt - HOUR, off.scheduleVersion + 2],
      ],
    )
    assert.deepEqual(zones.kept, ['2026c', '2026d'])
    assert.ok(clock.now() < dueAt)
    await engine.stop(0)
  })

  it('the first start, and one under the same release, move nothing', async (test) => {
    for (const known of [null, '2026d']) {
      const zones = values(known)
      const { engine, heard, sent, answer, clock, job } = await moved(test, zones)
      await job('soon', { timetable: every(MINUTE) })
      clock.setWall(START)

      engine.start()
      await until(() => sent.length === 1)
      answer('soon')

      assert.deepEqual([heard, zones.kept.at(-1)], [[], '2026d'])
      await engine.stop(0)
    }
  })

  it('intervals know no zone, and an instant that came due is for the misfire policy', async (test) => {
    const world = await openWorld(test)
    const interval = await world.job('interval', { timetable: every(7 * MINUTE) })
    const due = await world.job('due', { timetable: daily('UTC') })
    await world.store.jobs.update(
      due,
      { timetable: due.timetable, dueAt: START - MINUTE },
      { now: world.clock.now(), expectedDueAt: null },
    )
    const heard: unknown[] = []
    const { engine, sent, answer } = world.node({
      parts: { zones: { release: '2026d', values: values('2026c') } },
      moved: heard as never[],
    })

    world.clock.setWall(START - 10 * SECOND)
    engine.start()
    await until(() => sent.length === 1)
    answer('due')

    assert.deepEqual([heard, sent], [[], ['due#1@-10']])
    assert.equal((await world.history(interval)).length, 0)
    await engine.stop(0)
  })

  it('when they cannot be read, jobs fire all the same, and the fault is told', async (test) => {
    const world = await openWorld(test)
    await world.job('backup')
    const broken = { known: () => Promise.reject(new Error('no')), keep: async () => {} }
    const { engine, sent, answer, faults } = world.node({ parts: { zones: { release: '2026d', values: broken } } })
    world.clock.setWall(START)

    engine.start()
    await until(() => sent.length === 1)
    answer('backup')

    assert.equal(faults.length, 1)
    await engine.stop(0)
  })
})
