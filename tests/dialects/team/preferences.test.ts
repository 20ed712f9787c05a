/** What users want to see and hear of, as clients of either prefix keep it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/domain/ids.ts'
import { HOUR } from '../../support/services-world.ts'
import { aTeam, PREFIXES, refused } from './world.ts'

const NOTICES = {
  email_on_job_success: true,
  email_on_job_failure: true,
  email_on_job_disabled: false,
  browser_notifications: false,
  daily_digest: false,
  weekly_report: false,
}
const COLUMNS = { pic_team: true, end_date: true, cron_expression: false, target_url: false, last_execution_at: false }

for (const prefix of PREFIXES) {
  test(`${prefix}: what to hear of has one set of defaults, and a change keeps the rest`, async (t) => {
    const { team, colleague, world } = await aTeam(t, prefix)
    const viewer = await colleague('viewer')
    const other = await colleague('user')
    const path = (id: string) => `/auth/users/${id}/preferences`
    const { token } = viewer

    const fresh = await team('GET', path(viewer.id), { token })
    world.clock.advance(HOUR / 4)
    const set = await team('PUT', path(viewer.id), {
      token,
      body: { daily_digest: true, email_on_job_success: 'false', x: 1 },
    })
    const unread = await team('PUT', path(other.id), { token: other.token, body: { weekly_report: true } })
    const kept = await team('GET', path(viewer.id), { token })

    const { id, user_id, created_at, updated_at, ...switches } = fresh.body.preferences
    assert.equal(fresh.body.message, 'Notification preferences retrieved successfully')
    assert.deepEqual([switches, user_id, id.length], [NOTICES, viewer.id, 36])
    assert.deepEqual([created_at, updated_at], ['2026-11-20T09:30:00.000000', '2026-11-20T09:30:00.000000'])
    assert.equal(set.body.message, 'Notification preferences updated successfully')
    assert.deepEqual(kept.body.preferences, {
      ...NOTICES,
      daily_digest: true,
      email_on_job_success: false,
      id,
      user_id,
      created_at: '2026-11-20T09:45:00.000000',
      updated_at: '2026-11-20T09:45:00.000000',
    })
    assert.equal(unread.body.preferences.browser_notifications, false)
  })

  test(`${prefix}: columns that are not named go back to their defaults`, async (t) => {
    const { team, admin } = await aTeam(t, prefix)
    const path = `/auth/users/${admin.id}/ui-preferences`
    const put = (body: unknown) => team('PUT', path, { token: admin.token, body })
    const get = async () => (await team('GET', path, { token: admin.token })).body.preferences.jobs_table_columns

    const fresh = await get()
    await put({ jobs_table_columns: { pic_team: false, target_url: 1, unknown: true } })
    const first = await get()
    const second = await put({ jobs_table_columns: { cron_expression: true } })

    assert.deepEqual(fresh, COLUMNS)
    assert.deepEqual(first, { ...COLUMNS, pic_team: false, target_url: true })
    assert.deepEqual(second.body.preferences.jobs_table_columns, { ...COLUMNS, cron_expression: true })
    refused(await put({}), 400, 'Missing required fields', '"jobs_table_columns" is required.')
    for (const columns of [null, [], 'x', { pic_team: 'perhaps' }])
      refused(await put({ jobs_table_columns: columns }), 400, 'Invalid payload')
    refused(await put([]), 400, 'Invalid payload')
    assert.deepEqual(await get(), { ...COLUMNS, cron_expression: true })
  })

  test(`${prefix}: only an admin sees and changes those of others; a user with preferences can be deleted`, async (t) => {
    const { team, admin, colleague, stranger } = await aTeam(t, prefix)
    const user = await colleague('user')
    const foreigner = await stranger()
    const bodies = {
      preferences: { daily_digest: true },
      'ui-preferences': { jobs_table_columns: { pic_team: false } },
    }

    for (const [kind, body] of Object.entries(bodies)) {
      const path = (id: string) => `/auth/users/${id}/${kind}`
      refused(
        await team('GET', path(admin.id), { token: user.token }),
        403,
        'Forbidden: Cannot access other users preferences',
      )
      refused(
        await team('PUT', path(admin.id), { token: user.token, body }),
        403,
        'Forbidden: Cannot update other users preferences',
      )
      for (const id of [newId(), 'x', foreigner.id]) {
        refused(await team('GET', path(id), { token: admin.token }), 404, 'User not found')
        refused(await team('PUT', path(id), { token: admin.token, body }), 404, 'User not found')
      }
      refused(await team('PUT', path(user.id), { token: user.token, raw: 'x' }), 400, 'Invalid JSON')
      refused(await team('PUT', path(user.id), { token: user.token }), 400, 'Content-Type must be application/json')
      assert.equal((await team('PUT', path(user.id), { token: admin.token, body })).status, 200)
      assert.equal((await team('GET', path(user.id))).status, 401)
    }
    assert.equal((await team('DELETE', `/auth/users/${user.id}`, { token: admin.token })).status, 200)
  })
}
