/** What saving seals, firing can open: only for the same job. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpAuth } from '../domain/target.ts'
import { createSecrets } from './secrets.ts'
import { revealWith, sealedSecretOf, secretPlace } from './target-secrets.ts'

const secrets = createSecrets('k'.repeat(40))
const sealedFor = (kind: HttpAuth['kind']) => ({ sealed: secrets.seal('s3cret', secretPlace(1, 'job', kind)) })
const AUTHS: readonly HttpAuth[] = [
  { kind: 'basic', username: 'u', password: sealedFor('basic') },
  { kind: 'bearer', token: sealedFor('bearer') },
  { kind: 'header', name: 'x-key', value: sealedFor('header') },
]

for (const auth of AUTHS) {
  test(`the ${auth.kind} secret of a job is opened for that job alone`, () => {
    const target = { kind: 'http', url: 'https://example.com', method: 'GET', auth } as const
    const reveal = revealWith(secrets)

    assert.equal(reveal(sealedSecretOf(auth), { workspaceKey: 1, jobId: 'job', target }), 's3cret')
    assert.throws(() => reveal(sealedSecretOf(auth), { workspaceKey: 1, jobId: 'another', target }))
    assert.throws(() => reveal(sealedSecretOf(auth), { workspaceKey: 2, jobId: 'job', target }))
  })
}
