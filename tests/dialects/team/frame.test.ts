/** What all routes of the team dialect share: who is let in, and how the rest is told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HOUR } from '../../support/services-world.ts'
import { aTeam, PREFIXES, refused } from './world.ts'

for (const prefix of PREFIXES) {
  test(`${prefix}: who sends no token, or no bearer token, is told so in the words of the prefix`, async (t) => {
    const { team, isFirst } = await aTeam(t, prefix)

    const none = await team('GET', '/auth/me')
    const basic = await team('GET', '/auth/me', { headers: { authorization: 'Basic x' } })
    const bare = await team('GET', '/auth/me', { headers: { authorization: 'InvalidFormat' } })

    refused(none, 401, isFirst ? 'Missing Authorization Header' : 'Not authenticated')
    assert.equal(none.headers['www-authenticate'], 'Bearer')
    assert.equal(isFirst ? none.body.msg : none.body.detail, none.body.error)
    for (const reply of [basic, bare]) {
      assert.equal(reply.status, 401)
      assert.match(reply.body.error, isFirst ? /^Missing 'Bearer' type/ : /^Not authenticated$/)
    }
  })

  test(`${prefix}: a token that is made up, over, of the other kind, or nobody's any more is refused with its reason`, async (t) => {
    const { ask, team, admin, colleague, world } = await aTeam(t, prefix)
    const [gone, off, out, late] = [
      await colleague('user'),
      await colleague('user'),
      await colleague('user'),
      await colleague('user'),
    ]
    await ask('DELETE', `/users/${gone.id}`, { token: admin.token })
    await ask('PATCH', `/users/${off.id}`, { token: admin.token, body: { enabled: false } })
    await ask('DELETE', '/sessions/current', { token: out.token })
    const me = (token: string) => team('GET', '/auth/me', { token })

    refused(await me('garbage'), 401, 'Invalid token')
    refused(
      await me(admin.refreshToken),
      401,
      prefix === '/api' ? 'Only non-refresh tokens are allowed' : 'Invalid token type',
    )
    refused(await me(gone.token), 401, 'User not found')
    refused(await me(off.token), 401, 'User account is deactivated')
    refused(await me(out.token), 401, 'Token has been revoked')
    assert.equal((await me(late.token)).status, 200)
    world.clock.advance(2 * HOUR)
    refused(await me(late.token), 401, 'Token has expired')
    const forged = `${late.token.slice(0, -4)}AAAA`
    refused(await me(forged), 401, 'Invalid token')
  })

  test(`${prefix}: does not stand before the paths of our own API`, async (t) => {
    const { ask, admin, team } = await aTeam(t, prefix)

    const ours = await ask('GET', '/jobs', { token: admin.token })
    const nobody = await ask('GET', '/jobs')
    const nothing = await team('GET', '/nothing-here', { token: admin.token })
    const wrongMethod = await team('DELETE', '/jobs', { token: admin.token })
    const ourNothing = await ask('GET', '/nothing-here', { token: admin.token })

    assert.deepEqual([ours.status, ours.body.items], [200, []])
    assert.equal(nobody.headers['content-type'], 'application/problem+json')
    refused(nothing, 404, 'Not found', 'There is nothing at this path.')
    refused(wrongMethod, 405, 'Method not allowed')
    assert.deepEqual([ourNothing.status, ourNothing.body.code], [404, 'not_found'])
  })
}
