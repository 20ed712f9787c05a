/** Applications and their APIs over HTTP: what is joined, what is refused, and which secret goes where. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { anApi } from '../support/api-world.ts'

const schedules = [{ kind: 'cron', expression: '0 3 * * *', time_zone: 'UTC' }]

const aWorkshop = async (t: TestContext) => {
  const api = await anApi(t)
  const admin = await api.stranger()
  const as = (method: string, path: string, body?: unknown) => api.ask(method, path, { token: admin.token, body })
  const application = async (fields: Record<string, unknown> = {}) => {
    const made = await as('POST', '/applications', {
      name: 'billing',
      root_url: 'https://billing.example.com/api',
      ...fields,
    })
    assert.equal(made.status, 201, made.text)
    return made.body
  }
  const fault = async (reply: ReturnType<typeof as>, status: number, field: string): Promise<void> => {
    const { status: got, body, text } = await reply
    assert.deepEqual([got, body.errors?.[0]?.field], [status, field], text)
  }
  return { ...api, admin, as, application, fault }
}

test('an API is a job at the joined address, found by its application, and changed through it', async (t) => {
  const { as, application } = await aWorkshop(t)
  const { id } = await application()
  const home = `/applications/${id}/apis`
  const target = { method: 'POST', body: { type: 'json', content: { a: 1 } }, auth: { kind: 'bearer', token: 'own' } }

  const made = (await as('POST', home, { name: 'invoices', path: '/invoices?x=1', schedules, target })).body
  const path = `${home}/${encodeURIComponent('invoices')}`
  const { job, ...shown } = (await as('GET', path)).body

  assert.deepEqual(shown, {
    id: made.id,
    application: { id, name: 'billing' },
    name: 'invoices',
    path: '/invoices?x=1',
    handshake_url: null,
    created_at: job.created_at,
  })
  assert.deepEqual([job.name, job.target.url], ['billing/invoices', 'https://billing.example.com/api/invoices?x=1'])
  assert.deepEqual((await as('GET', `/jobs?application=${id}`)).body.items, [job])
  const changed = await as('PATCH', path, { name: 'bills', path: 'bills', enabled: false })
  assert.deepEqual(
    [changed.body.job.target.url, changed.body.job.state],
    ['https://billing.example.com/api/bills', 'paused'],
  )
  assert.deepEqual(changed.body.job.target.auth, job.target.auth, 'a secret stays with its origin')
  assert.deepEqual(changed.body.job.target.body, job.target.body)
  assert.deepEqual((await as('GET', home)).body.items, [changed.body])
  assert.equal((await as('DELETE', `/jobs/${job.id}`)).status, 204)
  assert.deepEqual((await as('GET', home)).body.items, [])
})

test('names are unique, roots stay under their APIs, and every wrong field is named', async (t) => {
  const { as, application, fault } = await aWorkshop(t)
  const { id } = await application()
  await application({ name: 'bare', root_url: null })
  const bare = (await as('GET', '/applications')).body.items.find(({ name }: { name: string }) => name === 'bare').id
  const home = `/applications/${id}/apis`
  const api = { name: 'one', path: '/', schedules }
  assert.equal((await as('POST', home, api)).status, 201)
  assert.equal((await as('POST', home, { ...api, name: 'two' })).status, 201)

  await fault(as('POST', '/applications', { name: 'billing' }), 409, 'name')
  await fault(as('PATCH', `/applications/${bare}`, { name: 'billing' }), 409, 'name')
  await fault(as('POST', home, api), 409, 'name')
  await fault(as('PATCH', `${home}/two`, { name: 'one' }), 409, 'name')
  await fault(as('PATCH', `/applications/${id}`, { root_url: 'https://other.example.com' }), 409, 'root_url')
  assert.equal((await as('DELETE', `/applications/${id}`)).status, 409)
  await fault(as('POST', `/applications/${bare}/apis`, api), 422, 'path')
  await fault(as('POST', home, { ...api, name: 'three', path: 'https://elsewhere.example.com/' }), 422, 'path')
  for (const [field, value] of [
    ['root_url', 'ftp://example.com'],
    ['root_url', 'https://example.com/?a=1'],
    ['handshake_url', 'https://ada:secret@example.com/'],
    ['name', ' '],
  ] as const)
    await fault(as('POST', '/applications', { name: 'x', [field]: value }), 422, field)
  await fault(
    as('POST', '/applications', { name: 'x', handshake_url: 'http://169.254.169.254/' }),
    422,
    'handshake_url',
  )
  await fault(as('POST', `/applications/${id}/handshake`), 422, 'handshake_url')
})

test('the secret of an application is never shown, and goes to no other origin than it was given for', async (t) => {
  const { as, application, fault, world } = await aWorkshop(t)
  const handshake_url = 'https://auth.example.com/handshake'
  const made = await application({ handshake_url, secret: 'canary' })
  const path = `/applications/${made.id}`
  const api = (name: string, more: object) => as('POST', `${path}/apis`, { name, path: '/', schedules, ...more })

  assert.match(made.secret_fingerprint, /^[0-9a-f]{8}$/)
  await fault(as('PATCH', path, { handshake_url: 'https://evil.example.com/' }), 422, 'secret')
  await fault(api('stray', { handshake_url: 'https://evil.example.com/' }), 422, 'handshake_url')
  assert.equal((await api('near', { handshake_url: 'https://auth.example.com/other' })).status, 201)
  assert.equal((await as('PATCH', path, { description: 'x' })).body.secret_fingerprint, made.secret_fingerprint)
  const moved = await as('PATCH', path, { handshake_url: 'https://billing.example.com/h' })
  await fault(Promise.resolve(moved), 422, 'handshake_url')
  const texts = [made, (await as('GET', '/applications')).body, (await as('GET', '/audit-log')).body]
  assert.doesNotMatch(JSON.stringify(texts), /canary/)
  const sealed = await world.store.sealed.page('applications', null, 10)
  assert.equal(sealed.length, 1)
  assert.doesNotMatch(sealed[0]?.text ?? 'canary', /canary/)
  assert.equal((await as('PATCH', path, { secret: null })).body.secret_fingerprint, null)
})

test('a copy of the job of an API is for those who may change it: its handshake signs in the copy as well', async (t) => {
  const { ask, as, admin, member, application, world } = await aWorkshop(t)
  const { id } = await application({ handshake_url: 'https://billing.example.com/h' })
  const { job } = (await as('POST', `/applications/${id}/apis`, { name: 'one', path: '/', schedules })).body
  const colleague = await member(admin, 'user')
  const { workspaceKey } = await world.services.sessions.authenticate(admin.token)
  const handshakeOf = async (jobId: string) => {
    const target = (await world.store.jobs.byId(workspaceKey, jobId))?.target
    return target?.kind === 'http' ? target.handshake : undefined
  }

  assert.equal((await ask('POST', `/jobs/${job.id}/clone`, { token: colleague.token })).status, 403)
  const copy = (await as('POST', `/jobs/${job.id}/clone`)).body
  assert.deepEqual(await handshakeOf(copy.id), await handshakeOf(job.id))
  const elsewhere = { target: { url: 'https://elsewhere.example.com/' } }
  assert.equal((await as('PATCH', `/jobs/${copy.id}`, elsewhere)).status, 200)
  assert.equal(await handshakeOf(copy.id), undefined, 'credentials go to no other origin')
  assert.notEqual(await handshakeOf(job.id), undefined)
})

test('applications go to the heir of who made them, and end with their workspace', async (t) => {
  const { ask, admin, member, world } = await aWorkshop(t)
  const owner = await member(admin, 'user')
  const made = await ask('POST', '/applications', { token: owner.token, body: { name: 'theirs' } })
  const { workspaceKey } = await world.services.sessions.authenticate(admin.token)

  assert.equal((await ask('DELETE', `/users/${owner.id}`, { token: admin.token })).status, 204)

  assert.equal((await ask('GET', `/applications/${made.body.id}`, { token: admin.token })).body.owner_id, admin.id)
  const last = await world.store.people.userById(admin.id)
  assert.ok(last !== null)
  assert.equal(await world.store.people.deleteUser(last, null, world.clock.now(), null), 'deleted')

  assert.deepEqual(await world.store.applications.list(workspaceKey), [])
})
