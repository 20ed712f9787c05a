/** JSON from outside is read as every other parser would read it, or not at all. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DomainError } from '../domain/errors.ts'
import { parseJson } from './json-body.ts'

const parse = (text: string): unknown => parseJson(Buffer.from(text))

const refused = (text: string, message: RegExp): void => {
  assert.throws(
    () => parse(text),
    (error: unknown) => error instanceof DomainError && error.code === 'malformed' && message.test(error.message),
    text.slice(0, 60),
  )
}

test('what JSON.parse reads without loss is read the same', () => {
  const texts = [
    '{"a":[1,-2.5,1e3,0.1,true,false,null,"x"],"b":{"a":{}}}',
    ' [ ] ',
    '"\\u0061 \\" \\\\ {[,:]} \u2028"',
    '{"constructor":"x","prototype":1,"hasOwnProperty":2}',
    '{"a":{"x":1},"b":{"x":1}}',
    '9007199254740992',
    '3.14159265358979323846',
    '1e300',
    '-0',
  ]

  for (const text of texts) assert.deepEqual(parse(text), JSON.parse(text), text)
})

test('S89: a name that comes twice is refused, however it is spelt', () => {
  refused('{"a":1,"a":2}', /character 7: a name comes twice/)
  refused('{"a":1,"\\u0061":2}', /twice/)
  refused('[{"b":{"c":1,"c":[]}}]', /twice/)
})

test('S28: __proto__ and constructor.prototype are refused at any depth, and nothing is polluted', () => {
  refused('{"__proto__":{"polluted":1}}', /__proto__/)
  refused('[{"a":{"__pro\\u0074o__":1}}]', /__proto__/)
  refused('{"constructor":{"prototype":{"polluted":1}}}', /constructor\.prototype/)

  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
})

test('S89: 32 levels are read, 33 are not, nor are 100,000 in more than 20 ms', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  const hostile = Buffer.from(`${'{"a":'.repeat(100_000)}1`)

  assert.doesNotThrow(() => parse(nested(32)))
  refused(nested(33), /deeper than 32/)
  assert.ok(fastest(() => assert.throws(() => parseJson(hostile))) < 20)
})

test('S89: a million names, a name of a megabyte and a number of a megabyte are refused within 20 ms', () => {
  const names = Buffer.from(`{${Array.from({ length: 150_000 }, (_, at) => `"${at.toString(36)}":1`).join(',')}}`)
  const number = Buffer.from('1'.repeat(1024 * 1024))

  assert.ok(fastest(() => assert.throws(() => parseJson(names), /more than 10000 names/)) < 20)
  assert.ok(fastest(() => assert.throws(() => parseJson(number), /too long/)) < 20)
  assert.ok(fastest(() => parseJson(Buffer.from(`{"${'k'.repeat(1024 * 1024)}":1}`))) < 20)
})

test('S29: a number that would lose digits or become infinite is refused instead', () => {
  refused('{"id":9007199254740993}', /character 6: a number cannot be kept exactly/)
  refused('[-90071992547409931]', /exactly/)
  refused('1e999', /exactly/)
})

test('broken JSON and broken UTF-8 are refused without repeating what was sent', () => {
  for (const text of ['{', '{"a":}', '[1,]', '{"a" 1}', 'canary', '"canary', '{"a":1}}', '"\u0001canary"', '-', '01']) {
    refused(text, /^The body is not JSON: (?!.*canary)/)
  }
  assert.throws(() => parseJson(Buffer.from([0x22, 0xff, 0x22])), /not valid UTF-8/)
})

/** Milliseconds of the processor that the best of five needs: what others do on the machine meanwhile does not count. */
const fastest = (act: () => void): number =>
  Math.min(
    ...[1, 2, 3, 4, 5].map(() => {
      const before = process.threadCpuUsage()
      act()
      const { user, system } = process.threadCpuUsage(before)
      return (user + system) / 1000
    }),
  )
