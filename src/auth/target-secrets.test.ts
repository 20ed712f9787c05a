/** What saving seals, firing can open: only for the same job. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpAuth } from '../domain/target.ts'
import { createSecrets } from './secrets.ts'
import { revealWith, sealedIn, secretPlace } from './target-secrets.ts'

const secrets = createSecrets('k'.repeat(40))
const sealedFor = (kind: HttpAuth['kind']) => ({ sealed: secrets.seal('s3cret', secretPlace(1, 'job', kind)) })
const AUTHS: readonly HttpAuth[] = [
  { kind: 'basic', username: 'u', password: sealedFor('basic') },
  { kind: 'bearer', token: sealedFor('bearer') },
  { kind: 'header', name: 'x-key', value: sealedFor('header') },
  {
    kind: 'oauth2',
    tokenUrl: 'https://id.example.com/token',
    clientId: 'c',
    clientSecret: sealedFor('oauth2'),
    clientAuthentication: 'basic',
  },
]

for (const auth of AUTHS) {
  test(`the ${auth.kind} secret of a job is opened for that job alone`, () => {
    const [secret] = sealedIn({ kind: 'http', url: 'https://example.com', method: 'GET', auth })
    assert(secret !== undefined)
    const reveal = (workspaceKey: number, jobId: string) =>
      revealWith(secrets)(secret.sealed, { workspaceKey, jobId }, secret.field)

    assert.equal(reveal(1, 'job'), 's3cret')
    assert.throws(() => reveal(1, 'another'))
    assert.throws(() => reveal(2, 'job'))
    assert.throws(() => revealWith(secrets)(secret.sealed, { workspaceKey: 1, jobId: 'job' }, 'target.tls.privateKey'))
  })
}
