/** Passwords: what may be one, how it is kept, and what a flood of them costs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DomainError } from '../domain/errors.ts'
import { createPasswordHash, HASH_COST } from './password-hash.ts'
import { checkPassword } from './password-rules.ts'
import { createPasswords } from './passwords.ts'

const CHEAP = { memoryKiB: 64, passes: 1, lanes: 1 }
const passwords = createPasswords({ minLength: 12, hashing: createPasswordHash(CHEAP) })
const isFine = (password: string, names: readonly string[] = []) => passwords.check(password, names).length === 0

test('a password has 12 to 256 characters, however many bytes they take', () => {
  assert.equal(isFine('elevenchars'), false)
  assert.equal(isFine('twelve chars'), true)
  assert.equal(isFine('пароль из ру'), true)
  assert.equal(isFine('🦉🦊🦋🦌🦍🦎🦏🦐🦑🦒🦓🦔'), true)
  assert.equal(isFine('🦉🦊🦋🦌🦍🦎🦏🦐🦑🦒🦓'), false)
  assert.equal(isFine('ab'.repeat(128)), true)
  assert.equal(isFine(`${'ab'.repeat(128)}c`), false)
})

test('common passwords, a single repeated character and the own names are refused', () => {
  for (const password of ['qwerty123456', 'Password1234', 'WELCOME@123x'.slice(0, 11), 'zzzzzzzzzzzzzz']) {
    assert.equal(isFine(password), false, password)
  }
  assert.equal(isFine('ada@example.com', ['ada', 'Ada@Example.com']), false)
  assert.deepEqual(checkPassword('admin123', { minLength: 8, names: [], field: 'p' }), [
    { field: 'p', message: 'this is one of the most common passwords; choose another one' },
  ])
})

test('an error about a password does not repeat it', () => {
  const [error] = passwords.check('short', [])

  assert.deepEqual(error, { field: 'password', message: 'at least 12 characters' })
})

test('S16: 10 MB are refused before anything is computed', () => {
  const huge = 'x'.repeat(10_000_000)

  // Normalising or hashing such a text would touch it; asking for its length does not.
  const untouchable = { length: huge.length } as unknown as string

  assert.equal(passwords.isOverlong(untouchable), true)
  assert.equal(isFine(huge), false)
})

test('S16: a password is the same however its accents and emoji are composed', async () => {
  const kept = await passwords.hash('Ame\u0301lie et Bjo\u0308rn 👩🏽‍🚀')

  assert.equal((await passwords.verify('Am\u00e9lie et Bj\u00f6rn 👩🏽‍🚀', kept)).right, true)
  assert.equal((await passwords.verify('Amelie et Bjorn 👩🏽‍🚀', kept)).right, false)
})

test('S16: nothing is cut off at 72 bytes or at NUL, and broken text is no password', async () => {
  const long = 'x'.repeat(72)
  const kept = await passwords.hash(`${long}a`)
  const withNul = await passwords.hash('before\0after')

  assert.equal((await passwords.verify(`${long}b`, kept)).right, false)
  assert.equal((await passwords.verify('before\0other', withNul)).right, false)
  assert.equal((await passwords.verify('before\0after', withNul)).right, true)
  assert.equal(isFine('twelve chars\ud800'), false)
})

test('S20: hashes are argon2id with 64 MiB and 3 passes, each with its own salt', async () => {
  const { hash, verify } = createPasswordHash()

  const [one, two] = await Promise.all([hash('correct horse'), hash('correct horse')])

  assert.deepEqual(HASH_COST, { memoryKiB: 65_536, passes: 3, lanes: 1 })
  assert.match(one, /^\$argon2id\$v=19\$m=65536,t=3,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.notEqual(one, two)
  assert.deepEqual(await verify('correct horse', one), { right: true, outdated: false })
})

test('a hash kept with a higher cost stays good', async () => {
  const { verify } = createPasswordHash(CHEAP)
  const kept = await createPasswordHash({ memoryKiB: 128, passes: 2, lanes: 2 }).hash('word')

  assert.deepEqual(await verify('word', kept), { right: true, outdated: false })
})

test('a hash of lower cost is right but outdated, so that it can be raised', async () => {
  const kept = await createPasswordHash(CHEAP).hash('word')

  assert.deepEqual(await createPasswordHash({ ...CHEAP, passes: 2 }).verify('word', kept), {
    right: true,
    outdated: true,
  })
  assert.deepEqual(await createPasswordHash({ ...CHEAP, memoryKiB: 65 }).verify('word', kept), {
    right: true,
    outdated: true,
  })
  assert.deepEqual(await createPasswordHash({ ...CHEAP, memoryKiB: 32 }).verify('word', kept), {
    right: true,
    outdated: false,
  })
})

test('nobody has no password, and asking takes the same work', async () => {
  assert.equal((await passwords.verify('any password', null)).right, false)
})

test('S15: of 1,000 sign-ins at once two are computed, 50 wait and the others are told to come back', async () => {
  const { verify } = createPasswordHash(CHEAP)

  const answers = await Promise.allSettled(Array.from({ length: 1000 }, () => verify('word', null)))

  const refused = answers.filter((answer) => answer.status === 'rejected')
  assert.equal(refused.length, 948)
  for (const { reason } of refused) {
    assert.ok(reason instanceof DomainError)
    assert.equal(reason.code, 'rate_limited')
    assert.ok((reason.retryAfter ?? 0) > 0)
  }
  assert.equal((await verify('word', null)).right, false, 'the queue is free again')
})
