/** Names of limits, and the host that a target calls. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hostOf, readLimitName, showLimitName } from './limits.ts'
import type { HttpTarget } from './target.ts'

const calling = (url: string): HttpTarget => ({ kind: 'http', url, method: 'GET' })

describe('a limit', () => {
  it('is called by a name of its own, by a host, or workspace', () => {
    for (const [text, kind] of [
      ['database', 'shared'],
      ['a.b-c_9', 'shared'],
      ['host:api.example.com', 'host'],
      ['host:[2001:db8::1]', 'host'],
      ['workspace', 'workspace'],
    ] as const) {
      const name = readLimitName(text)
      assert.equal(name?.kind, kind, text)
      assert.equal(name && showLimitName(name), text)
    }
    for (const text of ['', 'Database', 'a b', '-a', 'a/b', 'host:', 'host:a.b:80', 'host:http://a', 'job:x'])
      assert.equal(readLimitName(text), null, text)
  })

  it('of a host holds whatever the port, the path and the case', () => {
    assert.equal(hostOf(calling('HTTPS://API.Example.com:8443/x?y')), 'api.example.com')
    assert.equal(hostOf(calling('http://[2001:DB8::1]/')), '[2001:db8::1]')
    assert.equal(hostOf(calling('not an address')), null)
  })
})
