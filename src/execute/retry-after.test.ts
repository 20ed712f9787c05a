/** Retry-After in every form that targets send it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { honoursRetryAfter, retryAfterMs } from './retry-after.ts'

const NOW = Date.UTC(1994, 10, 6, 8, 49, 0)
const DAY = 24 * 3600 * 1000

const CASES: readonly (readonly [header: string, ms: number | null, why: string])[] = [
  ['120', 120_000, 'seconds'],
  [' 7 ', 7000, 'seconds with spaces'],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 37_000, 'IMF-fixdate'],
  ['Sun Nov  6 08:49:37 1994', 37_000, 'asctime'],
  ['0', 1000, 'S65: at least a second'],
  ['-1', 1000, 'S65: at least a second'],
  ['99999999', DAY, 'S65: at most a day'],
  ['9'.repeat(400), DAY, 'S65: at most a day'],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 1000, 'S65: a date in the past'],
  ['Fri, 31 Dec 9999 23:59:59 GMT', DAY, 'S65: a date far ahead'],
  ['', null, 'empty'],
  ['soon', null, 'a word'],
  ['1.5', null, 'a fraction'],
  ['1994-11-06T08:49:37Z', null, 'not an HTTP date'],
  ['Sun, 06 Foo 1994 08:49:37 GMT', null, 'no such month'],
]

for (const [header, ms, why] of CASES) {
  test(`Retry-After ${JSON.stringify(header.slice(0, 40))} waits ${ms} ms: ${why}`, () => {
    assert.equal(retryAfterMs(header, NOW), ms)
  })
}

test('the obsolete form with a year of two digits is read as this century', () => {
  const now = Date.UTC(2026, 10, 6, 8, 49, 0)

  assert.equal(retryAfterMs('Friday, 06-Nov-26 08:49:37 GMT', now), 37_000)
})

test('the header is honoured for redirects, 413, 429 and 503 only', () => {
  const honoured = [200, 301, 302, 400, 404, 413, 429, 500, 502, 503].filter(honoursRetryAfter)

  assert.deepEqual(honoured, [301, 302, 413, 429, 503])
})
