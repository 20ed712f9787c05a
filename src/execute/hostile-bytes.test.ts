/** S64 to S68: targets that break the protocol, the connection or the reader. One failed attempt each, no crash. */
import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { hostileTarget, OK, respond } from '../../tests/support/hostile-target.ts'
import { anAssignment, aTarget } from '../../tests/support/targets.ts'

const { executor, serve, against, server, closed, reset } = hostileTarget()
after(() => executor.close())
afterEach(reset)

describe('S64: answers that break the protocol', () => {
  for (const [name, answer] of [
    ['HTTP/0.9', 'just text\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a status that is no number', 'HTTP/1.1 abc OK\r\n\r\n'],
    ['two different lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\nok'],
    ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\nok'],
    ['a broken chunk size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n'],
    ['a chunk longer than it says', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nok\r\n0\r\n\r\n'],
    ['a header without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
    ['a NUL in a header', 'HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n'],
    [
      'an upgrade nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    ],
    ['100 Continue nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ] as const) {
    test(`${name}: the attempt fails and the connection is not used again`, async () => {
      const outcome = await against(respond(answer))

      assert.deepEqual([outcome.failure, outcome.retryable], ['protocol', true], outcome.error ?? '')
      await closed()
    })
  }

  for (const [name, answer] of [
    ['a body longer than its length', `${OK}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`],
    ['204 with a body', 'HTTP/1.1 204 No Content\r\ncontent-length: 4\r\n\r\nevil'],
    ['304 with a body', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 4\r\n\r\nevil'],
    ['junk behind the last chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\n\r\njunk'],
  ] as const) {
    test(`${name}: what is too much never answers the next call`, async () => {
      await serve((socket, nth) => socket.write(nth === 1 && server().sockets.length === 1 ? answer : OK))
      const first = await executor.execute(anAssignment(aTarget(`${server().origin}/first`)))
      await closed()

      const second = await executor.execute(anAssignment(aTarget(`${server().origin}/second`)))

      assert.notEqual(first.output, 'evil')
      assert.deepEqual([second.kind, second.output], ['success', 'ok'])
      assert.equal(server().sockets.length, 2)
    })
  }

  test('a body shorter than its length is a failure, and what came is not taken for the whole', async () => {
    const outcome = await against((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'))

    assert.equal(outcome.kind, 'failure')
    assert.ok(outcome.failure === 'connection' || outcome.failure === 'protocol')
    assert.equal(outcome.statusCode, 200)
  })
})

describe('S66: broken connections', () => {
  const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 12\r\nx-a: b\r\n\r\nGlockenspiel'
  for (const end of ['reset', 'closed'] as const) {
    test(`${end} at each byte of the answer: one failed attempt each, and no fault of ours`, async () => {
      for (let offset = 0; offset < answer.length; offset++) {
        const outcome = await against((socket) => {
          socket.write(answer.slice(0, offset), () => (end === 'reset' ? socket.resetAndDestroy() : socket.end()))
        })

        assert.ok(['connection', 'protocol'].includes(outcome.failure ?? ''), `byte ${offset}: ${outcome.error}`)
        assert.equal(outcome.retryable, true)
      }
      assert.deepEqual(executor.faults, [])
    })
  }

  test('a connection that is closed between two calls costs neither of them', async () => {
    await serve((socket) => socket.end(OK))

    const outcomes = []
    for (let call = 0; call < 3; call++) {
      outcomes.push(await executor.execute(anAssignment(aTarget(server().origin))))
      await closed(call)
    }

    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['success', 'success', 'success'],
    )
  })
})

test('whatever bytes a target sends, the attempt ends with an outcome and the next call is answered', async () => {
  const seed = Buffer.from(
    'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\ncontent-encoding: gzip\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  )
  const mutation = fc.record({
    at: fc.nat(seed.length),
    drop: fc.nat(12),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc
        .constantFrom('\r\n', '\0', ': ', 'content-length: 3\r\n', 'HTTP/1.1 100 C\r\n\r\n', 'ffffffff\r\n')
        .map(Buffer.from),
    ),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
      let bytes = seed
      for (const { at, drop, put } of mutations) {
        bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + drop)])
      }
      let calls = 0
      const outcome = await against((socket) => (calls++ === 0 ? socket.end(bytes) : socket.end(OK)))
      // The target closes each connection; a call that meets the closing is a failed attempt of its own.
      await closed()
      const next = await executor.execute(anAssignment(aTarget(server().origin)))

      assert.ok(
        outcome.kind === 'success' || (outcome.failure !== null && outcome.failure !== 'internal'),
        outcome.error ?? '',
      )
      assert.equal(next.output, 'ok')
    }),
    { numRuns: 200 },
  )
  assert.deepEqual(executor.faults, [])
})

describe('S67, S68: content', () => {
  test('S67: scripts, ANSI escapes, NUL and invalid UTF-8 are kept as text that can be stored', async () => {
    const body = Buffer.concat([Buffer.from('<script>\u001b[2J\0'), Buffer.from([0xff, 0xfe])])
    const outcome = await against((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`)
      socket.write(body)
    })

    assert.equal(outcome.output, '<script>\u001b[2J\ufffd\ufffd')
  })

  test('S67: a reason phrase with escapes does not reach the error', async () => {
    const outcome = await against(respond('HTTP/1.1 500 \u001b[2J<b>\r\ncontent-length: 0\r\n\r\n'))

    assert.equal(outcome.error, 'The target answered 500 Internal Server Error; success is 200–299.')
  })

  test('S68: cookies, HSTS and Alt-Svc of a target change nothing in the next call', async () => {
    const heads: string[] = []
    await serve((socket) => {
      socket.write(
        'HTTP/1.1 200 OK\r\nset-cookie: a=b\r\nstrict-transport-security: max-age=9999\r\nalt-svc: h3=":443"\r\nrefresh: 0; url=http://127.0.0.1:1/\r\ncontent-length: 2\r\n\r\nok',
      )
    })
    const { origin } = server()
    await executor.execute(anAssignment(aTarget(origin)))
    server().sockets[0]?.on('data', (chunk: Buffer) => heads.push(chunk.toString()))

    const second = await executor.execute(anAssignment(aTarget(origin)))

    assert.equal(second.kind, 'success')
    assert.equal(heads.join('').includes('cookie'), false)
  })
})
