/** The inbox and the preferences of whoever asks, over the API. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../src/domain/ids.ts'
import type { Audience } from '../../src/domain/notice.ts'
import { anApi, type Person } from '../support/api-world.ts'
import { MINUTE, START, type World } from '../support/services-world.ts'

/** One row for the audience, of so many minutes after the start. */
const tell = async ({ store }: World, of: Person, audience: Audience, minute: number): Promise<string> => {
  const id = newId()
  const user = await store.people.userById(of.id)
  const notice = { kind: 'job.failed', type: 'error', title: `at ${minute}`, jobId: null, executionId: null } as const
  await store.outbox.tell({
    workspaceKey: user!.workspaceKey,
    notices: [{ ...notice, id, at: START + minute * MINUTE, audience, message: 'Job "a" failed' }],
    deliveries: [],
    series: [],
    supersedes: [],
    of: { kind: 'asked' },
  })
  return id
}

const titles = (items: readonly { readonly title: string }[]): string[] => items.map(({ title }) => title)
const at = (minute: number): string => encodeURIComponent(new Date(START + minute * MINUTE).toISOString())

test('an inbox is listed by cursor, unread ones alone and within a range, and counted', async (t) => {
  const { ask, stranger, world } = await anApi(t)
  const admin = await stranger()
  const as = (method: string, path: string, body?: unknown) => ask(method, path, { token: admin.token, body })
  const ids = []
  for (const minute of [1, 2, 3]) ids.push(await tell(world, admin, { kind: 'all' }, minute))

  const first = (await as('GET', '/notifications?limit=2')).body
  await tell(world, admin, { kind: 'all' }, 4)
  const second = (await as('GET', `/notifications?limit=2&cursor=${first.next_cursor}`)).body
  assert.deepEqual([...titles(first.items), ...titles(second.items)], ['at 3', 'at 2', 'at 1'])
  assert.equal(second.next_cursor, null)

  const read = (await as('POST', `/notifications/${ids[1]}/read`)).body
  assert.deepEqual([read.read, read.read_at, read.title], [true, new Date(START).toISOString(), 'at 2'])
  assert.equal((await as('POST', `/notifications/${ids[1]}/read`)).body.read_at, read.read_at)
  assert.deepEqual(titles((await as('GET', '/notifications?unread=true')).body.items), ['at 4', 'at 3', 'at 1'])
  assert.deepEqual(titles((await as('GET', `/notifications?from=${at(2)}&until=${at(3)}`)).body.items), ['at 2'])
  assert.deepEqual((await as('GET', '/notifications/unread-count')).body, { unread: 3 })
  assert.deepEqual((await as('GET', `/notifications/unread-count?until=${at(3)}`)).body, { unread: 1 })
})

test('marks and deletions are of one inbox alone', async (t) => {
  const { ask, stranger, member, world } = await anApi(t)
  const admin = await stranger()
  const bob = await member(admin, 'viewer')
  const as = (person: Person, method: string, path: string, body?: unknown) =>
    ask(method, path, { token: person.token, body })
  const ids = []
  for (const minute of [1, 2, 3]) ids.push(await tell(world, admin, { kind: 'all' }, minute))

  const until = new Date(START + 3 * MINUTE).toISOString()
  assert.deepEqual((await as(bob, 'POST', '/notifications/read-all', { until })).body, { count: 2 })
  assert.deepEqual((await as(bob, 'POST', '/notifications/read-all')).body, { count: 1 })
  assert.deepEqual((await as(bob, 'POST', '/notifications/delete-read', { until })).body, { count: 2 })
  assert.equal((await as(bob, 'DELETE', `/notifications/${ids[2]}`)).status, 204)
  assert.equal((await as(bob, 'DELETE', `/notifications/${ids[2]}`)).status, 404)

  assert.deepEqual((await as(bob, 'GET', '/notifications')).body.items, [])
  const { items } = (await as(admin, 'GET', '/notifications')).body
  assert.deepEqual(
    [titles(items), items.some(({ read }: { read: boolean }) => read)],
    [['at 3', 'at 2', 'at 1'], false],
  )
})

test('what is for others, unknown, or asked for in a wrong way is refused', async (t) => {
  const { ask, stranger, member, world } = await anApi(t)
  const admin = await stranger()
  const bob = await member(admin, 'user')
  const as = (method: string, path: string, body?: unknown) => ask(method, path, { token: bob.token, body })
  const theirs = await tell(world, admin, { kind: 'admins', userId: null }, 1)

  for (const [method, path] of [
    ['GET', ''],
    ['POST', '/read'],
    ['DELETE', ''],
  ] as const) {
    assert.equal((await as(method, `/notifications/${theirs}${path}`)).status, 403, method)
    assert.equal((await as(method, `/notifications/${newId()}${path}`)).status, 404, method)
    assert.equal((await as(method, `/notifications/nonsense${path}`)).status, 404, method)
  }
  for (const query of ['cursor=abc', 'unread=perhaps', 'from=yesterday', `from=${at(2)}&until=${at(1)}`])
    assert.equal((await as('GET', `/notifications?${query}`)).status, 400, query)
  const range = { from: new Date(START + MINUTE).toISOString(), until: new Date(START).toISOString() }
  const refused = await as('POST', '/notifications/read-all', range)
  assert.deepEqual([refused.status, refused.body.errors[0].field], [422, 'from'])
  const foreign = (await ask('GET', '/notifications?limit=1', { token: admin.token })).body
  assert.equal(foreign.items.length, 1)
})

test('preferences begin with defaults, and a change leaves alone what it does not name', async (t) => {
  const { ask, stranger, member } = await anApi(t)
  const admin = await stranger()
  const bob = await member(admin, 'viewer')
  const as = (method: string, path: string, body?: unknown) =>
    ask(method, `/me/preferences${path}`, { token: bob.token, body })
  const notifications = {
    email_on_success: true,
    email_on_failure: true,
    email_on_disabled: false,
    browser_notifications: false,
    daily_digest: false,
    weekly_report: false,
  }
  assert.deepEqual((await as('GET', '/notifications')).body, notifications)
  await as('PATCH', '/notifications', { daily_digest: true })
  assert.deepEqual((await as('PATCH', '/notifications', { email_on_success: false })).body, {
    ...notifications,
    daily_digest: true,
    email_on_success: false,
  })

  const columns = { team: true, ends_on: true, cron_expression: false, target_url: false, last_execution_at: false }
  assert.deepEqual((await as('GET', '/columns')).body, columns)
  await as('PATCH', '/columns', { team: false })
  assert.deepEqual((await as('PATCH', '/columns', { target_url: true })).body, {
    ...columns,
    team: false,
    target_url: true,
  })

  for (const [path, body] of [
    ['/notifications', { daily_digest: 'yes' }],
    ['/columns', { colour: true }],
  ] as const)
    assert.equal((await as('PATCH', path, body)).status, 422, path)
  const others = await ask('GET', '/me/preferences/notifications', { token: admin.token })
  assert.deepEqual(others.body, notifications)
})
