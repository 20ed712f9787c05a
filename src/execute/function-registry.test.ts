/** The folder of functions: what it offers, and that no name leads out of it. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { functionFolder } from '../../tests/support/function-folder.ts'
import { systemClock } from '../domain/clock.ts'
import { createFunctionRegistry } from './function-registry.ts'

test('lists every module by its name, with what it exports and which of it the bare name stands for', async (t) => {
  const { registry } = await functionFolder(t, {
    'report.ts': 'export const report = () => 1; export const send = async () => 2; export const LIMIT = 3',
    'reports/daily.mjs': 'export default () => 1',
    'tools.js': 'export const one = () => 1; export const two = () => 2',
    'broken.js': 'import "./is-not-there.js"',
    'hangs.js': 'process.exit(0)',
    '_shared.js': 'export const run = () => 1',
    'report.test.ts': 'export const run = () => 1',
    'types.d.ts': 'export declare const run: () => void',
    'node_modules/dependency/main.js': 'export const run = () => 1',
    '.hidden/main.js': 'export const run = () => 1',
    'notes.md': '',
  })

  const modules = await registry.modules()

  assert.deepEqual(
    modules.map(({ name, file, callables, main }) => [name, file, callables, main]),
    [
      ['broken', 'broken.js', [], null],
      ['hangs', 'hangs.js', [], null],
      ['report', 'report.ts', ['report', 'send'], 'report'],
      ['reports.daily', 'reports/daily.mjs', ['default'], 'default'],
      ['tools', 'tools.js', ['one', 'two'], null],
    ],
  )
  assert.match(modules[0]?.error ?? '', /is-not-there/)
  assert.equal(modules[1]?.error, 'it ended its thread by process.exit(0)')
})

test('says of a name whether it leads to a function, and if not, why', async (t) => {
  const { registry } = await functionFolder(t, {
    'tools.js': 'export const one = () => 1; export const two = 2',
    'broken.js': 'throw new Error("at once")',
  })

  assert.equal(await registry.problemOf('tools:one'), null)
  assert.equal(await registry.problemOf('tools'), 'The module tools.js exports no function tools or run or default')
  assert.equal(await registry.problemOf('tools:two'), 'The module tools.js exports no function two')
  assert.equal(await registry.problemOf('nope'), 'The folder of functions has no module nope')
  assert.equal(await registry.problemOf('broken'), 'The module broken.js cannot be loaded: Error: at once')
})

test('S82: no name leads out of the folder', async (t) => {
  const { folder, registry } = await functionFolder(t, { 'inside/run.js': 'export const run = () => 1' })
  const outside = mkdtempSync(join(tmpdir(), 'carillon-outside-'))
  t.after(() => rmSync(outside, { recursive: true }))
  writeFileSync(join(outside, 'secret.js'), 'export const run = () => 1')
  mkdirSync(join(folder, 'node_modules'))
  writeFileSync(join(folder, 'node_modules', 'run.js'), 'export const run = () => 1')
  symlinkSync(join(outside, 'secret.js'), join(folder, 'linked.js'))
  symlinkSync(outside, join(folder, 'away'))
  symlinkSync(join(folder, 'inside', 'run.js'), join(folder, 'alias.js'))

  for (const name of [
    '../secret',
    '..secret',
    'inside/../run',
    'inside..run',
    '/etc/passwd',
    'C:\\secret',
    'inside\\run',
    '%2e%2e%2fsecret',
    'file:///etc/passwd:run',
    'data:text/javascript,1',
    'node:fs:rmSync',
    '',
    '.',
    'a\0b',
    'inside.run\n',
    '__proto__',
    'x'.repeat(300),
    'linked',
    'away.secret',
    'node_modules.run',
  ])
    assert.ok('problem' in (await registry.locate(name)), name)

  assert.ok(!('problem' in (await registry.locate('inside.run'))))
  assert.ok(!('problem' in (await registry.locate('alias'))), 'a link that stays inside is followed')
  assert.deepEqual(
    (await registry.modules()).map(({ name }) => name),
    ['alias', 'inside.run'],
  )
})

test('a folder that is not there, or is none, is named', async (t) => {
  const { folder } = await functionFolder(t, { 'file.js': '' })

  for (const wrong of [join(folder, 'nowhere'), join(folder, 'file.js')])
    await assert.rejects(createFunctionRegistry({ folder: wrong, clock: systemClock, memoryMb: 64 }), /FUNCTIONS_DIR/)
})
