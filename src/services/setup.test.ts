/** The first start: somebody can sign in, and nobody else can. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asHttp } from '../../tests/support/as-http.ts'
import { anInput, aWorld, CALLER, HOUR, refused } from '../../tests/support/services-world.ts'

const SETTINGS = { allowDefaultAdmin: false, username: 'admin', email: 'admin@example.com', password: null }

test('in development the first admin has the well-known password', async (t) => {
  const { services } = await aWorld(t)

  const made = await services.setup.ensureFirstAdmin({ ...SETTINGS, allowDefaultAdmin: true })
  const signedIn = await services.sessions.signIn({ ...CALLER, login: 'admin', password: 'admin123' })

  assert.deepEqual([made?.username, made?.password, made?.origin], ['admin', 'admin123', 'default'])
  assert.deepEqual([signedIn.user.role, signedIn.user.email], ['admin', 'admin@example.com'])
})

test('S22: otherwise a password is made, given out once, and different on each server', async (t) => {
  const one = await aWorld(t)
  const two = await aWorld(t)

  const made = await one.services.setup.ensureFirstAdmin(SETTINGS)
  const other = await two.services.setup.ensureFirstAdmin(SETTINGS)

  assert.equal(made?.origin, 'generated')
  assert.match(made?.password ?? '', /^[A-Za-z0-9]{20}$/)
  assert.notEqual(made?.password, other?.password)
  assert.equal(await one.services.setup.ensureFirstAdmin(SETTINGS), null)
  await one.services.sessions.signIn({ ...CALLER, login: 'admin', password: made?.password ?? '' })
  await assert.rejects(one.services.sessions.signIn({ ...CALLER, login: 'admin', password: 'admin123' }))
})

test('S22: of two processes that start at once one makes the admin', async (t) => {
  const world = await aWorld(t)
  const other = world.again({})

  const made = await Promise.all([
    world.services.setup.ensureFirstAdmin(SETTINGS),
    other.services.setup.ensureFirstAdmin(SETTINGS),
  ])

  assert.equal(made.filter((admin) => admin !== null).length, 1)
  assert.equal(await world.store.people.countUsers(), 1)
})

test('a password that the operator gives is held to the rules', async (t) => {
  const { services } = await aWorld(t)
  const given = (password: string) => services.setup.ensureFirstAdmin({ ...SETTINGS, password })

  await assert.rejects(given('short'), refused('invalid', 'password'))
  assert.equal((await given('a password of the operator'))?.origin, 'given')
})

test('the demo job is made once: deleted, it does not come back', async (t) => {
  const { services, clock } = await aWorld(t)
  const admin = await services.setup.ensureFirstAdmin(SETTINGS)
  const demo = () => services.setup.ensureDemoJob('http://127.0.0.1:5001/echo')

  const job = await demo()
  clock.advance(HOUR)

  assert.equal(job?.state, 'active')
  assert.deepEqual([(await demo())?.id, (await demo())?.version], [job?.id, job?.version])
  await services.jobs.delete({ kind: 'system', workspaceKey: admin?.workspaceKey ?? 0 }, job?.id ?? '', null)
  assert.equal(await demo(), null)
})

test('the demo job follows the server to another port, unless somebody has pointed it elsewhere', async (t) => {
  const { services } = await aWorld(t)
  await services.setup.ensureFirstAdmin(SETTINGS)
  const demoAt = async (url: string) => asHttp((await services.setup.ensureDemoJob(url))?.target).url
  const job = await services.setup.ensureDemoJob('http://127.0.0.1:5001/echo')

  assert.equal(await demoAt('http://127.0.0.1:6001/echo'), 'http://127.0.0.1:6001/echo')
  const target = { kind: 'http', url: 'https://example.com/mine', method: 'GET' } as const
  await services.jobs.update({ kind: 'system', workspaceKey: 1 }, job?.id ?? '', { target }, null)
  assert.equal(await demoAt('http://127.0.0.1:5001/echo'), target.url)
})

test('without an admin there is no demo job', async (t) => {
  const { services } = await aWorld(t)

  assert.equal(await services.setup.ensureDemoJob('http://127.0.0.1:5001/echo'), null)
})

test('S97: a server with another secret key than the database was made with refuses to start', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  await world.services.jobs.create(ada, anInput())
  await world.services.setup.checkSecretKey()
  await world.services.setup.checkSecretKey()
  const key = 'another secret key of more than 32 characters'

  await assert.rejects(world.again({ secretKey: key }).services.setup.checkSecretKey(), /^DomainError: SECRET_KEY: /)
  await world
    .again({ secretKey: key, former: ['test secret key of more than 32 characters'] })
    .services.setup.checkSecretKey()
})
