/** S63: compressed answers are readable, and bombs are cut. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { MOST_READ_BYTES } from './capture.ts'
import { type Decoded, decode, encodingsOf } from './decode.ts'

const undo = (body: Buffer, header: string): Promise<Decoded> =>
  new Promise((resolve) => {
    decode(body, encodingsOf(header) ?? assert.fail('too many'), resolve)
  })

const TEXT = Buffer.from('Glockenspiel '.repeat(20))

for (const [header, compress] of [
  ['gzip', gzipSync],
  ['X-GZIP', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
  ['identity, gzip', gzipSync],
] as const) {
  test(`a body sent as ${header} through ${compress.name} is readable`, async () => {
    assert.deepEqual(await undo(compress(TEXT), header), { kind: 'decoded', body: TEXT, cut: null })
  })
}

test('two encodings are undone in the reverse of the order in which they were applied', async () => {
  const body = brotliCompressSync(gzipSync(TEXT))

  assert.deepEqual(await undo(body, 'gzip, br'), { kind: 'decoded', body: TEXT, cut: null })
})

test('S63: more than two encodings are refused, whatever they are', () => {
  assert.equal(encodingsOf('gzip, gzip, gzip'), null)
  assert.equal(encodingsOf(Array(20).fill('br').join(',')), null)
})

test('an encoding that nobody knows leaves the body as it came', () => {
  assert.deepEqual(encodingsOf('aws-chunked'), [])
  assert.deepEqual(encodingsOf('constructor'), [])
})

for (const [name, compress] of [
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
  ['deflate', deflateSync],
  ['zstd', zstdCompressSync],
] as const) {
  test(`S63: a ${name} bomb is cut long before it has unfolded`, async () => {
    const decoded = await undo(compress(Buffer.alloc(8 * MOST_READ_BYTES)), name)

    assert.equal(decoded.kind, 'decoded')
    assert.ok(decoded.kind === 'decoded' && decoded.body.length <= MOST_READ_BYTES && decoded.cut !== null)
  })
}

test('S63: a body that unfolds a little, but beyond 1 MiB, is cut there', async () => {
  const noise = Buffer.from(Array.from({ length: 400_000 }, (_, at) => (at * 2_654_435_761) >>> 0).join(' '))
  const decoded = await undo(gzipSync(noise), 'gzip')

  assert.ok(decoded.kind === 'decoded' && decoded.body.length === MOST_READ_BYTES)
  assert.equal(decoded.cut, 'more than 1 MiB came out of the compressed body')
})

test('a small body may be compressed more than a hundred times', async () => {
  const zeros = Buffer.alloc(60_000)

  assert.deepEqual(await undo(gzipSync(zeros), 'gzip'), { kind: 'decoded', body: zeros, cut: null })
})

test('a compressed body that ends early gives what came, and says so', async () => {
  const whole = gzipSync(Buffer.from(Array.from({ length: 5000 }, (_, at) => at).join(' ')))
  const decoded = await undo(whole.subarray(0, whole.length - 100), 'gzip')

  assert.ok(decoded.kind === 'decoded' && decoded.body.toString().startsWith('0 1 2 3 '))
  assert.equal(decoded.cut, 'the compressed body ends early or is damaged')
})

test('a body that is not what it says is broken', async () => {
  const decoded = await undo(Buffer.from('plain text'), 'gzip')

  assert.deepEqual(decoded, { kind: 'broken', error: 'The body is not gzip, as its content-encoding says.' })
})

test('giving up means that nothing is reported', async () => {
  let reported = false
  const giveUp = decode(gzipSync(TEXT), ['gzip'], () => {
    reported = true
  })
  giveUp()

  await undo(gzipSync(TEXT), 'gzip')
  assert.equal(reported, false)
})
