/** What an HTTP target can be, over the API: made, read, changed with the secret left out, and read back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aJob, anApi, type Body } from '../support/api-world.ts'
import { CLIENTS, REVOKING_AUTHORITY } from '../support/client-certificates.ts'

const URL = 'https://example.com/report'
const withTarget = (target: Body) =>
  aJob({ target: { kind: 'http', url: URL, ...target }, metadata: { team: 'billing' } })

const begin = async (t: Parameters<typeof anApi>[0]) => {
  const { ask, stranger } = await anApi(t)
  const { token } = await stranger()
  const create = (target: Body) => ask('POST', '/jobs', { token, body: withTarget(target) })
  const patch = (id: string, target: Body) => ask('PATCH', `/jobs/${id}`, { token, body: { target } })
  return { ask, token, create, patch }
}

test('OAuth2: the secret goes in as text and comes out as a fingerprint; what was read can be sent back', async (t) => {
  const { create, patch } = await begin(t)
  const auth = { kind: 'oauth2', token_url: 'https://id.example.com/token', client_id: 'c' }

  const made = await create({ auth: { ...auth, client_secret: 'canary', scope: 'a b' } })
  const read = made.body.target.auth
  const same = await patch(made.body.id, { auth: read })
  const changed = await patch(made.body.id, { auth: { ...auth, client_authentication: 'body' } })

  assert.equal(made.status, 201, made.text)
  assert.deepEqual(read, {
    ...auth,
    client_secret: read.client_secret,
    scope: 'a b',
    audience: null,
    client_authentication: 'basic',
  })
  assert.deepEqual([same.status, same.body.version], [200, 1])
  assert.deepEqual(changed.body.target.auth, { ...read, scope: null, client_authentication: 'body' })
  assert.doesNotMatch(made.text + changed.text, /canary/)
})

test('OAuth2: a new job needs the secret, and a wrong fingerprint is not taken for it', async (t) => {
  const { create, patch } = await begin(t)
  const auth = { kind: 'oauth2', token_url: 'https://id.example.com/token', client_id: 'c' }

  const without = await create({ auth })
  const { id } = (await create({ auth: { ...auth, client_secret: 's3cret' } })).body
  const other = await patch(id, { auth: { ...auth, client_secret: { fingerprint: '00000000' } } })
  const elsewhere = await patch(id, { url: 'https://other.example/' })

  for (const reply of [without, other, elsewhere])
    assert.deepEqual([reply.status, reply.body.errors[0].field], [422, 'target.auth.client_secret'], reply.text)
})

test('client certificate: made, read, changed without the key, taken away', async (t) => {
  const { create, patch } = await begin(t)
  const { certificate, privateKey } = CLIENTS.billing

  const made = await create({ tls: { certificate, private_key: privateKey, ca: REVOKING_AUTHORITY } })
  const changed = await patch(made.body.id, { tls: { certificate } })
  const kept = await patch(made.body.id, { method: 'POST' })
  const gone = await patch(made.body.id, { tls: null })
  const missing = await create({ tls: { certificate } })
  const foreign = await create({ tls: { certificate, private_key: CLIENTS.payroll.privateKey } })

  assert.equal(made.status, 201, made.text)
  const { private_key } = made.body.target.tls
  assert.deepEqual(made.body.target.tls, { certificate, private_key, ca: REVOKING_AUTHORITY })
  assert.deepEqual(changed.body.target.tls, { certificate, private_key, ca: null })
  assert.deepEqual(kept.body.target.tls, changed.body.target.tls)
  assert.equal(gone.body.target.tls, null)
  for (const reply of [missing, foreign])
    assert.deepEqual([reply.status, reply.body.errors[0].field], [422, 'target.tls.private_key'], reply.text)
  assert.doesNotMatch(made.text + changed.text, /PRIVATE KEY/)
})

test('signature: the secret is shown once, rotated without a gap, and taken away', async (t) => {
  const { ask, token, create, patch } = await begin(t)

  const made = await create({ signing: {} })
  const { id } = made.body
  const read = await ask('GET', `/jobs/${id}`, { token })
  const rotated = await ask('POST', `/jobs/${id}/signing-secret/rotate`, { token })
  const ended = await patch(id, { signing: { previous_valid_until: null } })
  const gone = await patch(id, { signing: null })
  const conflict = await ask('POST', `/jobs/${id}/signing-secret/rotate`, { token })

  assert.match(made.body.target.signing.new_secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  assert.doesNotMatch(read.text, /whsec_|new_secret/)
  assert.notEqual(rotated.body.target.signing.new_secret, made.body.target.signing.new_secret)
  assert.equal(rotated.body.target.signing.previous_valid_until, '2026-11-21T09:30:00.000Z')
  assert.equal(rotated.headers.etag, '"2"')
  assert.deepEqual(ended.body.target.signing.previous_valid_until, null)
  assert.equal(ended.body.target.signing.new_secret, undefined)
  assert.equal(gone.body.target.signing, null)
  assert.deepEqual([conflict.status, conflict.body.code], [409, 'conflict'])
})

test('signature: a rotation takes a secret and a time of one’s own', async (t) => {
  const { ask, token, create } = await begin(t)
  const { id } = (await create({ signing: {} })).body
  const rotate = (body: Body) => ask('POST', `/jobs/${id}/signing-secret/rotate`, { token, body })

  const given = await rotate({ secret: `whsec_${Buffer.alloc(32).toString('base64')}`, previous_valid_seconds: 60 })
  const wrong = await rotate({ secret: 'whsec_dG9vIHNob3J0' })
  const long = await rotate({ previous_valid_seconds: 31 * 86_400 })

  assert.equal(given.body.target.signing.previous_valid_until, '2026-11-20T09:31:00.000Z')
  assert.doesNotMatch(given.text, /whsec_/)
  assert.deepEqual([wrong.status, wrong.body.errors[0].field], [422, 'secret'])
  assert.deepEqual([long.status, long.body.errors[0].field], [422, 'previous_valid_seconds'])
})

test('completion: reported within a deadline, or answered at once', async (t) => {
  const { create, patch } = await begin(t)

  const made = await create({ completion: { mode: 'report', deadline_seconds: 90 } })
  const kept = await patch(made.body.id, { method: 'POST' })
  const back = await patch(made.body.id, { completion: { mode: 'response' } })

  assert.deepEqual(made.body.target.completion, { mode: 'report', deadline_seconds: 90 })
  assert.deepEqual(kept.body.target.completion, made.body.target.completion)
  assert.deepEqual(back.body.target.completion, { mode: 'response', deadline_seconds: null })
  for (const completion of [
    { mode: 'report' },
    { mode: 'response', deadline_seconds: 5 },
    { mode: 'report', deadline_seconds: 0.5 },
  ]) {
    const reply = await create({ completion })
    assert.deepEqual(
      [reply.status, reply.body.errors[0].field],
      [422, 'target.completion.deadline_seconds'],
      reply.text,
    )
  }
})

test('variables: kept as they were written; wrong ones are refused by field and name', async (t) => {
  const { ask, token, create } = await begin(t)
  const target = { url: `${URL}/{{metadata.team}}`, headers: { 'x-run': '{{execution.id}}' } }

  const made = await create(target)
  const wrong = await create({ ...target, body: { type: 'json', content: { a: '{{job.nmae}}' } } })
  const edited = await ask('PATCH', `/jobs/${made.body.id}`, { token, body: { metadata: {} } })

  assert.deepEqual([made.body.target.url, made.body.target.headers], [target.url, target.headers])
  assert.deepEqual([wrong.status, wrong.body.errors[0].field], [422, 'target.body.content.a'])
  assert.equal(wrong.body.errors[0].value, '{{job.nmae}}')
  assert.deepEqual([edited.status, edited.body.errors[0].field], [422, 'target.url'], edited.text)
})

test('bodies of every type come back as they were given', async (t) => {
  const { create, patch } = await begin(t)

  for (const body of [
    { type: 'json', content: { a: [1, null] } },
    { type: 'text', content: 'plain' },
    { type: 'xml', content: '<a b="c"/>' },
    { type: 'form', content: { a: ['1', '2'], b: '3' } },
  ]) {
    const made = await create({ method: 'POST', body })
    const read = await patch(made.body.id, { body: made.body.target.body })
    assert.deepEqual([made.body.target.body, read.body.version], [body, 1], made.text)
  }
})
