/** The secret of a job: sealed on its way in, never on its way out, and never carried to another place. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asHttp } from '../../tests/support/as-http.ts'
import { anInput, aWorld, refused, type World } from '../../tests/support/services-world.ts'
import { revealWith, sealedIn } from '../auth/target-secrets.ts'
import type { UserActor } from '../domain/actor.ts'
import type { DomainError } from '../domain/errors.ts'
import type { HttpAuthInput, TargetInput } from './services.ts'

const CANARY = 'canary-7f3a9c'
const target = (auth: HttpAuthInput | undefined, url = 'https://api.example.com/v1'): TargetInput => ({
  kind: 'http',
  url,
  method: 'POST',
  auth,
})
const bearer = (token?: string): HttpAuthInput => ({ kind: 'bearer', token })

/** What the executor would send. */
const sentSecret = async ({ store, auth }: World, actor: UserActor, id: string): Promise<string | null> => {
  const job = await store.jobs.byId(actor.workspaceKey, id)
  const [secret] = job === null ? [] : sealedIn(job.target)
  if (secret === undefined) return null
  return revealWith(auth.secrets)(secret.sealed, { workspaceKey: actor.workspaceKey, jobId: id }, secret.field)
}

test('S36: a secret is sent to the target and shown to nobody, not even an admin', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()

  for (const auth of [
    { kind: 'basic', username: 'u', password: CANARY },
    bearer(CANARY),
    { kind: 'header', name: 'x-api-key', value: CANARY },
  ] as const) {
    const job = await world.services.jobs.create(ada, anInput({ target: target(auth) }))
    const listed = await world.services.jobs.list(ada, { sort: 'name', descending: false, cursor: null, limit: 100 })
    const stored = await world.store.jobs.byId(ada.workspaceKey, job.id)

    assert.equal(JSON.stringify([job, listed, stored]).includes(CANARY), false)
    assert.match(JSON.stringify(asHttp(job.target).auth), /"fingerprint":"[0-9a-f]{8}"/)
    assert.equal(JSON.stringify(job).includes('sealed'), false)
    assert.equal(await sentSecret(world, ada, job.id), CANARY)
  }
})

test('S33: equal secrets have equal fingerprints within a workspace, not across', async (t) => {
  const world = await aWorld(t)
  const print = async (actor: UserActor, token: string) =>
    JSON.stringify(
      asHttp((await world.services.jobs.create(actor, anInput({ target: target(bearer(token)) }))).target).auth,
    )
  const ada = await world.admin()
  const eve = await world.admin()

  assert.equal(await print(ada, CANARY), await print(ada, CANARY))
  assert.notEqual(await print(ada, CANARY), await print(ada, 'other'))
  assert.notEqual(await print(ada, CANARY), await print(eve, CANARY))
})

test('an update without the secret keeps it, one with a secret replaces it, one without auth forgets it', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { jobs } = world.services
  const { id } = await jobs.create(ada, anInput({ target: target(bearer(CANARY)) }))

  await jobs.update(ada, id, { name: 'renamed' }, null)
  assert.equal(await sentSecret(world, ada, id), CANARY)
  await jobs.update(ada, id, { target: target(bearer(), 'https://api.example.com/v2') }, null)
  assert.equal(await sentSecret(world, ada, id), CANARY)
  await jobs.update(ada, id, { target: target(bearer('new')) }, null)
  assert.equal(await sentSecret(world, ada, id), 'new')
  await jobs.update(ada, id, { target: target(undefined) }, null)
  assert.equal(await sentSecret(world, ada, id), null)
})

test('a stored secret does not follow the URL to another origin', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { jobs } = world.services
  const { id } = await jobs.create(ada, anInput({ target: target(bearer(CANARY)) }))

  for (const url of [
    'https://evil.example/v1',
    'http://api.example.com/v1',
    'https://api.example.com:8443/v1',
    'https://api.example.com.evil.example/v1',
  ]) {
    await assert.rejects(
      jobs.update(ada, id, { target: target(bearer(), url) }, null),
      refused('invalid', 'target.auth.token'),
      url,
    )
  }

  assert.equal(asHttp((await jobs.get(ada, id)).target).url, 'https://api.example.com/v1')
  await jobs.update(ada, id, { target: target(bearer('for the new place'), 'https://new.example/v1') }, null)
  assert.equal(await sentSecret(world, ada, id), 'for the new place')
})

test('a secret is not carried over to another kind of authentication', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { id } = await world.services.jobs.create(ada, anInput({ target: target(bearer(CANARY)) }))

  await assert.rejects(
    world.services.jobs.update(ada, id, { target: target({ kind: 'header', name: 'x-key' }) }, null),
    refused('invalid', 'target.auth.value'),
  )
})

test('S75: a secret that is missing, empty or could break a header is refused without being repeated', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()

  for (const auth of [
    bearer(),
    bearer(''),
    bearer(`${CANARY}\r\nx: y`),
    bearer(`${CANARY}\0`),
    bearer(`${CANARY}\u{1f600}`),
  ]) {
    await assert.rejects(world.services.jobs.create(ada, anInput({ target: target(auth) })), (error) => {
      assert.ok(refused('invalid', 'target.auth.token')(error))
      assert.equal(JSON.stringify([(error as DomainError).errors, (error as Error).message]).includes(CANARY), false)
      return true
    })
  }
})

test('a run by hand at another origin goes without the secret, at the same one with it', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { jobs } = world.services
  const { id } = await jobs.create(ada, anInput({ target: target(bearer(CANARY)) }))

  await jobs.run(ada, id, { url: 'https://elsewhere.example/' })
  world.clock.advance(1)
  await jobs.run(ada, id, { url: 'https://api.example.com/v9', method: 'PUT' })
  const now = world.clock.now()
  const nodeKey = (await world.store.ledger.join({ id: 'n', host: 'h', pid: 1, startedAt: 0 }, now, now + 1000)) ?? 0
  const next = () => world.store.ledger.lease({ nodeKey, now, leaseNow: now, limit: 1 })
  const first = await next()
  await world.services.executions.cancel(ada, first.leased[0]?.executionId ?? '')
  const second = await next()

  assert.deepEqual(
    [asHttp(first.leased[0]?.target).url, asHttp(first.leased[0]?.target).auth],
    ['https://elsewhere.example/', undefined],
  )
  assert.deepEqual(
    [asHttp(second.leased[0]?.target).url, asHttp(second.leased[0]?.target).method],
    ['https://api.example.com/v9', 'PUT'],
  )
  assert.equal(asHttp(second.leased[0]?.target).auth?.kind, 'bearer')
})

test('S96: after a change of keys, saving a job seals its kept secret anew', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { id } = await world.services.jobs.create(ada, anInput({ target: target(bearer(CANARY)) }))
  const newKey = 'another secret key of more than 32 characters'
  const rotated = world.again({ secretKey: newKey, former: ['test secret key of more than 32 characters'] })

  await rotated.services.jobs.update(ada, id, { target: target(bearer()) }, null)

  const job = await world.store.jobs.byId(ada.workspaceKey, id)
  const kept = asHttp(job?.target).auth
  const sealed = kept?.kind === 'bearer' ? kept.token.sealed : ''
  assert.equal(rotated.auth.secrets.isCurrent(sealed), true)
  assert.equal(await sentSecret({ ...world, auth: world.again({ secretKey: newKey }).auth }, ada, id), CANARY)
})

test('a job whose key is lost is still shown, and takes a new secret', async (t) => {
  const world = await aWorld(t)
  const ada = await world.admin()
  const { id } = await world.services.jobs.create(ada, anInput({ target: target(bearer(CANARY)) }))
  const lost = world.again({ secretKey: 'another secret key of more than 32 characters' }).services

  assert.deepEqual(asHttp((await lost.jobs.get(ada, id)).target).auth, {
    kind: 'bearer',
    token: { fingerprint: 'unreadable' },
  })
  await assert.rejects(
    lost.jobs.update(ada, id, { target: target(bearer()) }, null),
    refused('invalid', 'target.auth.token'),
  )
  assert.match(
    JSON.stringify((await lost.jobs.update(ada, id, { target: target(bearer('new')) }, null)).target),
    /[0-9a-f]{8}"/,
  )
})
