/** S61 to S63: targets that are slow, endless or explosive. One attempt each, within bounds, nothing left open. */
import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { flood, hostileTarget, OK, respond } from '../../tests/support/hostile-target.ts'
import { anAssignment, aTarget } from '../../tests/support/targets.ts'
import { MOST_KEPT_BYTES } from './capture.ts'

const MIB = 1024 * 1024

const { executor, serve, against, server, closed, reset } = hostileTarget()
after(() => executor.close())
afterEach(reset)

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
      await serve((socket) => socket.write(start))
      const outcome = executor.execute(anAssignment(aTarget(server().origin), { timeoutMs: 10_000 }))
      while (server().sockets.length === 0 || (server().sockets[0]?.bytesRead ?? 0) === 0)
        await new Promise(setImmediate)
      const socket = server().sockets[0] ?? assert.fail()
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
    await serve(respond('HTTP/1.1 500 No\r\ncontent-length: 100\r\n\r\nhalf'))
    const outcome = executor.execute(anAssignment(aTarget(server().origin), { timeoutMs: 10_000 }))
    while ((server().sockets[0]?.bytesWritten ?? 0) === 0) await new Promise(setImmediate)
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
    assert.ok((server().sockets[0]?.bytesWritten ?? 0) < 16 * MIB)
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
    assert.equal(server().sockets[0]?.destroyed, false)
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
