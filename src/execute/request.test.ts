/** A target becomes a request once, however often it is fired. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aTarget } from '../../tests/support/targets.ts'
import { createEgressGuard } from './egress.ts'
import { createPreparer, prepare } from './request.ts'

const guard = createEgressGuard({ allowPrivate: false, allow: [], self: null })
const preparation = { userAgent: 'carillon/1', guard, vouchFor: () => null }

const prepared = (url: string, more: Parameters<typeof aTarget>[1] = {}) => {
  const result = prepare(aTarget(url, more), preparation)
  return typeof result === 'string' ? assert.fail(result) : result
}

test('the same object is prepared once, and so are equal targets', () => {
  const prepareOnce = createPreparer(preparation)
  const target = aTarget('https://example.com/')

  const first = prepareOnce(target)

  assert.equal(prepareOnce(target), first)
  assert.equal(prepareOnce(structuredClone(target)), first)
  assert.notEqual(prepareOnce(aTarget('https://example.com/', { method: 'POST' })), first)
})

test('only so many targets are remembered by their text', () => {
  const prepareOnce = createPreparer(preparation)
  const first = prepareOnce(aTarget('https://example.com/0'))
  for (let at = 1; at <= 2048; at++) prepareOnce(aTarget(`https://example.com/${at}`))

  assert.notEqual(prepareOnce(aTarget('https://example.com/0')), first)
})

test('a large target is remembered by its identity alone', () => {
  const prepareOnce = createPreparer(preparation)
  const target = aTarget('https://example.com/', {
    method: 'POST',
    body: { type: 'text', content: 'x'.repeat(10_000) },
  })

  const first = prepareOnce(target)

  assert.equal(prepareOnce(target), first)
  assert.notEqual(prepareOnce(structuredClone(target)), first)
})

test('an address in any number form goes out in its plain form, as it was checked', () => {
  const { first, reach } = prepared('http://0x7f.1:80/a b?q=ü')

  assert.equal(first.origin, 'http://127.0.0.1')
  assert.equal(first.path, '/a%20b?q=%C3%BC')
  assert.equal(reach, null)
})

test('an international host goes out in its ASCII form', () => {
  assert.equal(prepared('https://bücher.example/').first.origin, 'https://xn--bcher-kva.example')
})

test('a lone surrogate in query or form becomes the replacement character, not a crash', () => {
  const entry = { name: 'a', value: '\ud800' }
  const { first } = prepared('https://example.com/', {
    method: 'POST',
    query: [entry],
    body: { type: 'form', content: [entry] },
  })

  assert.equal(first.path, '/?a=%EF%BF%BD')
  assert.equal(first.body?.toString(), 'a=%EF%BF%BD')
})

test('the whole body is kept only where a rule or a secret asks for it', () => {
  const auth = { kind: 'bearer', token: { sealed: 's' } } as const

  assert.equal(prepared('https://example.com/').needsWholeBody, false)
  assert.equal(prepared('https://example.com/', { success: { longestMs: 5 } }).needsWholeBody, false)
  assert.equal(prepared('https://example.com/', { success: { bodyLacks: 'x' } }).needsWholeBody, true)
  assert.equal(prepared('https://example.com/', { auth }).needsWholeBody, true)
})

test('a target that may not be called is told with its field', () => {
  const result = prepare(aTarget('ftp://example.com/'), preparation)

  assert.equal(result, 'target.url: use an absolute URL that begins with http:// or https://.')
})

test('a job may name itself to its target', () => {
  const headersOf = (headers: { name: string; value: string }[]) =>
    prepared('https://example.com/', { headers }).first.headers.map((part) => part.toLowerCase())

  assert.ok(headersOf([]).includes('carillon/1'))
  const named = headersOf([{ name: 'User-Agent', value: 'Billing/2' }])
  assert.ok(named.includes('billing/2') && !named.includes('carillon/1'))
})
