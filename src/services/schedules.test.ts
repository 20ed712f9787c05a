/** Trying a timetable: what is shown is what a job with it would do. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, refused, START } from '../../tests/support/services-world.ts'

const { timetable } = anInput()

test('a preview begins with the run that a job saved now would have', async (t) => {
  const { services, admin, member } = await aWorld(t)
  const viewer = await member(await admin(), 'viewer')
  const ada = await admin()
  const jittered = { ...timetable, jitterMs: 600_000 }
  const job = await services.jobs.create(ada, anInput({ timetable: jittered }))

  const shown = await services.schedules.preview(viewer, { timetable, count: 3 })
  const ofJob = await services.schedules.preview(ada, { timetable: jittered, count: 1, seed: job.id })

  assert.deepEqual(
    shown.next.map((at) => at - START),
    [1_800_000, 5_400_000, 9_000_000],
  )
  assert.deepEqual(ofJob.next, [job.nextRunAt])
  assert.ok(shown.text.length > 0)
})

test('a preview shows no more runs than the job may have', async (t) => {
  const { services, admin } = await aWorld(t)

  const shown = await services.schedules.preview(await admin(), { timetable: { ...timetable, maxRuns: 2 }, count: 10 })

  assert.equal(shown.next.length, 2)
})

test('S92: a preview is refused above 100 instants and for what cannot be read', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()

  for (const count of [0, 101, 10_000, 1.5, Number.NaN]) {
    await assert.rejects(services.schedules.preview(ada, { timetable, count }), refused('invalid', 'count'))
  }
  const broken = { schedules: [{ kind: 'cron', expression: 'x', zone: 'UTC' }], zone: 'UTC' } as const
  await assert.rejects(
    services.schedules.preview(ada, { timetable: broken, count: 1 }),
    refused('schedule.invalid', 'schedules[0].expression'),
  )
})

test('a timetable that never fires is shown with a warning, and is not valid to save', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const never = { schedules: [{ kind: 'cron', expression: '0 0 31 2 *', zone: 'UTC' }], zone: 'UTC' } as const

  const shown = await services.schedules.preview(ada, { timetable: never, count: 5 })
  const judged = await services.schedules.validate(ada, { timetable: never })

  assert.deepEqual([shown.next, shown.warnings[0]?.code], [[], 'never_fires'])
  assert.deepEqual([judged.valid, judged.errors[0]?.field], [false, 'schedules'])
})

test('judging a timetable answers with all that is wrong, or with what it means', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()

  const good = await services.schedules.validate(ada, { timetable })
  const bad = await services.schedules.validate(ada, {
    timetable: {
      schedules: [
        { kind: 'cron', expression: '* * *', zone: 'UTC' },
        { kind: 'manual' },
        { kind: 'interval', everyMs: 0, anchor: 0 },
      ],
      zone: 'Nowhere',
    },
  })

  assert.deepEqual([good.valid, good.errors, typeof good.text], [true, [], 'string'])
  assert.deepEqual(
    [bad.valid, bad.errors.map(({ field }) => field), bad.text],
    [false, ['schedules[0].expression', 'schedules[2].everyMs', 'zone'], null],
  )
})
