/** How people hear of end dates: owner and admins in their inbox, the team by its handle in Slack. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../src/domain/ids.ts'
import { type Channel, createNotify } from '../../src/notify/notify.ts'
import { jobLink, render } from '../../src/notify/render.ts'
import { aUser } from '../support/builders.ts'
import { every, HOUR, openWorld, START, type World } from './world.ts'

const slackOf = ({ store, clock }: World) => {
  const texts: string[] = []
  const faults: unknown[] = []
  const slack: Channel = {
    kind: 'slack',
    send: async ({ message }) => {
      texts.push(message.slackText ?? '')
      return { ok: true }
    },
  }
  const { tick, idle } = createNotify({
    store,
    clock,
    random: () => 1,
    newId,
    channels: [slack],
    render,
    openSlack: (_, sealed) => sealed,
    openWebhook: ({ sealedSecret }) => [sealedSecret],
    linkOf: (jobId) => jobLink('https://jobs.example.com', jobId),
    zone: 'Asia/Tokyo',
    active: () => true,
    onEnded: () => {},
    onFault: (error) => faults.push(error),
  })
  return { texts, faults, tell: () => tick().then(idle) }
}

test('a reminder and the pause reach owner and admins, and the team in Slack with a link to the job', async (t) => {
  const world = await openWorld(t)
  const { store, clock } = world
  const timetable = { ...every(1000 * HOUR), lastDay: { date: '2026-06-01', zone: 'Asia/Tokyo' } }
  const job = await world.job('backup', { timetable })
  const { workspaceKey } = job
  const made = await store.catalog.create(workspaceKey, {
    id: newId(),
    kind: 'team',
    slug: 'night',
    name: 'Night',
    slackHandle: '@night',
    now: clock.now(),
  })
  const teamKey = made === 'taken' ? assert.fail() : made.key
  await store.jobs.update(job, { teamKey }, { now: clock.now(), expectedDueAt: null })
  const at = clock.now()
  await store.channels.setSlack(workspaceKey, {
    id: newId(),
    enabled: true,
    sealedUrl: 'https://hooks.slack.com/x',
    channel: null,
    version: 1,
    createdAt: at,
    updatedAt: at,
  })
  const members = ['admin', 'user', 'viewer'] as const
  const others = members.map((role) => aUser({ role, now: clock.now() }))
  for (const other of others) await store.people.createUser(workspaceKey, other)
  const node = world.node({ parts: { endDateZone: 'Asia/Tokyo' } })
  const { texts, faults, tell } = slackOf(world)

  for (const at of [START - 1, START + 2.5 * HOUR, START + 3 * HOUR]) {
    clock.setWall(at)
    await node.engine.tick()
    while (node.open() > 0) node.answer('backup')
    await node.engine.tick()
    await tell()
  }

  const link = `<${jobLink('https://jobs.example.com', job.id)}|backup>`
  assert.deepEqual(texts, [
    `:warning: @night Job ending soon (0d): ${link} (end_date 2026-06-01 JST)`,
    `:warning: @night Job auto-paused (end date passed): ${link}`,
  ])
  const filter = { from: null, to: null, unreadOnly: false, offset: 0, limit: 100 }
  const titles = async (userId: string) =>
    (await store.inbox.list({ workspaceKey, userId }, filter)).items.map(({ title, type }) => [title, type])
  const both = [
    ['Job auto-paused (end date passed)', 'warning'],
    ['Job ending soon', 'warning'],
  ]
  assert.deepEqual(await Promise.all([job.ownerId, ...others.map(({ id }) => id)].map(titles)), [both, both, [], []])
  assert.deepEqual(faults, [])
})
