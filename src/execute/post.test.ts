/** Requests that are no runs: behind the same guard, bounded, and free of other people's words. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { manualClock } from '../../tests/support/manual-clock.ts'
import { httpTarget, type TargetServer } from '../../tests/support/targets.ts'
import type { Posted } from '../domain/post.ts'
import type { EgressPolicy } from './egress.ts'
import { createPost } from './post.ts'

const NOW = Date.UTC(2026, 10, 24, 12)
const NEVER = new AbortController().signal

describe('a request that is no run', () => {
  let target: TargetServer
  before(async () => {
    target = await httpTarget((request, response) => {
      if (request.path === '/long') response.end('x'.repeat(3_000_000))
      else if (request.path === '/date')
        response.writeHead(503, { 'retry-after': 'Tue, 24 Nov 2026 12:01:00 GMT' }).end()
      else if (request.path === '/cut') response.destroy()
      else response.end('ok')
    })
  })
  after(() => target.close())

  const send = (path: string, egress: Partial<EgressPolicy> = {}, signal = NEVER): Promise<Posted> =>
    createPost({
      clock: manualClock(NOW),
      egress: { allowPrivate: true, allow: [], self: null, ...egress },
      revocation: null,
      version: '1',
    })({ url: new URL(`${target.origin}${path}`), headers: { 'x-one': 'two' }, body: '{}' }, signal)

  it('is posted with its headers, its query and its body', async () => {
    assert.deepEqual(await send('/a?b=c'), { status: 200, retryAfterMs: null, answer: 'ok' })

    const got = target.received.at(-1)
    assert.deepEqual([got?.method, got?.path, got?.body, got?.headers['x-one']], ['POST', '/a?b=c', '{}', 'two'])
  })

  it('takes the beginning of a long answer', async () => {
    const posted = await send('/long')

    assert.equal('answer' in posted && posted.answer, 'x'.repeat(1024))
  })

  it('reads a Retry-After that is a date', async () => {
    const posted = await send('/date')

    assert.equal('status' in posted && posted.retryAfterMs, 60_000)
  })

  it('whose answer breaks off has a reason of ours', async () => {
    assert.deepEqual(await send('/cut'), {
      reason: 'The connection ended before the answer was whole.',
      denied: false,
    })
  })

  it('does not reach our own API, nor a network that is not allowed', async () => {
    const before = target.received.length

    for (const egress of [{ self: { port: target.port, allowedPathPrefix: '/echo' } }, { allowPrivate: false }]) {
      const posted = await send('/a', egress)
      assert.equal('denied' in posted && posted.denied, true)
    }

    assert.equal(target.received.length, before)
  })

  it('is not begun when it was given up before', async () => {
    const before = target.received.length

    const posted = await send('/a', {}, AbortSignal.abort())

    assert.deepEqual(posted, { reason: 'The request was given up.', denied: false })
    assert.equal(target.received.length, before)
  })
})
