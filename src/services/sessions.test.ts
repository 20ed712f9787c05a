/** Signing in and out: what is right is quick, what is wrong tells nothing, what is stolen is stopped. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aWorld, CALLER, MINUTE, PASSWORD, refused, SETTINGS, type World } from '../../tests/support/services-world.ts'
import { createPasswordHash } from '../auth/password-hash.ts'
import { createPasswords } from '../auth/passwords.ts'
import { DomainError } from '../domain/errors.ts'
import { newId } from '../domain/ids.ts'

const wrongly = ({ services }: World, login: string, address = CALLER.address) =>
  services.sessions.signIn({ ...CALLER, login, password: 'not the pass phrase', address })
const refresh = ({ services }: World, refreshToken: string) => services.sessions.refresh({ ...CALLER, refreshToken })

test('who signs up is the admin of a workspace of its own, and may sign in by name or address in any case', async (t) => {
  const world = await aWorld(t)
  const { services, clock } = world

  const made = await services.sessions.signUp({
    ...CALLER,
    username: 'Ada',
    email: 'Ada@Example.com',
    password: PASSWORD,
  })

  assert.deepEqual(
    [made.user.username, made.user.email, made.user.role, made.workspace.name],
    ['Ada', 'ada@example.com', 'admin', 'Ada'],
  )
  assert.deepEqual([made.expiresIn, made.refreshExpiresIn], [3600, 30 * 86_400])
  assert.equal('passwordHash' in made.user, false)
  clock.advance(MINUTE)
  for (const login of ['Ada', 'ada', ' ADA ', 'ada@example.com', 'ADA@EXAMPLE.COM']) {
    assert.equal((await world.signIn(login)).user.id, made.user.id, login)
  }
  const actor = await services.sessions.authenticate((await world.signIn('ada')).accessToken)
  assert.equal((await services.users.me(actor)).user.lastLoginAt, clock.now())
})

test('without a user name the e-mail address is the name', async (t) => {
  const { services } = await aWorld(t)

  const made = await services.sessions.signUp({
    ...CALLER,
    email: 'ada@example.com',
    password: PASSWORD,
    fullName: 'Ada L.',
  })

  assert.deepEqual(
    [made.user.username, made.user.fullName, made.workspace.name],
    ['ada@example.com', 'Ada L.', 'Ada L.'],
  )
})

test('signing up is refused where it is turned off, and for a name or address that is taken', async (t) => {
  const world = await aWorld(t)
  await world.admin('ada')
  const closed = world.again({ settings: { ...SETTINGS, signUpEnabled: false } }).services

  const up = (username: string, email: string, of = world.services) =>
    of.sessions.signUp({ ...CALLER, username, email, password: PASSWORD })

  await assert.rejects(up('bob', 'bob@example.com', closed), refused('forbidden'))
  await assert.rejects(up('ADA', 'other@example.com'), refused('conflict'))
  await assert.rejects(up('other', 'ADA@example.com'), refused('conflict'))
})

test('all that is wrong with a sign-up is told at once, and no password is repeated', async (t) => {
  const { services } = await aWorld(t)

  await assert.rejects(
    services.sessions.signUp({ ...CALLER, username: 'a b', email: 'nowhere', password: 'short' }),
    (error) => {
      assert.ok(error instanceof DomainError && error.code === 'invalid')
      assert.deepEqual(
        error.errors.map(({ field }) => field),
        ['username', 'email', 'password'],
      )
      assert.equal(JSON.stringify(error.errors).includes('short'), false)
      return true
    },
  )
})

test('S14: an unknown name, a wrong password and a disabled account get the same answer', async (t) => {
  const world = await aWorld(t)
  const admin = await world.admin('ada')
  const off = await world.member(admin, 'user', 'off')
  await world.services.users.update(admin, off.userId, { enabled: false }, null)

  const answers = await Promise.all(
    [wrongly(world, 'ada'), wrongly(world, 'nobody'), wrongly(world, 'off'), world.signIn('off')].map((attempt) =>
      attempt.then(
        () => 'signed in',
        (error: DomainError) => JSON.stringify([error.code, error.message, error.errors, error.retryAfter]),
      ),
    ),
  )

  assert.equal(new Set(answers).size, 1)
  assert.match(answers[0] ?? '', /credentials\.wrong/)
})

test('S14: an unknown name costs a whole hash, as a known one does', async (t) => {
  const world = await aWorld(t)
  const hashed: (string | null)[] = []
  const { auth } = world.again({})
  const counting = world.again({
    auth: {
      ...auth,
      passwords: {
        ...auth.passwords,
        verify: (password, phc) => {
          hashed.push(phc === null ? 'nobody' : 'somebody')
          return auth.passwords.verify(password, phc)
        },
      },
    },
  }).services
  await world.admin('ada')

  for (const login of ['ada', 'nobody']) {
    await assert.rejects(counting.sessions.signIn({ ...CALLER, login, password: 'wrong wrong wrong' }))
  }

  assert.deepEqual(hashed, ['somebody', 'nobody'])
})

test('S11: ten wrong passwords stop the guessing of an account, known or not, and time forgives', async (t) => {
  const world = await aWorld(t)
  await world.admin('ada')
  await world.services.sessions.signUp({
    ...CALLER,
    email: 'bob@example.com',
    password: PASSWORD,
    address: '203.0.113.7',
  })

  for (const login of ['ada', 'nobody']) {
    const from = (n: number) => `198.51.100.${n}`
    for (let n = 1; n <= 10; n++) await assert.rejects(wrongly(world, login, from(n)), refused('credentials.wrong'))
    await assert.rejects(wrongly(world, login, from(11)), refused('rate_limited'))
  }

  assert.equal((await world.signIn('bob@example.com', '198.51.100.12')).user.email, 'bob@example.com')
  world.clock.advance(15 * MINUTE)
  assert.equal((await world.signIn('ada', '198.51.100.11')).user.username, 'ada')
})

test('S13: while strangers guess, the owner signs in where it has a session', async (t) => {
  const world = await aWorld(t)
  await world.admin('ada')
  for (let n = 1; n <= 20; n++) await wrongly(world, 'ada', `198.51.100.${n}`).catch(() => undefined)

  await assert.rejects(world.signIn('ada', '203.0.113.7'), refused('rate_limited'))
  assert.equal((await world.signIn('ada')).user.username, 'ada')
})

test('S16: a password of more than 256 characters is refused before hashing', async (t) => {
  const { services } = await aWorld(t)

  await assert.rejects(
    services.sessions.signIn({ ...CALLER, login: 'ada', password: 'x'.repeat(10_000_000) }),
    refused('invalid'),
  )
})

test('S20: a hash of lower cost is raised when its owner signs in', async (t) => {
  const world = await aWorld(t)
  await world.admin('ada')
  const before = await world.store.people.userByLogin('ada')
  const dearer = createPasswords({
    minLength: 12,
    hashing: createPasswordHash({ memoryKiB: 128, passes: 2, lanes: 1 }),
  })
  const raised = world.again({ auth: { ...world.auth, passwords: dearer } }).services

  await raised.sessions.signIn({ ...CALLER, login: 'ada', password: PASSWORD })

  const after = await world.store.people.userByLogin('ada')
  assert.match(before?.passwordHash ?? '', /m=64,t=1/)
  assert.match(after?.passwordHash ?? '', /m=128,t=2/)
  assert.equal((await world.signIn('ada')).user.username, 'ada')
})

test('S07: after signing out the access token is refused at once', async (t) => {
  const world = await aWorld(t)
  const { sessions } = world.services
  await world.admin('ada')
  const { accessToken, refreshToken } = await world.signIn('ada')
  const actor = await sessions.authenticate(accessToken)

  await sessions.signOut(actor)

  await assert.rejects(sessions.authenticate(accessToken), refused('unauthenticated'))
  await assert.rejects(refresh(world, refreshToken), refused('token.invalid'))
})

test('S07: another process refuses the token of an ended session within 5 seconds', async (t) => {
  const world = await aWorld(t)
  await world.admin('ada')
  const { accessToken } = await world.signIn('ada')
  const other = world.again({}).services
  await other.sessions.authenticate(accessToken)

  await world.services.sessions.signOut(await world.services.sessions.authenticate(accessToken))

  world.clock.advance(4499)
  assert.equal((await other.sessions.authenticate(accessToken)).role, 'admin')
  world.clock.advance(1)
  await assert.rejects(other.sessions.authenticate(accessToken), refused('unauthenticated'))
})

test('S07: a new password, role or a disabled account ends every session of the user, and nobody else’s', async (t) => {
  const world = await aWorld(t)
  const admin = await world.admin('ada')
  await world.member(admin, 'user', 'bob')
  const bob = (await world.services.users.list(admin, { cursor: null, limit: 100 })).items.find(
    ({ username }) => username === 'bob',
  )
  const { sessions, users } = world.services
  const kept = await world.signIn('ada')

  for (const edit of [{ role: 'viewer' }, { password: 'another long pass phrase' }, { enabled: false }] as const) {
    const { accessToken } = await sessions
      .signIn({ ...CALLER, login: 'bob', password: PASSWORD })
      .catch(() => sessions.signIn({ ...CALLER, login: 'bob', password: 'another long pass phrase' }))
    await sessions.authenticate(accessToken)
    await users.update(admin, bob?.id ?? '', edit, null)
    await assert.rejects(sessions.authenticate(accessToken), refused('unauthenticated'), `${Object.keys(edit)}`)
  }

  assert.equal((await sessions.authenticate(kept.accessToken)).role, 'admin')
})

test('S07: the token of a deleted user is refused at once', async (t) => {
  const world = await aWorld(t)
  const admin = await world.admin()
  const bob = await world.member(admin, 'user', 'bob')
  const { accessToken } = await world.signIn('bob')
  await world.services.sessions.authenticate(accessToken)

  await world.services.users.delete(admin, bob.userId)

  await assert.rejects(world.services.sessions.authenticate(accessToken), refused('unauthenticated'))
})

test('a session asked about while it is being ended is not kept as alive', async (t) => {
  const world = await aWorld(t)
  await world.admin('ada')
  const { accessToken } = await world.signIn('ada')
  const { sessions } = world.services
  const actor = await sessions.authenticate(accessToken)
  world.clock.advance(5000)

  await Promise.allSettled([
    sessions.authenticate(accessToken),
    sessions.signOut(actor),
    sessions.authenticate(accessToken),
  ])

  await assert.rejects(sessions.authenticate(accessToken), refused('unauthenticated'))
})

test('the session of an access token ends when its time is over, even if the token is newer', async (t) => {
  const world = await aWorld(t)
  const short = world.again({ settings: { ...SETTINGS, refreshTokenSeconds: 600 } }).services
  await world.admin('ada')
  const signedIn = await short.sessions.signIn({ ...CALLER, login: 'ada', password: PASSWORD })

  world.clock.advance(10 * MINUTE)

  await assert.rejects(short.sessions.authenticate(signedIn.accessToken), refused('unauthenticated'))
  await assert.rejects(refresh(world, signedIn.refreshToken), refused('token.invalid'))
})

test('S20: neither tokens nor passwords are to be found in what is stored', async (t) => {
  const world = await aWorld(t)
  await world.admin('ada')
  const first = await world.signIn('ada')
  const second = await refresh(world, first.refreshToken)
  const { sessionId } = await world.services.sessions.authenticate(second.accessToken)

  const stored = JSON.stringify([
    await world.store.people.sessionById(sessionId),
    await world.store.people.userByLogin('ada'),
  ])

  for (const secret of [first.refreshToken, second.refreshToken, second.accessToken, PASSWORD]) {
    assert.equal(stored.includes(secret), false)
  }
})

test('people see their sessions and end one of them', async (t) => {
  const world = await aWorld(t)
  const { sessions } = world.services
  await world.admin('ada')
  const here = await world.signIn('ada', '203.0.113.1')
  const there = await world.signIn('ada', '203.0.113.2')
  const actor = await sessions.authenticate(here.accessToken)
  const other = await sessions.authenticate(there.accessToken)

  const listed = await sessions.list(actor)
  await sessions.revoke(actor, other.sessionId)

  assert.deepEqual(listed.map(({ address, current }) => [address, current]).toSorted(), [
    ['192.0.2.1', false],
    ['203.0.113.1', true],
    ['203.0.113.2', false],
  ])
  assert.equal((await sessions.list(actor)).length, 2)
  await assert.rejects(sessions.authenticate(there.accessToken), refused('unauthenticated'))
  await assert.rejects(sessions.revoke(actor, other.sessionId), refused('not_found'))
})

test('S23: nobody ends the sessions of others, but an admin those of the own workspace', async (t) => {
  const world = await aWorld(t)
  const { sessions } = world.services
  const admin = await world.admin('ada')
  const user = await world.member(admin, 'user', 'bob')
  await world.member(admin, 'user', 'cid')
  const foreign = await world.admin('eve')
  const cid = await sessions.authenticate((await world.signIn('cid')).accessToken)

  await assert.rejects(sessions.revoke(user, cid.sessionId), refused('forbidden'))
  await assert.rejects(sessions.revoke(foreign, cid.sessionId), refused('not_found'))
  await assert.rejects(sessions.revoke(foreign, newId()), refused('not_found'))
  await assert.rejects(sessions.revoke(foreign, "' or 1=1"), refused('not_found'))
  await sessions.revoke(admin, cid.sessionId)
  assert.deepEqual(await sessions.list(cid), [])
})
