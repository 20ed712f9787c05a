/** Cron expressions tried before a job has them, as clients of either prefix ask. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aTeam, PREFIXES, refused } from './world.ts'

const FIVE = 'Cron expression must have exactly 5 fields (minute hour day month day-of-week).'

for (const prefix of PREFIXES) {
  test(`${prefix}: an expression is judged, and never refused`, async (t) => {
    const { team, colleague } = await aTeam(t, prefix)
    const { token } = await colleague('viewer')
    const judge = (body: unknown) => team('POST', '/jobs/validate-cron', { token, body })

    for (const cron_expression of ['*/5 * * * *', '0  9 * *\t1-5', '0 0 31 2 *', '0 0 * JAN sun', '0 0 * * 7'])
      assert.deepEqual((await judge({ cron_expression })).body, { valid: true, message: 'Valid cron expression' })
    assert.equal((await judge({ expression: '0 9 * * *', cron_expression: 'no' })).body.valid, true)

    for (const [expression, message] of [
      ['', 'Cron expression is required.'],
      [7, 'Cron expression is required.'],
      ['@daily', FIVE],
      ['0 0 9 * * *', FIVE],
    ]) {
      const reply = await judge({ expression })
      assert.equal(reply.status, 200)
      assert.deepEqual(reply.body, { valid: false, error: 'Invalid cron expression', message })
    }
    const far = await judge({ expression: '60 * * * *' })
    assert.deepEqual([far.status, far.body.valid, far.body.error], [200, false, 'Invalid cron expression'])
    assert.match(far.body.message, /minute/)
    for (const [expression, message] of [
      ['*/60 * * * *', 'minute: the step in "*/60" is wider than its range; give at most 59.'],
      ['0 */24 * * *', 'hour: the step in "*/24" is wider than its range; give at most 23.'],
      ['0 0 5,10-20/11 * *', 'day: the step in "10-20/11" is wider than its range; give at most 10.'],
    ])
      assert.equal((await judge({ expression })).body.message, message)
    for (const expression of ['*/59 */23 */30 */11 */6', '0 0 10-20/10 * *'])
      assert.equal((await judge({ expression })).body.valid, true, expression)
    for (const expression of ['* 24 * * *', '5-1 * * * *', '*/0 * * * *', '0 0 H * *'])
      assert.equal((await judge({ expression })).body.valid, false, expression)
  })

  test(`${prefix}: the next instants are told in the zone of the scheduler`, async (t) => {
    const { team, admin } = await aTeam(t, prefix)
    const show = (body: unknown) => team('POST', '/jobs/cron-preview', { token: admin.token, body })
    const shown = async (count: unknown) => (await show({ expression: '0 * * * *', count })).body.count

    assert.deepEqual((await show({ expression: '0 9 * * 0', count: 2 })).body, {
      timezone: 'Asia/Tokyo',
      next_runs: ['2026-11-22T09:00:00+09:00', '2026-11-29T09:00:00+09:00'],
      count: 2,
    })
    assert.deepEqual((await show({ cron_expression: '0 0 31 2 *' })).body, {
      timezone: 'Asia/Tokyo',
      next_runs: [],
      count: 0,
    })
    const counts = [undefined, null, 0, 3, '4', 3.7, 99, -1]
    assert.deepEqual(await Promise.all(counts.map(shown)), [5, 5, 5, 3, 4, 3, 20, 0])
  })

  test(`${prefix}: a preview of no expression, a wrong count and a wrong form are refused`, async (t) => {
    const { team, admin } = await aTeam(t, prefix)
    const { token } = admin
    const show = (body: unknown) => team('POST', '/jobs/cron-preview', { token, body })

    refused(await show({}), 400, 'Invalid cron expression', 'Cron expression is required.')
    refused(await show({ expression: '* * * *' }), 400, 'Invalid cron expression', FIVE)
    refused(await show({ expression: '0 25 * * *' }), 400, 'Invalid cron expression')
    refused(await show({ expression: '0 * * * *', count: 'many' }), 400, 'Invalid count')
    for (const path of ['/jobs/cron-preview', '/jobs/validate-cron']) {
      const headers = { 'content-type': 'text/plain' }
      refused(
        await team('POST', path, { token, raw: '0 * * * *', headers }),
        400,
        'Content-Type must be application/json',
      )
      refused(await team('POST', path, { token, raw: '[]' }), 400, 'Invalid payload')
      assert.equal((await team('POST', path, { body: {} })).status, 401)
    }
  })
}
