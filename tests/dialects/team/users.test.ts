/** The accounts of a workspace, as clients of either prefix make, read, change and delete them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/domain/ids.ts'
import { PASSWORD } from '../../support/services-world.ts'
import { aTeam, PREFIXES, refused } from './world.ts'

const john = { username: 'john_doe', email: 'john@example.com', password: PASSWORD, role: 'user' }

for (const prefix of PREFIXES) {
  test(`${prefix}: an admin registers users, who sign in`, async (t) => {
    const { team, admin, isFirst } = await aTeam(t, prefix)
    const register = (body: object) => team('POST', '/auth/register', { token: admin.token, body })

    const made = await register(john)
    const { role, ...plain } = john
    const byDefault = await register({ ...plain, username: 'jane_doe', email: 'Jane@Example.com' })

    assert.equal(made.status, 201)
    assert.equal(made.body.message, isFirst ? 'User registered successfully' : 'User created successfully')
    assert.equal(made.body.success, isFirst ? undefined : true)
    assert.deepEqual(
      [made.body.user.username, made.body.user.email, made.body.user.role, made.body.user.is_active],
      ['john_doe', 'john@example.com', role, true],
    )
    assert.deepEqual([byDefault.body.user.role, byDefault.body.user.email], ['viewer', 'jane@example.com'])
    assert.doesNotMatch(made.text, /password|hash/)
    const signedIn = await team('POST', '/auth/login', { body: { username: 'john_doe', password: PASSWORD } })
    assert.equal(signedIn.body.user.id, made.body.user.id)
  })

  test(`${prefix}: only an admin registers, and is told so before the body is looked at`, async (t) => {
    const { team, admin, colleague, isFirst } = await aTeam(t, prefix)

    for (const role of ['user', 'viewer'] as const) {
      const { token } = await colleague(role)
      for (const [method, path] of [
        ['POST', '/auth/register'],
        ['GET', '/auth/users'],
        ['DELETE', `/auth/users/${newId()}`],
      ] as const) {
        const reply = await team(method, path, { token })
        refused(reply, 403, isFirst ? 'Insufficient permissions' : 'Admin access required')
        if (isFirst) assert.equal(reply.body.message, 'This endpoint requires one of the following roles: admin')
      }
    }
    assert.equal((await team('POST', '/auth/register', { body: john })).status, 401)
    const { token } = admin
    const plain = await team('POST', '/auth/register', { token, raw: 'x', headers: { 'content-type': 'text/plain' } })
    if (isFirst) refused(plain, 400, 'Content-Type must be application/json')
    else assert.deepEqual([plain.status, plain.body.detail.length], [422, 3])
  })

  test(`${prefix}: a wrong field is refused in the words of the document, a taken one with 409`, async (t) => {
    const { team, admin, isFirst } = await aTeam(t, prefix)
    const register = (change: object) =>
      team('POST', '/auth/register', { token: admin.token, body: { ...john, ...change } })
    await register({})

    const wrong = [
      [{ username: 'jo' }, 'Username must be at least 3 characters long', 'username'],
      [{ password: 'short' }, 'Password must be at least 6 characters long', 'password'],
      [{ role: 'boss' }, 'Invalid role', 'role'],
      [{ username: undefined, email: undefined }, 'Missing required fields', 'username'],
    ] as const
    for (const [change, title, field] of wrong) {
      const reply = await register(change)
      if (isFirst) refused(reply, 400, title)
      else assert.deepEqual([reply.status, reply.body.detail[0].loc], [422, ['body', field]])
    }
    if (isFirst) assert.deepEqual((await register({ username: '', email: ' ' })).body.missing, ['username', 'email'])
    const address = await register({ username: 'other', email: 'garbage' })
    refused(address, isFirst ? 400 : 422, 'Invalid email format')
    // The rule of the server is stricter than the document where the operator makes it so.
    const weak = await register({ username: 'other', email: 'other@example.com', password: 'secure1' })
    refused(weak, isFirst ? 400 : 422, 'Password must be at least 12 characters long')
    refused(await register({ email: 'other@example.com' }), 409, 'Username already exists')
    refused(await register({ username: 'other' }), 409, 'Email already exists')
    refused(await team('POST', '/auth/register', { token: admin.token, raw: '{' }), 400, 'Invalid JSON')
  })

  test(`${prefix}: an admin lists all, everybody reads themselves, and nobody learns which other ids there are`, async (t) => {
    const { team, admin, colleague, stranger, isFirst } = await aTeam(t, prefix)
    const viewer = await colleague('viewer')
    const foreigner = await stranger()

    const list = await team('GET', '/auth/users', { token: admin.token })
    const own = await team('GET', `/auth/users/${viewer.id}`, { token: viewer.token })
    const theirs = await team('GET', `/auth/users/${viewer.id}`, { token: admin.token })
    const me = await team('GET', '/auth/me', { token: viewer.token })

    assert.deepEqual(
      [list.body.count, list.body.users.map(({ id }: { id: string }) => id).sort()],
      [2, [admin.id, viewer.id].sort()],
    )
    assert.deepEqual(own.body, theirs.body)
    assert.deepEqual(me.body, isFirst ? own.body : { ...own.body.user, ...own.body })
    for (const id of [admin.id, newId(), 'x'])
      refused(
        await team('GET', `/auth/users/${id}`, { token: viewer.token }),
        403,
        'Forbidden. You can only view your own profile.',
      )
    for (const id of [newId(), 'x', foreigner.id])
      refused(await team('GET', `/auth/users/${id}`, { token: admin.token }), 404, 'User not found')
  })

  test(`${prefix}: people change their own address and password, an admin changes everything`, async (t) => {
    const { team, admin, colleague } = await aTeam(t, prefix)
    const user = await colleague('user')
    const put = (token: string, body: object) => team('PUT', `/auth/users/${user.id}`, { token, body })

    const own = await put(user.token, { password: 'another fine pass phrase', email: 'New@Example.com', unknown: 1 })
    const byAdmin = await put(admin.token, { is_active: false, role: 'viewer' })

    assert.deepEqual(
      [own.status, own.body.message, own.body.updated_fields, own.body.user.email],
      [200, 'User updated successfully', ['email', 'password'], 'new@example.com'],
    )
    assert.deepEqual(byAdmin.body.updated_fields, ['role', 'is_active'])
    assert.deepEqual([byAdmin.body.user.role, byAdmin.body.user.is_active], ['viewer', false])
    // A new password ends every session there was under the old one.
    assert.equal((await team('GET', '/auth/me', { token: user.token })).status, 401)
  })

  test(`${prefix}: a refused change changes nothing at all`, async (t) => {
    const { team, admin, colleague } = await aTeam(t, prefix)
    const user = await colleague('user')
    const put = (token: string, body: unknown, id = user.id) => team('PUT', `/auth/users/${id}`, { token, body })
    const before = await team('GET', `/auth/users/${user.id}`, { token: admin.token })

    refused(await put(user.token, { email: 'n@example.com', role: 'admin' }), 403, 'Only admins can change user roles')
    refused(
      await put(user.token, { email: 'n@example.com', is_active: true }),
      403,
      'Only admins can change user active status',
    )
    refused(
      await put(user.token, { email: 'n@example.com' }, admin.id),
      403,
      'Forbidden. You can only update your own profile.',
    )
    refused(await put(admin.token, { email: 'n@example.com', role: 'boss' }), 400, 'Invalid role')
    refused(await put(admin.token, { email: 'n@example.com', is_active: 'false' }), 400, 'Invalid is_active')
    refused(
      await put(admin.token, { email: 'n@example.com', password: 'short' }),
      400,
      'Password must be at least 6 characters long',
    )
    refused(await put(admin.token, { email: 'garbage' }), 400, 'Invalid email format')
    refused(
      await put(admin.token, { email: `${admin.login}@example.com`, role: 'viewer' }),
      409,
      'Email already exists',
    )
    for (const body of [{}, { unknown: 1 }, { email: '', password: '' }])
      refused(await put(admin.token, body), 400, 'No valid fields to update')
    refused(await put(admin.token, ['x']), 400, 'Invalid payload', 'JSON body must be an object.')
    refused(await put(admin.token, { email: 'n@example.com' }, newId()), 404, 'User not found')
    refused(
      await team('PUT', `/auth/users/${user.id}`, { token: admin.token }),
      400,
      'Content-Type must be application/json',
    )

    const after = await team('GET', `/auth/users/${user.id}`, { token: admin.token })
    assert.deepEqual(after.body, before.body)
  })

  test(`${prefix}: an admin deletes others but not itself, and the last admin stays`, async (t) => {
    const { team, ask, admin, colleague } = await aTeam(t, prefix)
    const user = await colleague('user')
    const job = await ask('POST', '/jobs', {
      token: user.token,
      body: {
        name: 'report',
        schedules: [{ kind: 'cron', expression: '0 * * * *' }],
        target: { kind: 'http', url: 'https://example.com/' },
      },
    })
    const remove = (id: string) => team('DELETE', `/auth/users/${id}`, { token: admin.token })

    const demoted = await team('PUT', `/auth/users/${admin.id}`, { token: admin.token, body: { role: 'user' } })
    const own = await remove(admin.id)
    const gone = await remove(user.id)

    assert.equal(demoted.status, 409)
    refused(own, 400, 'Cannot delete your own account')
    assert.deepEqual(gone.body, {
      message: 'User deleted successfully',
      deleted_user: { id: user.id, username: user.login },
    })
    refused(await remove(user.id), 404, 'User not found')
    // Somebody goes on answering for the jobs: the admin who deleted their owner.
    const kept = await ask('GET', `/jobs/${job.body.id}`, { token: admin.token })
    assert.equal(kept.body.owner_id, admin.id)
  })
}

test('/api/v2: names are kept in lower case, of few characters, and an account may begin deactivated', async (t) => {
  const { team, admin } = await aTeam(t, '/api/v2')
  const register = (change: object) =>
    team('POST', '/auth/register', { token: admin.token, body: { ...john, ...change } })

  const off = await register({ username: 'John_Doe', is_active: false })
  const dotted = await register({ username: 'john.doe', email: 'x@example.com' })
  const long = await register({ username: 'j'.repeat(81), email: 'x@example.com' })
  const text = await register({ username: 'jane', email: 'x@example.com', is_active: 'false' })

  assert.deepEqual([off.body.user.username, off.body.user.is_active], ['john_doe', false])
  refused(
    await team('POST', '/auth/login', { body: { username: 'john_doe', password: PASSWORD } }),
    401,
    'Account is inactive. Contact administrator.',
  )
  for (const reply of [dotted, long, text]) assert.equal(reply.status, 422)
})
