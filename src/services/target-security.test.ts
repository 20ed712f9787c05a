/** OAuth2, client certificates and signatures of a job: sealed on their way in, shown as fingerprints, kept by an edit. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { asHttp } from '../../tests/support/as-http.ts'
import { CLIENTS, EXPIRED_CLIENT, REVOKING_AUTHORITY } from '../../tests/support/client-certificates.ts'
import { anInput, aWorld, HOUR, refused } from '../../tests/support/services-world.ts'
import { placeOf, sealedIn } from '../auth/target-secrets.ts'
import type { HttpTargetInput } from './services.ts'

const HOME = { kind: 'http', url: 'https://api.example.com/v1', method: 'POST' } as const
const OAUTH2 = {
  kind: 'oauth2',
  tokenUrl: 'https://id.example.com/token',
  clientId: 'carillon',
  clientAuthentication: 'basic',
} as const
const CANARY = 'canary-7f3a9c'

const begin = async (t: TestContext) => {
  const world = await aWorld(t)
  const actor = await world.admin()
  const { jobs } = world.services
  const create = (more: Partial<HttpTargetInput>) => jobs.create(actor, anInput({ target: { ...HOME, ...more } }))
  const update = (id: string, more: Partial<HttpTargetInput>) =>
    jobs.update(actor, id, { target: { ...HOME, ...more } }, null)
  /** What the executor would open. */
  const opened = async (id: string): Promise<Record<string, string>> => {
    const job = await world.store.jobs.byId(actor.workspaceKey, id)
    assert(job !== null)
    const owner = { workspaceKey: actor.workspaceKey, jobId: id }
    return Object.fromEntries(
      sealedIn(job.target).map(({ field, sealed }) => [
        field,
        world.auth.secrets.open(sealed.sealed, placeOf(owner, field)),
      ]),
    )
  }
  return { ...world, actor, jobs, create, update, opened }
}

describe('OAuth2 client credentials', () => {
  it('S36: the secret is sealed, shown as a fingerprint, and kept by an edit that leaves it out', async (t) => {
    const { create, update, opened, actor, store } = await begin(t)

    const made = await create({ auth: { ...OAUTH2, clientSecret: CANARY } })
    const edited = await update(made.id, { auth: { ...OAUTH2, scope: 'other' } })

    const stored = await store.jobs.byId(actor.workspaceKey, made.id)
    assert.doesNotMatch(JSON.stringify([made, edited, stored]), /canary|sealed":""/)
    const { auth } = asHttp(edited.target)
    assert.equal(auth?.kind === 'oauth2' && auth.scope, 'other')
    assert.equal(JSON.stringify(asHttp(made.target).auth).match(/fingerprint":"[0-9a-f]{8}"/)?.length, 1)
    assert.deepEqual(await opened(made.id), { 'target.auth.clientSecret': CANARY })
  })

  it('S50: an edit that sends token requests or calls elsewhere needs the secret again', async (t) => {
    const { create, update } = await begin(t)
    const { id } = await create({ auth: { ...OAUTH2, clientSecret: CANARY } })

    await assert.rejects(
      update(id, { auth: { ...OAUTH2, tokenUrl: 'https://evil.example/token' } }),
      refused('invalid', 'target.auth.clientSecret'),
    )
    await assert.rejects(
      update(id, { url: 'https://evil.example/', auth: OAUTH2 }),
      refused('invalid', 'target.auth.clientSecret'),
    )
  })

  it('what cannot be a token request is refused by its field', async (t) => {
    const { create } = await begin(t)
    const auth = { ...OAUTH2, clientSecret: CANARY }

    for (const [wrong, field] of [
      [{ tokenUrl: 'ftp://id.example.com' }, 'target.auth.tokenUrl'],
      [{ tokenUrl: 'https://u:p@id.example.com/' }, 'target.auth.tokenUrl'],
      [{ clientId: 'ü' }, 'target.auth.clientId'],
      [{ scope: 'two  spaces' }, 'target.auth.scope'],
      [{ clientSecret: 'a\nb' }, 'target.auth.clientSecret'],
      [{ clientSecret: undefined }, 'target.auth.clientSecret'],
    ] as const) {
      await assert.rejects(create({ auth: { ...auth, ...wrong } }), refused('invalid', field))
    }
    await assert.rejects(
      create({ auth: { ...auth, tokenUrl: 'http://169.254.169.254/token' } }),
      refused('egress.denied', 'target.auth.tokenUrl'),
    )
  })
})

describe('a client certificate', () => {
  const { certificate, privateKey } = CLIENTS.billing

  it('S36: the key is sealed and shown as a fingerprint; certificate and authorities are no secret', async (t) => {
    const { create, update, opened, actor, store } = await begin(t)

    const made = await create({ tls: { certificate, privateKey, ca: REVOKING_AUTHORITY } })
    const edited = await update(made.id, { tls: { certificate } })

    const stored = await store.jobs.byId(actor.workspaceKey, made.id)
    assert.doesNotMatch(JSON.stringify([made, edited, stored]), /PRIVATE KEY/)
    assert.deepEqual(
      [asHttp(made.target).tls?.certificate, asHttp(made.target).tls?.ca],
      [certificate, REVOKING_AUTHORITY],
    )
    assert.deepEqual(asHttp(edited.target).tls, { certificate, privateKey: asHttp(made.target).tls?.privateKey })
    assert.deepEqual(await opened(made.id), { 'target.tls.privateKey': privateKey })
  })

  it('that cannot be used is refused on saving, with the field that is wrong', async (t) => {
    const { create, update } = await begin(t)

    for (const [tls, field, message] of [
      [{ certificate: 'no PEM', privateKey }, 'target.tls.certificate', /in PEM/],
      [{ certificate: EXPIRED_CLIENT, privateKey }, 'target.tls.certificate', /ended on 2020-02-01/],
      [{ certificate, privateKey: 'no PEM' }, 'target.tls.privateKey', /private key in PEM/],
      [
        { certificate, privateKey: CLIENTS.payroll.privateKey },
        'target.tls.privateKey',
        /not the key of the certificate/,
      ],
      [{ certificate }, 'target.tls.privateKey', /missing/],
      [{ certificate, privateKey, ca: 'no PEM' }, 'target.tls.ca', /certificates in PEM/],
    ] as const) {
      await assert.rejects(
        create({ tls }),
        (error: Error) => refused('invalid', field)(error) && message.test(error.message),
      )
    }
    await assert.rejects(
      create({ url: 'http://api.example.com/', tls: { certificate, privateKey } }),
      refused('invalid', 'target.tls'),
    )
    const { id } = await create({ tls: { certificate, privateKey } })
    await assert.rejects(
      update(id, { tls: { certificate: CLIENTS.payroll.certificate } }),
      refused('invalid', 'target.tls.privateKey'),
    )
  })
})

describe('a signing secret', () => {
  const GIVEN = `whsec_${Buffer.alloc(24, 7).toString('base64')}`

  it('is made where none is given, and shown in that answer alone', async (t) => {
    const { create, update, opened, jobs, actor } = await begin(t)

    const made = await create({ signing: {} })
    const read = await jobs.get(actor, made.id)
    const edited = await update(made.id, { signing: {} })

    const secret = asHttp(made.target).signing?.newSecret ?? ''
    assert.equal(Buffer.from(secret.replace('whsec_', ''), 'base64').length, 32)
    assert.deepEqual(await opened(made.id), { 'target.signing.secret': secret })
    assert.doesNotMatch(JSON.stringify([read, edited]), /whsec_|newSecret/)
    assert.equal(asHttp(edited.target).signing?.secret.fingerprint, asHttp(made.target).signing?.secret.fingerprint)
  })

  it('that is given is not shown again; what is none is refused', async (t) => {
    const { create, opened } = await begin(t)

    const made = await create({ signing: { secret: GIVEN } })

    assert.doesNotMatch(JSON.stringify(made), /whsec_/)
    assert.deepEqual(await opened(made.id), { 'target.signing.secret': GIVEN })
    for (const bytes of [23, 65]) {
      const secret = `whsec_${Buffer.alloc(bytes).toString('base64')}`
      await assert.rejects(create({ signing: { secret } }), refused('invalid', 'target.signing.secret'))
    }
    for (const secret of ['', 'whsec_', GIVEN.slice(6), `${GIVEN}\n`, 'whsec_!!!!'])
      await assert.rejects(create({ signing: { secret } }), refused('invalid', 'target.signing.secret'))
  })

  it('is changed without a gap: the former one signs on for as long as was asked', async (t) => {
    const { create, opened, jobs, actor, clock } = await begin(t)
    const { id, target } = await create({ signing: {} })

    const rotated = await jobs.rotateSigningSecret(actor, id, { previousValidMs: HOUR })
    const again = await jobs.rotateSigningSecret(actor, id, { secret: GIVEN, previousValidMs: 0 })

    assert.notEqual(asHttp(rotated.target).signing?.newSecret, asHttp(target).signing?.newSecret)
    assert.equal(asHttp(rotated.target).signing?.previousValidUntil, clock.now() + HOUR)
    assert.deepEqual(
      [asHttp(again.target).signing?.newSecret, asHttp(again.target).signing?.previousValidUntil],
      [undefined, null],
    )
    assert.deepEqual(await opened(id), { 'target.signing.secret': GIVEN })
  })

  it('during the change both can be opened, and the end of the former one can be moved or drawn near', async (t) => {
    const { create, update, opened, jobs, actor, clock } = await begin(t)
    const made = await create({ signing: { secret: GIVEN } })
    const rotated = await jobs.rotateSigningSecret(actor, made.id, { previousValidMs: HOUR })
    assert.deepEqual(await opened(made.id), {
      'target.signing.secret': asHttp(rotated.target).signing?.newSecret,
      'target.signing.previous': GIVEN,
    })

    const later = await update(made.id, { signing: { previousValidUntil: clock.now() + 2 * HOUR } })
    const over = await update(made.id, { signing: { previousValidUntil: null } })

    assert.equal(asHttp(later.target).signing?.previousValidUntil, clock.now() + 2 * HOUR)
    assert.equal(asHttp(over.target).signing?.previousValidUntil, null)
    await assert.rejects(
      update(made.id, { signing: { previousValidUntil: clock.now() } }),
      refused('invalid', 'target.signing.previousValidUntil'),
    )
    const bare = await update(made.id, {})
    assert.equal(asHttp(bare.target).signing, undefined)
  })

  it('of a job that does not sign cannot be rotated, nor by somebody who may not change the job', async (t) => {
    const { create, jobs, actor, member, admin } = await begin(t)
    const plain = await create({})
    const signed = await create({ signing: {} })
    const wish = { previousValidMs: 0 }

    await assert.rejects(jobs.rotateSigningSecret(actor, plain.id, wish), refused('conflict'))
    await assert.rejects(jobs.rotateSigningSecret(await member(actor, 'user'), signed.id, wish), refused('forbidden'))
    await assert.rejects(jobs.rotateSigningSecret(await admin(), signed.id, wish), refused('not_found'))
    await assert.rejects(
      jobs.rotateSigningSecret(actor, signed.id, { ...wish, secret: 'whsec_short' }),
      refused('invalid', 'secret'),
    )
  })
})

it('a manual run at another origin goes without certificate, signature and credentials', async (t) => {
  const { jobs, actor, store, clock } = await begin(t)
  const target = { ...HOME, tls: CLIENTS.billing, signing: {}, auth: { ...OAUTH2, clientSecret: CANARY } }
  const { id } = await jobs.create(actor, anInput({ target, policies: { overlap: 'allow' } }))
  const now = clock.now()
  const nodeKey = await store.ledger.join({ id: 'n', host: 'h', pid: 1, startedAt: now }, now, now + HOUR)

  await jobs.run(actor, id, { url: 'https://other.example/' })
  await jobs.run(actor, id, { url: 'https://api.example.com/other' })
  const { leased } = await store.ledger.lease({ nodeKey: nodeKey ?? 0, now, leaseNow: now, limit: 2 })

  assert.deepEqual(
    leased.map((each) => Object.keys(each.target).sort()),
    [
      ['kind', 'method', 'url'],
      ['auth', 'kind', 'method', 'signing', 'tls', 'url'],
    ],
  )
})
