/** Exit codes are a promise to scripts. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EXIT_CODES, exitCodesHelp, exitOfStatus } from './exit-codes.ts'

describe('exit codes', () => {
  it('are these, for ever', () => {
    assert.deepEqual(Object.fromEntries(Object.entries(EXIT_CODES).map(([name, [code]]) => [name, code])), {
      ok: 0,
      failed: 1,
      usage: 2,
      forbidden: 3,
      not_found: 4,
      conflict: 5,
      unreachable: 6,
      gaps: 7,
      tampered: 8,
      no_runtime: 78,
    })
  })

  it('are all told by --help', () => {
    for (const [code, meaning] of Object.values(EXIT_CODES)) assert.ok(exitCodesHelp().includes(`${code}  ${meaning}`))
  })

  const statuses: [status: number, exit: string][] = [
    [400, 'usage'],
    [401, 'forbidden'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [409, 'conflict'],
    [412, 'conflict'],
    [413, 'usage'],
    [422, 'usage'],
    [429, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
  ]
  for (const [status, exit] of statuses)
    it(`a refusal with ${status} ends a command as ${exit}`, () => assert.equal(exitOfStatus(status), exit))
})
