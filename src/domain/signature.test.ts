/** S70, S71: signatures that any verifier of Standard Webhooks accepts, and none that was not meant for it. */
import assert from 'node:assert/strict'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { httpExecutor, type TestExecutor } from '../../tests/support/http-runner.ts'
import { anAssignment, aTarget, httpTarget, type Received, type TargetServer } from '../../tests/support/targets.ts'
import type { Signing } from '../domain/target.ts'
import { signatureOf } from './signature.ts'

const KEYS = {
  present: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
  former: `whsec_${Buffer.alloc(24, 2).toString('base64')}`,
}

/** Written from the specification, not from our signer. */
const isGenuine = (secret: string, { headers, body }: Received, now: number): boolean => {
  const timestamp = String(headers['webhook-timestamp'])
  if (Math.abs(now / 1000 - Number(timestamp)) > 300) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${headers['webhook-id']}.${timestamp}.${body}`).digest()
  return String(headers['webhook-signature'])
    .split(' ')
    .map((each) => each.split(','))
    .filter(([version]) => version === 'v1')
    .some(([, text = '']) => {
      const given = Buffer.from(text, 'base64')
      return given.length === expected.length && timingSafeEqual(given, expected)
    })
}

it('the published test vector of Standard Webhooks comes out', () => {
  const signed = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: 1614265330,
    body: Buffer.from('{"test": 2432232314}'),
  }

  assert.equal(
    signatureOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', signed),
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  )
})

describe('a signed request', () => {
  let server: TargetServer
  let executor: TestExecutor
  before(async () => {
    server = await httpTarget(({ path }, response) => {
      if (path === '/elsewhere') response.writeHead(307, { location: `http://localhost:${server.port}/landed` })
      if (path === '/within') response.writeHead(307, { location: '/landed' })
      if (path === '/echo') response.write(`${KEYS.present} ${KEYS.former}`)
      response.end()
    })
    executor = httpExecutor()
  })
  after(async () => {
    await executor.close()
    await server.close()
  })

  const received = async (path: string, signing: Signing): Promise<Received> => {
    const body = { type: 'json', content: { of: 'dáy' } } as const
    const outcome = await executor.execute(
      anAssignment(aTarget(server.origin + path, { method: 'POST', body, signing })),
    )
    assert.equal(outcome.kind, 'success', outcome.error ?? '')
    return server.received.at(-1) ?? assert.fail('nothing came')
  }
  const secret = { sealed: KEYS.present }
  const previous = () => ({ secret: { sealed: KEYS.former }, validUntil: executor.clock.now() + 60_000 })

  it('is accepted by its receiver, and by no other one', async () => {
    const request = await received('/', { secret })

    assert.equal(isGenuine(KEYS.present, request, executor.clock.now()), true)
    assert.equal(isGenuine(KEYS.former, request, executor.clock.now()), false)
    assert.equal(isGenuine(KEYS.present, { ...request, body: `${request.body} ` }, executor.clock.now()), false)
    assert.equal(request.headers['webhook-id'], '01990000-0000-7000-8000-000000000001')
  })

  it('carries the time of the attempt, so that a copy of it is too old five minutes later', async () => {
    const request = await received('/', { secret })

    assert.equal(isGenuine(KEYS.present, request, executor.clock.now() + 299_000), true)
    assert.equal(isGenuine(KEYS.present, request, executor.clock.now() + 302_000), false)
  })

  it('is signed by both keys during a rotation, the new one first, and by the new one alone afterwards', async () => {
    const signing = { secret, previous: previous() }

    const during = await received('/', signing)
    executor.clock.advance(60_000)
    const later = await received('/', signing)

    const now = executor.clock.now()
    assert.equal(String(during.headers['webhook-signature']).split(' ').length, 2)
    assert.equal(isGenuine(KEYS.present, during, now) && isGenuine(KEYS.former, during, now), true)
    assert.equal(isGenuine(KEYS.present, later, now), true)
    assert.equal(isGenuine(KEYS.former, later, now), false)
  })

  it('S50: keeps its signature on a redirect within the origin, and loses it beyond', async () => {
    const within = await received('/within', { secret })
    const beyond = await received('/elsewhere', { secret })

    assert.deepEqual([within.path, beyond.path], ['/landed', '/landed'])
    assert.equal(isGenuine(KEYS.present, within, executor.clock.now()), true)
    assert.equal(beyond.headers['webhook-signature'], undefined)
  })

  it('S69: a receiver that answers with the secret does not get it into what is kept', async () => {
    const outcome = await executor.execute(
      anAssignment(aTarget(`${server.origin}/echo`, { signing: { secret, previous: previous() } })),
    )

    assert.equal(outcome.output, '[redacted] [redacted]')
  })

  it('is not sent unsigned when its secret cannot be opened', async () => {
    const broken = httpExecutor({
      reveal: () => {
        throw new Error('canary')
      },
    })
    const before = server.received.length

    const outcome = await broken.execute(anAssignment(aTarget(server.origin, { signing: { secret } })))
    await broken.close()

    assert.deepEqual([outcome.failure, outcome.retryable, server.received.length], ['secret', false, before])
  })
})
