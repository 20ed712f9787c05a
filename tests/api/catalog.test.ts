/** Categories and teams over the API, and the jobs that have them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aJob, anApi } from '../support/api-world.ts'

const slugsOf = ({ body }: { readonly body: { readonly items: readonly { readonly slug: string }[] } }) =>
  body.items.map(({ slug }) => slug)

test('a category is made, renamed with its jobs, disabled, and then offered to no other job', async (t) => {
  const { ask, stranger, member } = await anApi(t)
  const admin = await stranger()
  const user = await member(admin, 'user')
  const as = (method: string, path: string, body?: unknown) => ask(method, path, { token: admin.token, body })
  const made = await as('POST', '/categories', { name: '  Month & End ' })
  assert.deepEqual([made.status, made.body.slug, made.body.name], [201, 'month-end', 'Month & End'])
  const path = `/categories/${made.body.id}`
  const job = await ask('POST', '/jobs', { token: user.token, body: aJob({ category: 'month-end' }) })
  assert.deepEqual([job.status, job.body.category.name, job.body.team], [201, 'Month & End', null])

  const renamed = await as('PATCH', path, { name: 'Year End' })

  assert.deepEqual([renamed.status, renamed.body.slug], [200, 'year-end'])
  const after = await as('GET', `/jobs/${job.body.id}`)
  assert.deepEqual([after.body.category.slug, after.body.version], ['year-end', job.body.version])
  assert.deepEqual((await as('GET', '/jobs?category=Year%20End')).body.items.length, 1)
  assert.deepEqual((await as('GET', '/jobs?category=nothing')).body, { items: [], next_cursor: null })

  assert.equal((await as('PATCH', path, { active: false })).body.active, false)
  const refused = await as('POST', '/jobs', aJob({ category: 'year-end' }))
  assert.deepEqual([refused.status, refused.body.errors[0].field], [422, 'category'])
  // Who has it keeps it.
  assert.equal((await as('PATCH', `/jobs/${job.body.id}`, { category: 'year-end', name: 'other' })).status, 200)
  assert.ok(!slugsOf(await as('GET', '/categories')).includes('year-end'))
  assert.ok(slugsOf(await as('GET', '/categories?include_inactive=true')).includes('year-end'))
  const asked = await ask('GET', '/categories?include_inactive=true', { token: user.token })
  assert.ok(!slugsOf(asked).includes('year-end'))
})

test('the general category stays, a slug is given once, and a name must leave something of itself', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const as = (method: string, path: string, body?: unknown) => ask(method, path, { token, body })
  const general = (await as('GET', '/categories')).body.items.find(({ slug }: { slug: string }) => slug === 'general')

  for (const edit of [{ name: 'Special' }, { active: false }]) {
    const refused = await as('PATCH', `/categories/${general.id}`, edit)
    assert.deepEqual([refused.status, refused.body.code], [409, 'conflict'])
  }
  assert.equal((await as('PATCH', `/categories/${general.id}`, { name: 'General' })).status, 200)
  assert.equal((await as('POST', '/categories', { name: 'GENERAL' })).status, 409)
  const unnamed = await as('POST', '/categories', { name: '日本' })
  assert.deepEqual([unnamed.status, unnamed.body.errors[0].field], [422, 'name'])
})

test('a team needs a handle, and a job tells who is in charge of it through copies, changes and undo', async (t) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const as = (method: string, path: string, body?: unknown) => ask(method, path, { token, body })
  assert.equal((await as('POST', '/teams', { name: 'Payments' })).status, 422)
  const blank = await as('POST', '/teams', { name: 'Payments', slack_handle: 'two words' })
  assert.deepEqual([blank.status, blank.body.errors[0].field], [422, 'slack_handle'])
  const team = (await as('POST', '/teams', { name: 'Payments', slack_handle: ' @payments ' })).body
  const inCharge = {
    id: team.id,
    slug: 'payments',
    name: 'Payments',
    active: true,
    slack_handle: '@payments',
  }

  const job = (await as('POST', '/jobs', aJob({ team: 'Payments' }))).body
  assert.deepEqual(job.team, inCharge)
  assert.deepEqual((await as('POST', `/jobs/${job.id}/clone`)).body.team, inCharge)
  const without = (await as('PATCH', `/jobs/${job.id}`, { team: null })).body
  assert.equal(without.team, null)
  const history = (await as('GET', `/jobs/${job.id}/history`)).body.items
  assert.deepEqual(history[0].fields, ['team'])
  assert.deepEqual((await as('POST', `/jobs/${job.id}/undo`)).body.team, inCharge)

  const exported = (await as('GET', '/jobs/export?format=json')).body
  assert.deepEqual(
    exported.jobs.map(({ team: slug }: { team: string }) => slug),
    ['payments', 'payments'],
  )
  const imported = await as('POST', '/jobs/import', exported)
  assert.equal(imported.status, 201, imported.text)
  assert.equal((await as('GET', '/jobs?team=payments')).body.items.length, 4)
  const unknown = await as('POST', '/jobs/import', { jobs: [aJob({ team: 'nobody' })] })
  assert.equal(unknown.status, 422)
  assert.match(unknown.text, /team/)
})
