/** What is kept of an answer, and that memory stays bounded while it is kept. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCapture, MOST_KEPT_BYTES, outputOf } from './capture.ts'

const text = (content: string, cut: string | null = null) => outputOf(Buffer.from(content), cut, [])

test('chunks come together in order, however they are cut', () => {
  const source = Buffer.from('abcdefghijklmnopqrstuvwxyz'.repeat(10))
  for (const size of [1, 3, 7, 100, 1000]) {
    const capture = createCapture(1000, 1000)
    for (let at = 0; at < source.length; at += size) assert.equal(capture.add(source.subarray(at, at + size)), true)

    assert.deepEqual(capture.bytes(), source)
  }
})

test('more than is held is counted only, and more than is read is refused', () => {
  const capture = createCapture(10, 25)

  assert.deepEqual(
    [0, 1, 2].map(() => capture.add(Buffer.from('12345678'))),
    [true, true, true],
  )
  assert.equal(capture.add(Buffer.from('12345678')), false)
  assert.equal(capture.bytes().toString(), '1234567812')
  assert.equal(capture.read(), 32)
})

test('a body that drips in byte by byte does not pin the buffers it came in', () => {
  const slab = Buffer.alloc(64 * 1024, 'x')
  const capture = createCapture(1000, 1000)
  for (let at = 0; at < 100; at++) capture.add(slab.subarray(at, at + 1))

  assert.notEqual(capture.bytes().buffer, slab.buffer)
  assert.ok(capture.bytes().buffer.byteLength <= 8192)
})

test('an empty body is no output', () => {
  assert.equal(text(''), null)
})

test('S67: invalid UTF-8 is replaced and NUL is removed; scripts and ANSI escapes stay as text', () => {
  assert.equal(outputOf(Buffer.from([0x61, 0xff, 0x00, 0xc3, 0x62]), null, []), 'a\ufffd\ufffdb')
  assert.equal(text('<script>\u001b[31m</script>'), '<script>\u001b[31m</script>')
})

test('the kept text never exceeds its bound, notice included, and ends with a whole character', () => {
  for (const content of ['x'.repeat(70_000), '€'.repeat(30_000), `a${'𝄞'.repeat(20_000)}`]) {
    const output = text(content) ?? assert.fail()

    assert.ok(Buffer.byteLength(output) <= MOST_KEPT_BYTES)
    assert.ok(Buffer.byteLength(output) > MOST_KEPT_BYTES - 8)
    assert.ok(output.endsWith('\n[cut: the first 64 KiB are kept]'))
    assert.ok(content.startsWith(output.slice(0, output.indexOf('\n'))))
  }
})

test('broken bytes that triple in size as text are cut like everything else', () => {
  const output = outputOf(Buffer.alloc(60_000, 0xff), null, []) ?? assert.fail()

  assert.ok(Buffer.byteLength(output) <= MOST_KEPT_BYTES)
})

test('a body of exactly the bound is kept whole, one more byte is not', () => {
  assert.equal(text('x'.repeat(MOST_KEPT_BYTES))?.length, MOST_KEPT_BYTES)
  assert.ok(text('x'.repeat(MOST_KEPT_BYTES + 1))?.includes('[cut'))
})

test('an answer that was cut on the way says why', () => {
  assert.equal(text('half', 'more than 1 MiB came'), 'half\n[cut: more than 1 MiB came]')
})

test('S69: a secret across the bound of what is kept leaves no piece of itself', () => {
  const secret = 'sekret-0123456789-0123456789'
  const body = Buffer.from(`${'x'.repeat(MOST_KEPT_BYTES - 40)}${secret}${'y'.repeat(1000)}`)

  const output = outputOf(body, null, [secret]) ?? assert.fail()

  assert.equal(output.includes('sekret'), false)
})
