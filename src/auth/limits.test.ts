/** Guessing is limited; nobody can use the limits to keep somebody else out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../tests/support/manual-clock.ts'
import { DomainError } from '../domain/errors.ts'
import { createLimits } from './limits.ts'

const MINUTE = 60_000
const OWNER = '192.0.2.1'

const bench = () => {
  const clock = manualClock(0)
  const limits = createLimits(clock)
  let evaluated = 0
  const attempt = async (account: string, address: string, right: boolean): Promise<'right' | 'wrong' | number> => {
    try {
      const answer = await limits.guarded(
        { account, address, isKnownAddress: async () => address === OWNER },
        async () => {
          evaluated++
          return right
        },
      )
      return answer ? 'right' : 'wrong'
    } catch (error) {
      assert.ok(error instanceof DomainError && error.code === 'rate_limited')
      return error.retryAfter ?? 0
    }
  }
  return { clock, limits, attempt, evaluated: () => evaluated }
}

const stranger = (n: number): string => `198.51.${Math.floor(n / 250)}.${(n % 250) + 1}`

test('S11: of 10,000 guesses on one account from one address 10 are evaluated in 15 minutes', async () => {
  const { attempt, evaluated } = bench()

  const answers = await Promise.all(Array.from({ length: 10_000 }, () => attempt('ada', stranger(1), false)))

  assert.equal(evaluated(), 10)
  assert.equal(answers.filter((answer) => answer === 'wrong').length, 10)
  const waits = answers.filter((answer) => typeof answer === 'number')
  assert.equal(waits.length, 9990)
  assert.ok(waits.every((wait) => wait >= 1 && wait <= 900))
})

test('S11: of 10,000 guesses on one account from 1,000 addresses 10 are evaluated in any 15 minutes', async () => {
  const { attempt, evaluated, clock } = bench()

  for (let second = 0; second < 899; second++) {
    for (let n = 0; n < 11; n++) await attempt('ada', stranger(second * 11 + n), false)
    clock.advance(1000)
  }

  assert.equal(evaluated(), 10)
})

test('S11: others sign in normally while one account is guessed', async () => {
  const { attempt } = bench()
  for (let n = 0; n < 100; n++) await attempt('ada', stranger(n), false)

  assert.equal(await attempt('bob', stranger(500), true), 'right')
})

test('S12: one password tried on many accounts is stopped at 50 for an address and at 1,000 in all', async () => {
  const { attempt, evaluated } = bench()

  for (let n = 0; n < 100; n++) await attempt(`account ${n}`, stranger(1), false)
  assert.equal(evaluated(), 50)
  for (let n = 0; n < 3000; n++) await attempt(`account ${n}`, stranger(2 + n), false)
  assert.equal(evaluated(), 1000)
})

test('S12: addresses of one IPv6 network of /64 count as one', async () => {
  const { attempt, evaluated } = bench()

  for (let n = 0; n < 100; n++) await attempt(`account ${n}`, `2001:db8:1:2::${n.toString(16)}`, false)

  assert.equal(evaluated(), 50)
})

test('S13: strangers who use up the guesses of an account delay its owner at a new address by 15 minutes at most', async () => {
  const { attempt, clock } = bench()
  for (let n = 0; n < 100; n++) await attempt('ada', stranger(n), false)

  const wait = await attempt('ada', '203.0.113.9', true)
  assert.equal(wait, 900)
  clock.advance(15 * MINUTE)
  assert.equal(await attempt('ada', '203.0.113.9', true), 'right')
})

test('S13: the owner at an address with a session of the account signs in at once, with 10 guesses of its own', async () => {
  const { attempt } = bench()
  for (let n = 0; n < 2000; n++) await attempt('ada', stranger(n), false)
  for (let n = 0; n < 2000; n++) await attempt(`account ${n}`, stranger(n), false)

  assert.equal(await attempt('ada', OWNER, true), 'right')
  for (let n = 0; n < 10; n++) assert.equal(await attempt('ada', OWNER, false), 'wrong')
  assert.equal(typeof (await attempt('ada', OWNER, false)), 'number')
})

test('right passwords never count, also 100 at once', async () => {
  const { attempt } = bench()

  const answers = await Promise.all(Array.from({ length: 100 }, () => attempt('ada', stranger(1), true)))

  assert.ok(answers.every((answer) => answer === 'right'))
})

test('a check that could not be made does not count', async () => {
  const { limits, attempt, evaluated } = bench()

  for (let n = 0; n < 20; n++) {
    await assert.rejects(
      limits.guarded({ account: 'ada', address: OWNER, isKnownAddress: async () => false }, async () => {
        throw new Error('the queue is full')
      }),
      /queue is full/,
    )
  }

  assert.equal(await attempt('ada', OWNER, true), 'right')
  assert.equal(evaluated(), 1)
})

test('questions that tell whether a name is taken are limited by address', () => {
  const { limits, clock } = bench()

  for (let n = 0; n < 50; n++) {
    limits.checkAddress(OWNER)
    limits.countAgainst(OWNER)
  }
  assert.throws(() => limits.checkAddress(OWNER), DomainError)
  limits.checkAddress(stranger(1))
  clock.advance(15 * MINUTE)
  limits.checkAddress(OWNER)
})
