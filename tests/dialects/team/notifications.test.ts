/** The own inbox, and where messages go in Slack, as clients of either prefix see them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/domain/ids.ts'
import type { Audience } from '../../../src/domain/notice.ts'
import { HOUR } from '../../support/services-world.ts'
import { aTeam, PREFIXES, refused, type TeamWorld } from './world.ts'

const FIRST_ADMINS = 1

/** An hour passes, and the workspace is told something. */
const tell = async ({ world }: TeamWorld, title: string, audience: Audience = { kind: 'all' }): Promise<string> => {
  world.clock.advance(HOUR / 4)
  const id = newId()
  await world.store.outbox.tell({
    workspaceKey: FIRST_ADMINS,
    notices: [
      {
        id,
        at: world.clock.now(),
        audience,
        kind: 'job.failed',
        type: 'error',
        title,
        message: `Job "a" failed: ${title}`,
        jobId: null,
        executionId: null,
      },
    ],
    deliveries: [],
    series: [],
    supersedes: [],
    of: { kind: 'asked' },
  })
  return id
}

for (const prefix of PREFIXES) {
  test(`${prefix}: the inbox is read in pages, newest first, unread ones alone, and by date`, async (t) => {
    const team = await aTeam(t, prefix)
    for (const title of ['one', 'two', 'three']) await tell(team, title)
    const list = (query = '') => team.team('GET', `/notifications${query}`, { token: team.admin.token })
    const titles = async (query: string) => (await list(query)).body.notifications.map(({ title }: never) => title)

    const all = await list()
    const [first] = all.body.notifications
    await team.team('PUT', `/notifications/${first.id}/read`, { token: team.admin.token })

    const { notifications, ...rest } = all.body
    assert.deepEqual(rest, { total: 3, page: 1, per_page: 20, total_pages: 1, range: { from: null, to: null } })
    assert.deepEqual(
      { ...first, id: '' },
      {
        id: '',
        user_id: team.admin.id,
        title: 'three',
        message: 'Job "a" failed: three',
        type: 'error',
        related_job_id: null,
        related_execution_id: null,
        is_read: false,
        read_at: null,
        created_at: '2026-11-20T10:15:00.000+00:00',
      },
    )
    assert.deepEqual(await titles('?per_page=2&page=2'), ['one'])
    assert.deepEqual(await titles('?page=99'), [])
    assert.deepEqual(await titles('?unread_only=true'), ['two', 'one'])
    assert.deepEqual(await titles('?from=2026-11-20T10:00:00&to=2026-11-20T10:15:00'), ['two'])
    assert.deepEqual((await list('?from=2026-11-20&to=2026-11-20&per_page=999')).body.range, {
      from: '2026-11-20T00:00:00',
      to: '2026-11-21T00:00:00',
    })
    assert.equal((await list('?per_page=999')).body.per_page, 100)
  })

  test(`${prefix}: a wrong date or number is refused`, async (t) => {
    const { team, admin, isFirst } = await aTeam(t, prefix)
    const { token } = admin

    for (const path of ['/notifications', '/notifications/unread-count'])
      refused(await team('GET', `${path}?from=yesterday`, { token }), 400, 'Invalid date')
    refused(
      await team('GET', '/notifications?from=2026-11-21&to=2026-11-20', { token }),
      400,
      'Invalid date range',
      '"from" must be earlier than "to".',
    )
    refused(await team('GET', '/notifications?page=x', { token }), isFirst ? 400 : 422, 'Invalid page')
    assert.equal((await team('GET', '/notifications')).status, 401)
  })

  test(`${prefix}: what was read is marked once, counted, and deleted, for oneself alone`, async (t) => {
    const team = await aTeam(t, prefix)
    const { admin, world } = team
    const viewer = await team.colleague('viewer')
    const ids = [await tell(team, 'one'), await tell(team, 'two'), await tell(team, 'three')]
    const ask = (method: string, path: string, who = admin) =>
      team.team(method, `/notifications${path}`, { token: who.token })
    const unread = async (who = admin) => (await ask('GET', '/unread-count', who)).body.unread_count

    const read = await ask('PUT', `/${ids[0]}/read`)
    world.clock.advance(HOUR / 4)
    const again = await ask('PUT', `/${ids[0]}/read`)

    assert.equal(read.body.message, 'Notification marked as read')
    assert.deepEqual(read.body.notification, again.body.notification)
    assert.equal(read.body.notification.read_at, '2026-11-20T10:15:00.000+00:00')
    assert.deepEqual([await unread(), await unread(viewer)], [2, 3])
    assert.deepEqual((await ask('PUT', '/read-all')).body, {
      message: 'All notifications marked as read',
      updated_count: 2,
    })
    assert.deepEqual((await ask('DELETE', `/${ids[1]}`)).body, { message: 'Notification deleted successfully' })
    assert.equal((await ask('DELETE', '/delete-read')).body.deleted_count, 2)
    assert.deepEqual([(await ask('GET', '')).body.total, (await ask('GET', '', viewer)).body.total], [0, 3])
  })

  test(`${prefix}: nobody reads or deletes what is for others`, async (t) => {
    const team = await aTeam(t, prefix)
    const viewer = await team.colleague('viewer')
    const foreigner = await team.stranger()
    const theirs = await tell(team, 'for the admin', { kind: 'user', userId: team.admin.id })
    const ask = (method: string, path: string, { token } = viewer) =>
      team.team(method, `/notifications/${path}`, { token })

    refused(await ask('PUT', `${theirs}/read`), 403, 'Forbidden: Cannot access other users notifications')
    refused(await ask('DELETE', theirs), 403, 'Forbidden: Cannot delete other users notifications')
    for (const id of [newId(), 'x']) {
      refused(await ask('PUT', `${id}/read`), 404, 'Notification not found')
      refused(await ask('DELETE', id), 404, 'Notification not found')
    }
    refused(await ask('DELETE', theirs, foreigner), 404, 'Notification not found')
    const kept = await team.team('GET', '/notifications', { token: team.admin.token })
    assert.deepEqual([kept.body.total, kept.body.notifications[0].is_read], [1, false])
  })

  test(`${prefix}: an admin sets where messages go in Slack; the address is shown masked and kept when it comes back so`, async (t) => {
    const { team, admin } = await aTeam(t, prefix)
    const get = async () => (await team('GET', '/settings/slack', { token: admin.token })).body.slack_settings
    const put = (body: object) => team('PUT', '/settings/slack', { token: admin.token, body })
    const url = 'https://hooks.slack.example/services/T0/B0/verysecret'

    const fresh = await get()
    const set = await put({ is_enabled: true, webhook_url: ` ${url} `, channel: ' #jobs ' })
    const shown = set.body.slack_settings
    const back = await put({ webhook_url: shown.webhook_url, channel: '' })

    assert.deepEqual([fresh.is_enabled, fresh.webhook_url, fresh.channel], [false, null, null])
    assert.equal(set.body.message, 'Slack settings updated')
    assert.deepEqual([shown.id, shown.is_enabled, shown.channel], [fresh.id, true, '#jobs'])
    assert.match(shown.webhook_url, /^https:\/\/hooks\.slack\.example\/\*+$/)
    assert.doesNotMatch(set.text, /verysecret/)
    assert.deepEqual([back.status, (await get()).channel, (await get()).webhook_url], [200, null, shown.webhook_url])
  })

  test(`${prefix}: Slack settings that cannot work are refused whole`, async (t) => {
    const { team, admin, colleague } = await aTeam(t, prefix)
    const put = (body: object) => team('PUT', '/settings/slack', { token: admin.token, body })
    const before = await team('GET', '/settings/slack', { token: admin.token })

    refused(
      await put({ is_enabled: true, channel: '#jobs' }),
      400,
      'Invalid settings',
      'webhook_url is required when Slack is enabled.',
    )
    for (const body of [
      { webhook_url: 'http://hooks.slack.example/x', channel: '#jobs' },
      { webhook_url: 7, channel: '#jobs' },
      { is_enabled: 'false', channel: '#jobs' },
      { channel: 'two\nlines' },
    ])
      refused(await put(body), 400, 'Invalid settings')
    const { token } = await colleague('user')
    for (const method of ['GET', 'PUT']) assert.equal((await team(method, '/settings/slack', { token })).status, 403)

    assert.deepEqual((await team('GET', '/settings/slack', { token: admin.token })).body, before.body)
  })
}
