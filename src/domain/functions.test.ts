/** The names of functions, and what a target of that kind may hold. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkFunctionTarget } from './function-target-rules.ts'
import { mainOf, parseFunctionName } from './functions.ts'
import type { FunctionTarget } from './target.ts'

test('a name is a path with dots, and may say which callable is meant', () => {
  assert.deepEqual(parseFunctionName('report'), { path: ['report'], callables: ['report', 'run', 'default'] })
  assert.deepEqual(parseFunctionName('reports.daily'), {
    path: ['reports', 'daily'],
    callables: ['daily', 'run', 'default'],
  })
  assert.deepEqual(parseFunctionName('cronzimus.controller.task:task'), {
    path: ['cronzimus', 'controller', 'task'],
    callables: ['task'],
  })
  assert.deepEqual(parseFunctionName('nightly-report:_send$2')?.callables, ['_send$2'])
})

test('S82: nothing that could be a path, a URL, a helper or a hidden file is a name', () => {
  for (const text of [
    '',
    '.',
    '..',
    'a.',
    '.a',
    'a..b',
    '../a',
    'a/b',
    'a\\b',
    '/a',
    'C:a.b',
    'a:b:c',
    'a: b',
    '_a',
    'a._b',
    'a b',
  ])
    assert.equal(parseFunctionName(text), null, text)
  for (const text of ['file:///etc/passwd', 'data:text/javascript,1', '%2e%2e', 'a\0', 'a\n', 'ä', 'a'.repeat(201)])
    assert.equal(parseFunctionName(text), null, text)
})

test('S88: a long text that is no name is refused at once', () => {
  assert.equal(parseFunctionName(`${'a-'.repeat(50_000)}!`), null)
  assert.equal(parseFunctionName(`${'a.'.repeat(90)}!`), null)
})

test('the bare name stands for the export of the same name, else for run, else for the default one', () => {
  assert.equal(mainOf('reports.daily', ['daily', 'default', 'run']), 'daily')
  assert.equal(mainOf('reports.daily', ['default', 'run']), 'run')
  assert.equal(mainOf('reports.daily', ['default', 'send']), 'default')
  assert.equal(mainOf('reports.daily', ['send']), null)
})

test('a function target is held to its bounds, each wrong field being named', () => {
  const target: FunctionTarget = {
    kind: 'function',
    function: 'report',
    args: ['eu', { deep: [1] }],
    kwargs: { dry: true },
  }
  const fields = (more: Partial<FunctionTarget>) =>
    checkFunctionTarget({ ...target, ...more }).map(({ field }) => field)

  assert.deepEqual(fields({}), [])
  assert.deepEqual(fields({ function: '../report' }), ['target.function'])
  assert.deepEqual(fields({ args: Array(101).fill(1) }), ['target.args'])
  assert.deepEqual(fields({ args: ['x'.repeat(65_536)] }), ['target.args'])
  assert.deepEqual(fields({ kwargs: { '': 1 } }), ['target.kwargs'])
  assert.deepEqual(fields({ kwargs: JSON.parse('{"__proto__": 1}') }), ['target.kwargs'])
  assert.deepEqual(fields({ kwargs: { big: 'x'.repeat(65_536) }, function: '' }), ['target.function', 'target.kwargs'])
})
