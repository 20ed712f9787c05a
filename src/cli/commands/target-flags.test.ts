/** What an HTTP target can be, as flags. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { tempFolder } from '../../../tests/support/temp-store.ts'
import type { TargetInput } from '../../api/contract/targets.ts'
import { type TargetFlags, targetFromFlags } from './target-flags.ts'

const CASES: [what: string, flags: Partial<TargetFlags>, target: Partial<TargetInput>][] = [
  ['a body of XML', { xmlBody: '<a/>' }, { body: { type: 'xml', content: '<a/>' } }],
  [
    'OAuth2',
    { auth: 'oauth2:my:client', tokenUrl: 'https://id.example/token' },
    {
      auth: { kind: 'oauth2', token_url: 'https://id.example/token', client_id: 'my:client', client_secret: 's3cret' },
    },
  ],
  [
    'OAuth2 with all that it can have',
    { auth: 'oauth2:c', tokenUrl: 'https://id.example/token', scope: 'a b', audience: 'x', clientAuth: 'body' },
    {
      auth: {
        kind: 'oauth2',
        token_url: 'https://id.example/token',
        client_id: 'c',
        client_secret: 's3cret',
        scope: 'a b',
        audience: 'x',
        client_authentication: 'body',
      },
    },
  ],
  ['a signature', { sign: true }, { signing: {} }],
  ['no signature any more', { sign: false }, { signing: null }],
  ['reports', { reportWithin: '10m' }, { completion: { mode: 'report', deadline_seconds: 600 } }],
  ['no reports any more', { reportWithin: 'none' }, { completion: { mode: 'response' } }],
]

const WRONG: [flags: Partial<TargetFlags>, message: RegExp][] = [
  [{ auth: 'oauth2' }, /^--auth: "oauth2": write /],
  [{ auth: 'oauth2:c' }, /^--token-url: "": --auth oauth2 needs/],
  [{ auth: 'bearer', scope: 'x' }, /^--scope: "x": it goes with --auth oauth2/],
  [{ tokenUrl: 'https://x.example' }, /^--token-url: .*it goes with --auth oauth2/],
  [{ certKey: 'k.pem' }, /^--cert-key: "k.pem": it goes with --cert$/],
  [{ ca: 'ca.pem' }, /^--ca: "ca.pem": it goes with --cert$/],
  [{ cert: '/no/such/file' }, /^--cert: .*no such file/],
  [{ reportWithin: '10' }, /^--report-within: "10": write a length of time/],
]

describe('a target from flags', () => {
  for (const [what, flags, target] of CASES)
    it(`says ${what}, and nothing else`, () => {
      assert.deepEqual(targetFromFlags({ redirects: true, ...flags }, 's3cret'), target)
    })

  for (const [flags, message] of WRONG)
    it(`refuses ${JSON.stringify(flags)} and tells what would be right`, () => {
      assert.throws(() => targetFromFlags({ redirects: true, ...flags }, undefined), { exit: 'usage', message })
    })

  it('reads certificate, key and authorities from files', (t) => {
    const folder = tempFolder(t)
    const file = (name: string) => {
      writeFileSync(join(folder, name), `text of ${name}`)
      return join(folder, name)
    }
    const flags = { redirects: true, cert: file('c.pem'), certKey: file('k.pem'), ca: file('ca.pem') }

    assert.deepEqual(targetFromFlags(flags, undefined), {
      tls: { certificate: 'text of c.pem', private_key: 'text of k.pem', ca: 'text of ca.pem' },
    })
  })
})
