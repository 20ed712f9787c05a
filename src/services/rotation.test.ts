/** S96, F42: another key for every stored secret, while the server runs, and broken off at any moment. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, CALLER, PASSWORD, runWaiting } from '../../tests/support/services-world.ts'
import { createSecrets } from '../auth/secrets.ts'
import { revealWith, secretPlace } from '../auth/target-secrets.ts'
import type { Target } from '../domain/target.ts'
import type { SealedStore, Store } from '../store/store.ts'
import { slackPlace } from './notice-settings.ts'
import { createRotation } from './rotation.ts'
import { webhookSecrets } from './webhooks.ts'

const OLD = 'test secret key of more than 32 characters'
const NEW = 'another secret key of more than 32 characters'

/** Jobs with secrets, one run with an override that waits, a session whose token was just exchanged. */
const sealedWorld = async (t: Parameters<typeof aWorld>[0], jobs = 3) => {
  const world = await aWorld(t)
  const ada = await world.admin('ada')
  await world.services.setup.checkSecretKey()
  const made = []
  for (let index = 0; index < jobs; index++)
    made.push(
      await world.services.jobs.create(
        ada,
        anInput({
          name: `job ${index}`,
          target: {
            kind: 'http',
            url: 'https://example.com/',
            method: 'GET',
            auth: { kind: 'bearer', token: `secret ${index}` },
          },
        }),
      ),
    )
  await world.services.jobs.create(ada, anInput({ name: 'without a secret' }))
  const [first] = made
  await world.services.jobs.run(ada, first?.id ?? '', { url: 'https://example.com/other' })
  const signedIn = await world.services.sessions.signIn({ ...CALLER, login: 'ada', password: PASSWORD })
  await world.services.sessions.refresh({ ...CALLER, refreshToken: signedIn.refreshToken })
  return { ...world, ada, made }
}

const rotationOf = ({ sealed }: Pick<Store, 'sealed'>, key: string, former: readonly string[] = []) =>
  createRotation({ sealed, secrets: createSecrets(key, former) })

const opened = async ({ jobs }: Pick<Store, 'jobs'>, workspaceKey: number, id: string, key: string) => {
  const job = await jobs.byId(workspaceKey, id)
  assert.ok(job !== null && 'auth' in job.target && job.target.auth?.kind === 'bearer')
  return createSecrets(key).open(job.target.auth.token.sealed, secretPlace(workspaceKey, id, 'bearer'))
}

test('S96: after a rotation everything opens with the new key alone, and to people nothing has changed', async (t) => {
  const { store, ada, made } = await sealedWorld(t)
  const before = await store.jobs.byId(ada.workspaceKey, made[1]?.id ?? '')
  assert.deepEqual(await rotationOf(store, NEW, [OLD]).look(), { left: 6, unreadable: [] })
  const progress: number[] = []

  const report = await rotationOf(store, NEW, [OLD]).rotate(({ resealed }) => progress.push(resealed))

  assert.deepEqual(report, { resealed: 6, left: 0, unreadable: [] })
  assert.ok(progress.length > 0)
  assert.deepEqual(await rotationOf(store, NEW).look(), { left: 0, unreadable: [] })
  for (const [index, job] of made.entries())
    assert.equal(await opened(store, ada.workspaceKey, job.id, NEW), `secret ${index}`)
  const after = await store.jobs.byId(ada.workspaceKey, made[1]?.id ?? '')
  assert.deepEqual([after?.version, after?.updatedAt], [before?.version, before?.updatedAt])
})

test('S96: after a rotation Slack is reached, and webhooks are signed with both of their secrets, under the new key alone', async (t) => {
  const { store, clock, services, admin } = await aWorld(t)
  const ada = await admin()
  const url = 'https://hooks.slack.com/services/T/B/secret'
  await services.noticeSettings.setSlack(ada, { isEnabled: true, webhookUrl: url })
  const { webhook, newSecret: first } = await services.webhooks.create(ada, { name: 'w', url: 'https://example.com/' })
  const { newSecret: second } = await services.webhooks.rotate(ada, webhook.id, { previousValidMs: 60_000 }, null)

  const report = await rotationOf(store, NEW, [OLD]).rotate(() => {})

  assert.deepEqual([report.left, report.unreadable], [0, []])
  const secrets = createSecrets(NEW, [])
  const [slack, row] = await Promise.all([
    store.channels.slack(ada.workspaceKey),
    store.channels.webhook(ada.workspaceKey, webhook.id),
  ])
  assert.equal(secrets.open(slack?.sealedUrl ?? '', slackPlace(ada.workspaceKey)), url)
  assert.deepEqual(webhookSecrets(secrets, row!, clock.now()), [second, first])
  assert.equal(row?.version, 2)
})

test('S96: the secrets of applications and what handshakes granted are sealed anew, and opened in their place alone', async (t) => {
  const { store, services, admin } = await aWorld(t)
  const ada = await admin()
  const { workspaceKey } = ada
  const secrets = createSecrets(OLD)
  const { id } = await services.applications.create(ada, {
    ...{ name: 'billing', rootUrl: 'https://example.com', handshakeUrl: 'https://example.com/h', secret: 'pre-shared' },
  })
  const { timetable } = anInput()
  const api = await services.apis.create(ada, id, {
    name: 'a',
    timetable,
    call: { path: '/', target: { method: 'GET' } },
  })
  const place = { workspaceKey, owner: api.id, field: 'api.credentials' }
  await store.applications.keep(workspaceKey, api.id, { sealed: secrets.seal('granted', place), validUntil: 1 })

  const report = await rotationOf(store, NEW, [OLD]).rotate(() => {})

  assert.deepEqual(report, { resealed: 2, left: 0, unreadable: [] })
  const row = await store.applications.recall(workspaceKey, api.id)
  const opens = createSecrets(NEW)
  const secretPlaceOfIt = { workspaceKey, owner: id, field: 'application.secret' }
  assert.equal(opens.open(row?.sealedSecret ?? '', secretPlaceOfIt), 'pre-shared')
  assert.equal(opens.open(row?.sealedCredentials ?? '', place), 'granted')
  assert.throws(() => opens.open(row?.sealedSecret ?? '', { ...secretPlaceOfIt, workspaceKey: workspaceKey + 1 }))
})

test('S96: after a rotation the token of a workflow, and that of a run which waits, open with the new key alone', async (t) => {
  const world = await aWorld(t)
  const { store, services } = world
  const ada = await world.admin()
  const target = { kind: 'github', owner: 'octo', repo: 'app', workflow: 'deploy.yml', token: 'of-the-job' } as const
  const job = await services.jobs.create(ada, anInput({ target }))
  await services.jobs.run(ada, job.id, { token: 'of-the-run' })

  const report = await rotationOf(store, NEW, [OLD]).rotate(() => {})

  assert.deepEqual([report.left, report.unreadable], [0, []])
  const open = revealWith(createSecrets(NEW))
  const tokens: string[] = []
  const reveal = (held: Target) => {
    assert.ok(held.kind === 'github' && held.token !== undefined)
    tokens.push(open(held.token, { workspaceKey: ada.workspaceKey, jobId: job.id }, 'target.token'))
  }
  reveal((await store.jobs.byId(ada.workspaceKey, job.id))!.target)
  await runWaiting(world, 'running', ({ target: held }) => reveal(held))
  assert.deepEqual(tokens, ['of-the-job', 'of-the-run'])
})

test('S96: a server with the new key alone starts on it, and one with the old key alone does not', async (t) => {
  const world = await sealedWorld(t)
  await rotationOf(world.store, NEW, [OLD]).rotate(() => {})

  await world.again({ secretKey: NEW }).services.setup.checkSecretKey()
  await assert.rejects(world.again({ secretKey: OLD }).services.setup.checkSecretKey(), /SECRET_KEY/)
})

test('F42: broken off between any two writes, every secret opens with one of the keys, and the next run ends it', async (t) => {
  const { store, ada, made } = await sealedWorld(t, 4)
  for (let writes = 0; writes < 4; writes++) {
    let left = 1
    const dying: SealedStore = {
      ...store.sealed,
      // One text at a time, so that there is a moment between any two.
      page: (place, after) => store.sealed.page(place, after, 1),
      replace: (texts) => {
        if (texts.length > 0 && left-- <= 0) throw new Error('kill -9')
        return store.sealed.replace(texts)
      },
    }
    const one = createRotation({ sealed: dying, secrets: createSecrets(NEW, [OLD]) })
    await one.rotate(() => {}).catch((error: unknown) => assert.match(String(error), /kill -9/))

    assert.deepEqual((await rotationOf(store, NEW, [OLD]).look()).unreadable, [])
  }

  const report = await rotationOf(store, NEW, [OLD]).rotate(() => {})

  assert.deepEqual([report.left, report.unreadable], [0, []])
  for (const [index, job] of made.entries())
    assert.equal(await opened(store, ada.workspaceKey, job.id, NEW), `secret ${index}`)
})

test('a secret that somebody saves meanwhile is theirs: it is not overwritten', async (t) => {
  const { store, ada, services, made } = await sealedWorld(t, 1)
  const id = made[0]?.id ?? ''
  let saved = false
  const racing: SealedStore = {
    ...store.sealed,
    replace: async (texts) => {
      if (!saved && texts.some(({ place }) => place === 'jobs')) {
        saved = true
        const target = {
          kind: 'http',
          url: 'https://example.com/',
          method: 'GET',
          auth: { kind: 'bearer', token: 'newer' },
        } as const
        await services.jobs.update(ada, id, { target }, null)
      }
      return store.sealed.replace(texts)
    },
  }

  const report = await createRotation({ sealed: racing, secrets: createSecrets(NEW, [OLD]) }).rotate(() => {})

  assert.equal(report.left, 0)
  assert.equal(await opened(store, ada.workspaceKey, id, NEW), 'newer')
})

test('without the former key nothing is changed, and what cannot be opened is named without telling what it is', async (t) => {
  const { store, made } = await sealedWorld(t, 1)

  const report = await rotationOf(store, NEW).rotate(() => {})

  assert.equal(report.resealed, 0)
  assert.ok(report.unreadable.includes(`jobs: ${made[0]?.id}`), report.unreadable.join())
  assert.deepEqual(await rotationOf(store, OLD).look(), { left: 0, unreadable: [] })
})
