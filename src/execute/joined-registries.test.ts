/** The functions of the operator beside those that the server brings along. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { functionFolder } from '../../tests/support/function-folder.ts'
import { systemClock } from '../domain/clock.ts'
import { BUILT_IN_FOLDER, createFunctionRegistry, joinedRegistries } from './function-registry.ts'

const SAMPLE = 'cronzimus.controller.task:task'

test('both are found, and a module of the operator goes before one of the same name', async (t) => {
  const builtIn = await createFunctionRegistry({ folder: BUILT_IN_FOLDER, clock: systemClock, memoryMb: 64 })
  const own = await functionFolder(t, { 'report.ts': 'export const run = () => 1' })
  const joined = joinedRegistries(own.registry, builtIn)

  assert.deepEqual(
    [await joined.problemOf('report'), await joined.problemOf(SAMPLE), await builtIn.problemOf(SAMPLE)],
    [null, null, null],
  )
  assert.match(String(await joined.problemOf('os:system')), /no module os/)
  assert.deepEqual(
    (await joined.modules()).map(({ name, callables, error }) => [name, callables, error]),
    [
      ['cronzimus.controller.task', ['task'], null],
      ['report', ['run'], null],
    ],
  )

  own.write('cronzimus/controller/task.ts', 'export const task = () => 2')
  const found = await joined.locate(SAMPLE)
  assert.ok('url' in found && !found.url.includes('built-in'))
  assert.equal((await joined.modules()).length, 2)
})
