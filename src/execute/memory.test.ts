/** S62: what an attempt costs in memory when its target never stops talking. A process of its own, so that the peak is this test's. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { flood, OK } from '../../tests/support/hostile-target.ts'
import { httpExecutor } from '../../tests/support/http-runner.ts'
import { anAssignment, aTarget, rawTarget } from '../../tests/support/targets.ts'
import type { HttpTarget } from '../domain/target.ts'

const ATTEMPTS = 100
const MOST_PER_ATTEMPT = 2 * 1024 * 1024

const peakRss = (): number => process.resourceUsage().maxRSS * 1024

const CASES: readonly (readonly [what: string, target: Partial<HttpTarget>])[] = [
  ['of which only the start is kept', {}],
  ['that is read up to its bound, for a rule that looks at it', { success: { bodyLacks: 'never there' } }],
]

for (const [what, more] of CASES) {
  it(`a hundred endless bodies at once, ${what}, take less than 2 MiB each`, async (test) => {
    const piece = Buffer.alloc(64 * 1024, 'x')
    let open = 0
    let mostOpen = 0
    const server = await rawTarget((socket) => {
      if (++open === ATTEMPTS) mostOpen = open
      socket.once('close', () => open--)
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n')
      // All of them have begun before the first one is told more.
      const begin = () => (mostOpen < ATTEMPTS ? setImmediate(begin) : flood(socket, piece))
      begin()
    })
    const quiet = await rawTarget((socket) => socket.write(OK))
    const executor = httpExecutor()
    test.after(async () => {
      await executor.close()
      await Promise.all([server.close(), quiet.close()])
    })
    // A workspace for each: connections of one are bounded.
    const callAll = ({ origin }: { readonly origin: string }) =>
      Promise.all(
        Array.from({ length: ATTEMPTS }, (_, at) =>
          executor.execute(anAssignment(aTarget(origin, more), { workspaceKey: at + 1 })),
        ),
      )
    await callAll(quiet)
    const before = peakRss()

    const outcomes = await callAll(server)

    const grown = (peakRss() - before) / ATTEMPTS
    assert.ok(
      outcomes.every(({ kind, output }) => kind === 'success' && output?.includes('[cut: more than 1 MiB came]')),
    )
    assert.equal(mostOpen, ATTEMPTS)
    test.diagnostic(`${Math.round(grown / 1024)} KiB per attempt`)
    assert.ok(grown < MOST_PER_ATTEMPT, `${grown} bytes per attempt`)
  })
}
