/** Access tokens: only the untouched, unexpired one of this server passes. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { manualClock } from '../../tests/support/manual-clock.ts'
import { createAccessTokens } from './access-tokens.ts'
import { keyFor, keyIdOf } from './keys.ts'

const SECRET = 's'.repeat(40)
const START = Date.UTC(2026, 10, 20)
const CLAIMS = { userId: 'u1', sessionId: 's1' }

const fresh = (secret = SECRET) => {
  const clock = manualClock(START)
  return { clock, tokens: createAccessTokens({ secret, lifetimeSeconds: 3600, clock }) }
}

const HEADER = { alg: 'HS256', typ: 'at+jwt', kid: keyIdOf(SECRET, 'access tokens') }
const PAYLOAD: JWTPayload = {
  sub: 'u1',
  sid: 's1',
  jti: 'j1',
  iss: 'carillon',
  aud: 'carillon-api',
  iat: START / 1000,
  exp: START / 1000 + 3600,
}
/** A token signed with the right key: what an attacker cannot make, but another part of this server might. */
const signed = (payload: JWTPayload, header: { alg: string } & Record<string, unknown> = HEADER) =>
  new SignJWT(payload).setProtectedHeader(header).sign(keyFor(SECRET, 'access tokens'))

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a token says who speaks until it expires', async () => {
  const { tokens, clock } = fresh()
  const token = await tokens.issue(CLAIMS)

  const claims = await tokens.verify(token)
  assert.deepEqual([claims?.userId, claims?.sessionId], ['u1', 's1'])
  clock.advance(3_600_000 + 29_000)
  assert.notEqual(await tokens.verify(token), null)
  clock.advance(2000)
  assert.equal(await tokens.verify(token), null)
})

test('the token signed by hand passes, so that the refusals below are refusals of what they change', async () => {
  assert.notEqual(await fresh().tokens.verify(await signed(PAYLOAD)), null)
})

test('S01: a token without a signature, or whose header says none, is refused', async () => {
  const { tokens } = fresh()
  const [header = '', body = '', signature = ''] = (await tokens.issue(CLAIMS)).split('.')

  for (const alg of ['none', 'None', 'nOnE', 'NONE', '']) {
    for (const end of ['', signature]) {
      assert.equal(await tokens.verify(`${encoded({ ...HEADER, alg })}.${body}.${end}`), null, alg)
    }
  }
  assert.equal(await tokens.verify(`${header}.${body}.`), null)
  assert.equal(await tokens.verify(`${header}.${body}`), null)
  assert.equal(await tokens.verify(new UnsecuredJWT(PAYLOAD).encode()), null)
})

test('S02: a token of any other algorithm is refused, also where a public key would serve as secret', async () => {
  const { tokens } = fresh()
  const pair = generateKeyPairSync('ed25519')
  const publicText = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()

  const byEd = await new SignJWT(PAYLOAD).setProtectedHeader({ ...HEADER, alg: 'EdDSA' }).sign(pair.privateKey)
  const confused = await new SignJWT(PAYLOAD).setProtectedHeader(HEADER).sign(Buffer.from(publicText))
  const byLonger = await signed(PAYLOAD, { ...HEADER, alg: 'HS256', typ: 'at+jwt' }).then((token) =>
    token.replace(/^[^.]+/, encoded({ ...HEADER, alg: 'HS512' })),
  )

  for (const token of [byEd, confused, byLonger]) assert.equal(await tokens.verify(token), null)
})

test('S03: a key named or carried by the header is never followed', async () => {
  const { tokens } = fresh()
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = pair.publicKey.export({ format: 'jwk' })

  for (const more of [
    { kid: '../../dev/null' },
    { kid: "' OR 1=1 --" },
    { kid: undefined },
    { jku: 'http://127.0.0.1:1/keys', kid: 'other' },
    { x5u: 'http://127.0.0.1:1/cert', kid: 'other' },
    { x5c: ['AAAA'], kid: 'other' },
  ]) {
    assert.equal(await tokens.verify(await signed(PAYLOAD, { ...HEADER, ...more })), null, JSON.stringify(more))
  }
  const withItsKey = await new SignJWT(PAYLOAD)
    .setProtectedHeader({ ...HEADER, alg: 'ES256', jwk } as never)
    .sign(pair.privateKey)
  assert.equal(await tokens.verify(withItsKey), null)
})

test('S04: a token of another audience, issuer, type or server is refused', async () => {
  const { tokens } = fresh()
  const other = await fresh('o'.repeat(40)).tokens.issue(CLAIMS)

  for (const token of [
    await signed({ ...PAYLOAD, aud: 'else' }),
    await signed({ ...PAYLOAD, iss: 'else' }),
    await signed(PAYLOAD, { ...HEADER, typ: 'JWT' }),
    await signed(PAYLOAD, { ...HEADER, typ: 'reset+jwt' }),
    await signed(PAYLOAD, { alg: 'HS256', kid: HEADER.kid }),
    other,
  ]) {
    assert.equal(await tokens.verify(token), null)
  }
})

test('S05: times that are missing, past, in the future or no times at all are refused', async () => {
  const { tokens } = fresh()
  const now = START / 1000
  const { exp: _, ...endless } = PAYLOAD
  const odd = (exp: unknown) => signed({ ...PAYLOAD, exp } as JWTPayload)

  for (const [name, token] of Object.entries({
    endless: await signed(endless),
    expired: await signed({ ...PAYLOAD, exp: now - 31 }),
    'not yet': await signed({ ...PAYLOAD, nbf: now + 31 }),
    text: await odd('2099-01-01'),
    huge: await odd(1e300),
    negative: await odd(-1),
    'beyond the life of a token': await odd(now + 3600 + 31),
    'without a session': await signed({ ...PAYLOAD, sid: undefined }),
    'session is a number': await signed({ ...PAYLOAD, sid: 7 }),
  })) {
    assert.equal(await tokens.verify(token), null, name)
  }
})

test('S06: long, deep and broken texts are refused within 5 ms each', async () => {
  const { tokens } = fresh()
  const [header = '', , signature = ''] = (await tokens.issue(CLAIMS)).split('.')
  const nested = Buffer.from('['.repeat(10_000) + ']'.repeat(10_000)).toString('base64url')
  await tokens.verify('warm.up.')

  for (const token of [
    'x'.repeat(1_000_000),
    `${header}.${nested}.${signature}`,
    `${header}.${Buffer.from('{"sub":"\xff\xfe"}', 'latin1').toString('base64url')}.${signature}`,
    '...',
    '',
    '\0',
    'é.ü.ß',
  ]) {
    const times: number[] = []
    for (let n = 0; n < 5; n++) {
      const before = performance.now()
      assert.equal(await tokens.verify(token), null)
      times.push(performance.now() - before)
    }
    // The quickest of five: the others may have waited for a busy machine.
    assert.ok(Math.min(...times) < 5, `${times}`)
  }
})

test('S06: a token with any single character changed is refused', async () => {
  const { tokens } = fresh()
  const token = await tokens.issue(CLAIMS)

  for (let at = 0; at < token.length - 1; at++) {
    const altered = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
    assert.equal(await tokens.verify(altered), null, `character ${at}`)
  }
})
