/** /api/v3/schedules from outside: what a timetable means before a job has it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anApi } from '../support/api-world.ts'

const cron = (expression: string, time_zone = 'UTC') => ({ kind: 'cron', expression, time_zone })

test('a preview tells the next instants, in words too, and what the next change of clock does', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const body = { schedules: [cron('30 2 * * *', 'America/New_York')], after: '2027-03-13T00:00:00-05:00', count: 3 }

  const { status, body: preview } = await ask('POST', '/schedules/preview', { token, body })

  assert.equal(status, 200)
  assert.deepEqual(preview.next, ['2027-03-13T07:30:00.000Z', '2027-03-14T07:00:00.000Z', '2027-03-15T06:30:00.000Z'])
  assert.ok(preview.text.length > 10)
  const [change] = preview.clock_changes
  assert.deepEqual([change.time_zone, change.kind, change.shift_seconds], ['America/New_York', 'gap', 3600])
  assert.match(change.effect, /02:30/)
})

test('without a word on it, a preview begins now and shows ten instants in the time zone of the server', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()

  const { body } = await ask('POST', '/schedules/preview', {
    token,
    body: { schedules: [{ kind: 'cron', expression: '0 9 * * *' }] },
  })

  assert.equal(body.next.length, 10)
  // 09:00 in Tokyo.
  assert.equal(body.next[0], '2026-11-21T00:00:00.000Z')
})

test('a preview of what never fires is empty and warns', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()

  const { status, body } = await ask('POST', '/schedules/preview', { token, body: { schedules: [cron('0 0 31 2 *')] } })

  assert.deepEqual([status, body.next], [200, []])
  assert.ok(
    body.warnings.some(({ code }: { code: string }) => code === 'never_fires'),
    JSON.stringify(body),
  )
})

test('S92: a preview shows at most 100 instants', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const body = (count: number) => ({ schedules: [cron('* * * * *')], count })

  const [most, more] = [
    await ask('POST', '/schedules/preview', { token, body: body(100) }),
    await ask('POST', '/schedules/preview', { token, body: body(101) }),
  ]

  assert.deepEqual([most.status, most.body.next.length], [200, 100])
  assert.deepEqual([more.status, more.body.errors[0].field], [422, 'count'])
})

test('a wrong timetable is told field by field, to who asks whether it is right and to who wants to see it', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const body = {
    schedules: [
      cron('61 * * * *'),
      { kind: 'calendar', every: 1, unit: 'day', at: '09:00', start: '2026-01-01', time_zone: 'Mars/One' },
    ],
  }

  const right = await ask('POST', '/schedules/validate', { token, body: { schedules: [cron('0 9 * * MON')] } })
  const wrong = await ask('POST', '/schedules/validate', { token, body })
  const preview = await ask('POST', '/schedules/preview', { token, body })

  assert.deepEqual([right.status, right.body.valid, right.body.errors], [200, true, []])
  assert.match(right.body.text, /Monday/)
  assert.deepEqual([wrong.status, wrong.body.valid, wrong.body.text], [200, false, null])
  assert.deepEqual(
    wrong.body.errors.map(({ field, value }: Record<string, string>) => [field, value]),
    [
      ['schedules[0].expression', '61 * * * *'],
      ['schedules[1].time_zone', 'Mars/One'],
    ],
  )
  assert.deepEqual([preview.status, preview.body.code], [422, 'schedule.invalid'])
  assert.equal(preview.body.errors[0].field, 'schedules[0].expression')
})

test('S87: 256-character lists and steps of one are read within 50 ms', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const list = '*/1,'.repeat(60).slice(0, -1)
  await ask('POST', '/schedules/preview', { token, body: { schedules: [cron('* * * * *')] } })

  const startedAt = process.hrtime.bigint()
  const { status } = await ask('POST', '/schedules/preview', { token, body: { schedules: [cron(`${list} * * * *`)] } })

  assert.equal(status, 200)
  assert.ok(process.hrtime.bigint() - startedAt < 50_000_000n)
})
