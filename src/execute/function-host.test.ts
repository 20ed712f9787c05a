/** A process for functions that is gone: whom that counts against depends on whether the work had reached it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { functionFolder } from '../../tests/support/function-folder.ts'
import { systemClock } from '../domain/clock.ts'
import { type FunctionHost, startHost } from './function-host.ts'

/** What became of loading the module. */
const load = (host: FunctionHost, folder: string, file: string): Promise<string> =>
  new Promise((resolve) => {
    host.run(
      { say: 'list', file: pathToFileURL(join(folder, file)).href, folder: pathToFileURL(folder).href },
      {
        printed: () => {},
        ended: ({ say }) => resolve(say),
        crashed: () => resolve('crashed'),
        lost: () => resolve('lost'),
        unstartable: () => resolve('unstartable'),
      },
    )
  })

test('work that finds the process gone is lost, not crashed; what it did itself is', async (t) => {
  const { folder } = await functionFolder(t, { 'good.js': '', 'kills.js': `process.kill(process.pid, 'SIGKILL')` })
  let gone = 0
  const start = () => startHost({ clock: systemClock, memoryMb: 64, folder, key: 'k', onGone: () => gone++ })
  const [one, other] = [start(), start()]
  assert.equal(await load(one, folder, 'good.js'), 'listed')

  void one.end()
  const lost = await load(one, folder, 'good.js')
  const crashed = await load(other, folder, 'kills.js')
  await Promise.all([one.end(), other.end()])

  assert.deepEqual([lost, crashed], ['lost', 'crashed'])
  assert.ok(gone >= 2)
})
