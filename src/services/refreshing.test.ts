/** Refresh tokens: good once, forgiving when a reply is lost, unforgiving when one was stolen. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aWorld, CALLER, HOUR, refused, type World } from '../../tests/support/services-world.ts'

const refresh = ({ services }: World, refreshToken: string) => services.sessions.refresh({ ...CALLER, refreshToken })

test('S04: a refresh token is no access token, and the other way round', async (t) => {
  const world = await aWorld(t)
  await world.admin('ada')
  const { accessToken, refreshToken } = await world.signIn('ada')

  await assert.rejects(world.services.sessions.authenticate(refreshToken), refused('unauthenticated'))
  await assert.rejects(refresh(world, accessToken), refused('token.invalid'))
})

test('a refresh token is exchanged for a new pair, and carries the role of now', async (t) => {
  const world = await aWorld(t)
  const admin = await world.admin()
  await world.member(admin, 'user', 'bob')
  const first = await world.signIn('bob')
  world.clock.advance(2 * HOUR)

  const second = await refresh(world, first.refreshToken)

  assert.notEqual(second.refreshToken, first.refreshToken)
  assert.equal(second.refreshExpiresIn, first.refreshExpiresIn - 7200)
  assert.equal((await world.services.sessions.authenticate(second.accessToken)).role, 'user')
  await assert.rejects(world.services.sessions.authenticate(first.accessToken), refused('unauthenticated'))
  assert.equal((await refresh(world, second.refreshToken)).user.username, 'bob')
})

test('S08: a refresh token used a second time after its successor was used ends the session for both', async (t) => {
  const world = await aWorld(t)
  await world.admin('ada')
  const first = await world.signIn('ada')
  const second = await refresh(world, first.refreshToken)
  const third = await refresh(world, second.refreshToken)

  await assert.rejects(refresh(world, first.refreshToken), refused('token.invalid'))

  await assert.rejects(refresh(world, third.refreshToken), refused('token.invalid'))
  await assert.rejects(world.services.sessions.authenticate(third.accessToken), refused('unauthenticated'))
  assert.ok(world.logged.some((message) => message.startsWith('refresh token used twice')))
})

test('S09: of 50 exchanges of one token at once all get the same successor, and it works', async (t) => {
  const world = await aWorld(t)
  await world.admin('ada')
  const { refreshToken } = await world.signIn('ada')

  const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(world, refreshToken)))

  const successors = new Set(answers.map((answer) => answer.refreshToken))
  assert.equal(successors.size, 1)
  assert.equal((await refresh(world, [...successors][0] ?? '')).user.username, 'ada')
})

test('S10: a repeat within 10 seconds gets the same successor, one after that ends the session', async (t) => {
  const world = await aWorld(t)
  await world.admin('ada')
  const { refreshToken } = await world.signIn('ada')
  const lost = await refresh(world, refreshToken)

  world.clock.advance(10_000)
  assert.equal((await refresh(world, refreshToken)).refreshToken, lost.refreshToken)
  world.clock.advance(1)
  await assert.rejects(refresh(world, refreshToken), refused('token.invalid'))
  await assert.rejects(refresh(world, lost.refreshToken), refused('token.invalid'))
})

test('a made-up refresh token for a session somebody has seen does not end it', async (t) => {
  const world = await aWorld(t)
  await world.admin('ada')
  const { accessToken, refreshToken } = await world.signIn('ada')
  const { sessionId } = await world.services.sessions.authenticate(accessToken)

  const madeUp = `crt.${sessionId}.${'A'.repeat(43)}.${'A'.repeat(22)}`
  await assert.rejects(refresh(world, madeUp), refused('token.invalid'))

  assert.equal((await refresh(world, refreshToken)).user.username, 'ada')
})
