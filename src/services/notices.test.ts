/** Alerts, inbox, Slack settings and webhook channels: who may, what is refused, and that no secret is shown. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, refused } from '../../tests/support/services-world.ts'

const URL_OF_SLACK = 'https://hooks.slack.com/services/T0/B0/secret'

test('the address of Slack is masked, kept when the mask comes back, and never half saved', async (t) => {
  const { services, admin, member, store } = await aWorld(t)
  const ada = await admin()
  const { noticeSettings } = services
  await assert.rejects(
    noticeSettings.setSlack(ada, { isEnabled: true, channel: '#ops' }),
    refused('invalid', 'webhookUrl'),
  )
  assert.deepEqual((await noticeSettings.slack(ada)).channel, null)
  const first = await noticeSettings.setSlack(ada, { isEnabled: true, webhookUrl: ` ${URL_OF_SLACK} ` })
  assert.equal(first.webhookUrl, 'https://hooks.slack.com/****')

  const kept = await noticeSettings.setSlack(ada, { webhookUrl: first.webhookUrl, channel: ' ' })

  const row = await store.channels.slack(ada.workspaceKey)
  assert.deepEqual([kept.isEnabled, kept.channel, row?.version], [true, null, 3])
  assert.ok(!JSON.stringify(row).includes('secret'))
  await assert.rejects(
    noticeSettings.setSlack(ada, { webhookUrl: 'http://hooks.slack.com/x' }),
    refused('invalid', 'webhookUrl'),
  )
  await assert.rejects(noticeSettings.setSlack(ada, { webhookUrl: null }), refused('invalid', 'webhookUrl'))
  await assert.rejects(noticeSettings.slack(await member(ada, 'user')), refused('forbidden'))
})

test('a webhook shows a made secret once, and wants another one for another origin', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const { webhooks } = services
  const { webhook, newSecret } = await webhooks.create(ada, { name: 'pager', url: 'https://pager.example.com/in' })
  assert.match(newSecret ?? '', /^whsec_/)
  assert.ok(!JSON.stringify(await webhooks.get(ada, webhook.id)).includes(newSecret ?? ''))

  const elsewhere = { url: 'https://other.example.com/' }
  await assert.rejects(webhooks.update(ada, webhook.id, elsewhere, null), refused('invalid', 'secret'))
  await assert.rejects(webhooks.update(ada, webhook.id, { name: 'x' }, 7), refused('stale'))
  await assert.rejects(webhooks.get(await admin(), webhook.id), refused('not_found'))
  await webhooks.delete(ada, webhook.id, 1)
  assert.deepEqual(await webhooks.list(ada), [])
})

test('alerts are saved with their job, checked as a whole, and changed by who may change the job', async (t) => {
  const { services, admin, member, store } = await aWorld(t)
  const ada = await admin()
  const viewer = await member(ada, 'viewer')
  const { alerts, jobs } = services
  const job = await jobs.create(ada, anInput({ alerts: { announce: 'all' } }))
  assert.deepEqual([(await alerts.get(viewer, job.id)).announce, (await alerts.of(viewer, [job.id])).size], ['all', 1])
  await assert.rejects(alerts.set(viewer, job.id, { announce: 'none' }, null), refused('forbidden'))
  const bad = { to: ['ada@example.com\r\nBcc: all@example.com'], onFailure: true, onSuccess: false }
  await assert.rejects(alerts.set(ada, job.id, { mail: bad }, null), refused('invalid', 'alerts.mail.to[0]'))

  const { version } = await alerts.set(ada, job.id, { snoozedUntil: 1 }, 2)
  await jobs.update(ada, job.id, { alerts: { mail: { ...bad, to: ['ada@example.com'] } } }, null)

  const now = await alerts.get(ada, job.id)
  assert.deepEqual([version, now.version, now.announce, now.snoozedUntil], [3, 4, 'all', 1])
  await assert.rejects(alerts.set(ada, job.id, {}, 3), refused('stale'))
  const { items } = await store.events.list(ada.workspaceKey, {
    types: ['job.alerts_changed', 'job.changed'],
    descending: false,
    cursor: null,
    limit: 9,
  })
  assert.deepEqual(
    items.map(({ type }) => type),
    ['job.alerts_changed', 'job.changed'],
  )
})
