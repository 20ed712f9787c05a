/** Group D of the attacks: targets that want to hurt. One failed attempt each, within bounds, nothing left open. */
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { after, afterEach, describe, test } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { httpExecutor } from '../../tests/support/http-runner.ts'
import { anAssignment, aTarget, type RawServer, rawTarget } from '../../tests/support/targets.ts'
import type { Outcome } from '../domain/attempt.ts'
import type { HttpTarget } from '../domain/target.ts'
import { MOST_KEPT_BYTES } from './capture.ts'

const executor = httpExecutor()
let server: RawServer

after(() => executor.close())
afterEach(() => server?.close())

const MIB = 1024 * 1024

/** Calls a server that does this with each request. */
const against = async (
  onRequest: (socket: Socket, nth: number) => void,
  more: Partial<HttpTarget> = {},
): Promise<Outcome> => {
  server = await rawTarget(onRequest)
  return executor.execute(anAssignment(aTarget(server.origin, more)))
}

/** The connection is gone on the target's side too. */
const closed = async (nth = 0): Promise<void> => {
  const socket = server.sockets[nth] ?? assert.fail('no such connection')
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
}

const respond = (text: string | Buffer) => (socket: Socket) => socket.write(text)
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

/** Writes for as long as the other side reads. */
const flood = (socket: Socket, piece: string | Buffer): void => {
  const more = (): void => {
    let open = true
    while (open && !socket.destroyed) open = socket.write(piece)
  }
  socket.on('drain', more)
  more()
}

describe('S61: slow and endless answers end at the timeout', () => {
  for (const [name, start, drip] of [
    ['a status line that never ends', 'HTTP/1.1 200 O', '1'],
    ['headers that never end', 'HTTP/1.1 200 OK\r\nx-slow: ', '1'],
    ['a body that never ends', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', '1'],
    ['a chunked body that never ends', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', '1\r\n1\r\n'],
    ['a body without a length', 'HTTP/1.1 200 OK\r\n\r\nhalf', '1'],
    ['interim answers only', 'HTTP/1.1 103 Early Hints\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ['nothing at all', '', ''],
  ] as const) {
    test(`${name}: one byte at a time does not keep it alive, and the connection is closed`, async () => {
      server = await rawTarget((socket) => socket.write(start))
      const outcome = executor.execute(anAssignment(aTarget(server.origin), { timeoutMs: 10_000 }))
      while (server.sockets.length === 0 || (server.sockets[0]?.bytesRead ?? 0) === 0) await new Promise(setImmediate)
      const socket = server.sockets[0] ?? assert.fail()
      for (let drips = 0; drips < 5; drips++) {
        // Each drip is written out and given its turn to be read.
        if (drip !== '') await new Promise((resolve) => socket.write(drip, resolve))
        await new Promise(setImmediate)
        executor.clock.advance(1900)
      }

      executor.clock.advance(600)

      const { failure, retryable, durationMs } = await outcome
      assert.deepEqual([failure, retryable], ['timeout', true])
      assert.ok(durationMs >= 10_000 && durationMs <= 10_100)
      await closed()
    })
  }

  test('what came before the timeout is kept', async () => {
    server = await rawTarget(respond('HTTP/1.1 500 No\r\ncontent-length: 100\r\n\r\nhalf'))
    const outcome = executor.execute(anAssignment(aTarget(server.origin), { timeoutMs: 10_000 }))
    while ((server.sockets[0]?.bytesWritten ?? 0) === 0) await new Promise(setImmediate)
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)

    executor.clock.advance(10_050)

    const { statusCode, output, error } = await outcome
    assert.equal(error, 'Timed out after 10000 ms while reading the answer.')
    assert.deepEqual([statusCode, output], [500, 'half\n[cut: the answer was not complete]'])
  })
})

describe('S62: too much', () => {
  test('an endless body is read to 1 MiB, closed, and judged by its status', async () => {
    const outcome = await against((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      flood(socket, 'x'.repeat(65_536))
    })

    assert.deepEqual([outcome.kind, outcome.statusCode], ['success', 200])
    assert.ok(outcome.output?.endsWith('\n[cut: more than 1 MiB came]'))
    assert.ok(Buffer.byteLength(outcome.output ?? '') <= MOST_KEPT_BYTES)
    await closed()
    assert.ok((server.sockets[0]?.bytesWritten ?? 0) < 16 * MIB)
  })

  test('an endless chunked body with a failing status is a failure like any other', async () => {
    const outcome = await against((socket) => {
      socket.write('HTTP/1.1 500 Oh\r\ntransfer-encoding: chunked\r\n\r\n')
      flood(socket, `10000\r\n${'x'.repeat(65_536)}\r\n`)
    })

    assert.deepEqual([outcome.failure, outcome.statusCode], ['status', 500])
    await closed()
  })

  test('a rule on the body is judged on the 1 MiB that was read', async () => {
    const body = `${'x'.repeat(MIB - 4)}done${'x'.repeat(MIB)}`
    const answer = respond(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`)

    const inside = await against(answer, { success: { bodyContains: 'done' } })
    await server.close()
    const beyond = await against(respond(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\nxx${body}`), {
      success: { bodyContains: 'done' },
    })

    assert.equal(inside.kind, 'success')
    assert.equal(beyond.failure, 'body')
  })

  test('a body of exactly 1 MiB is whole, and its connection stays good', async () => {
    const body = 'x'.repeat(MIB)
    const outcome = await against(respond(`HTTP/1.1 200 OK\r\ncontent-length: ${MIB}\r\n\r\n${body}`))

    assert.ok(outcome.output?.endsWith('\n[cut: the first 64 KiB are kept]'))
    assert.equal(server.sockets[0]?.destroyed, false)
  })

  for (const [name, piece] of [
    ['endless headers', `x-more: ${'y'.repeat(1000)}\r\n`],
    ['one endless header', 'y'.repeat(1000)],
  ] as const) {
    test(`${name} are cut at 16 KiB`, async () => {
      const outcome = await against((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nx-first: 1\r\nx-long: ')
        flood(socket, piece)
      })

      assert.deepEqual([outcome.failure, outcome.retryable], ['response_too_large', true])
      await closed()
    })
  }

  test('a flood of interim answers is cut, a few are fine', async () => {
    const few = await against(respond(`${'HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n'.repeat(3)}${OK}`))
    await server.close()
    const many = await against((socket) => flood(socket, 'HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n'))

    assert.deepEqual([few.kind, few.output], ['success', 'ok'])
    assert.equal(many.failure, 'protocol')
    await closed()
  })

  test('endless trailers are cut', async () => {
    const outcome = await against((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n')
      flood(socket, `x-more: ${'y'.repeat(1000)}\r\n`)
    })

    assert.equal(outcome.failure, 'response_too_large')
    await closed()
  })
})

describe('S63: bombs', () => {
  const encoded = (encoding: string, body: Buffer) =>
    Buffer.concat([
      Buffer.from(`HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`),
      body,
    ])

  for (const [encoding, body] of [
    ['gzip', gzipSync(Buffer.alloc(8 * MIB))],
    ['br', brotliCompressSync(Buffer.alloc(8 * MIB))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(8 * MIB)))],
  ] as const) {
    test(`a bomb in ${encoding} is cut and judged by its status`, async () => {
      const outcome = await against(respond(encoded(encoding, body)))

      assert.deepEqual([outcome.kind, outcome.statusCode], ['success', 200])
      assert.ok(Buffer.byteLength(outcome.output ?? '') <= MOST_KEPT_BYTES)
    })
  }

  test('twenty encodings are refused', async () => {
    const outcome = await against(respond(encoded(Array(20).fill('gzip').join(', '), gzipSync('x'))))

    assert.deepEqual([outcome.failure, outcome.statusCode], ['protocol', 200])
    assert.equal(outcome.error, 'The body is encoded more than twice.')
    await closed()
  })

  test('a body that is not what its encoding says is a failure', async () => {
    const outcome = await against(respond(encoded('gzip', Buffer.from('plain'))))

    assert.equal(outcome.failure, 'protocol')
  })
})

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
      server = await rawTarget((socket, nth) => socket.write(nth === 1 && server.sockets.length === 1 ? answer : OK))
      const first = await executor.execute(anAssignment(aTarget(`${server.origin}/first`)))
      await closed()

      const second = await executor.execute(anAssignment(aTarget(`${server.origin}/second`)))

      assert.notEqual(first.output, 'evil')
      assert.deepEqual([second.kind, second.output], ['success', 'ok'])
      assert.equal(server.sockets.length, 2)
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
        await server.close()

        assert.ok(['connection', 'protocol'].includes(outcome.failure ?? ''), `byte ${offset}: ${outcome.error}`)
        assert.equal(outcome.retryable, true)
      }
      assert.deepEqual(executor.faults, [])
    })
  }

  test('a connection that is closed between two calls costs neither of them', async () => {
    server = await rawTarget((socket) => socket.end(OK))

    const outcomes = []
    for (let call = 0; call < 3; call++) {
      outcomes.push(await executor.execute(anAssignment(aTarget(server.origin))))
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
      const next = await executor.execute(anAssignment(aTarget(server.origin)))
      await server.close()

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
    server = await rawTarget((socket) => {
      socket.write(
        'HTTP/1.1 200 OK\r\nset-cookie: a=b\r\nstrict-transport-security: max-age=9999\r\nalt-svc: h3=":443"\r\nrefresh: 0; url=http://127.0.0.1:1/\r\ncontent-length: 2\r\n\r\nok',
      )
    })
    const { origin } = server
    await executor.execute(anAssignment(aTarget(origin)))
    server.sockets[0]?.on('data', (chunk: Buffer) => heads.push(chunk.toString()))

    const second = await executor.execute(anAssignment(aTarget(origin)))

    assert.equal(second.kind, 'success')
    assert.equal(heads.join('').includes('cookie'), false)
  })
})
