/** Which workflow an address means, on which branch it runs and what it is given. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { A_WORKFLOW } from '../../tests/support/github-runner.ts'
import { checkGithubTarget, inputsOf, parseDispatchUrl, refOf, runOfDispatch, workflowRun } from './github.ts'

const meant = { owner: 'octo', repo: 'my.app', workflow: 'deploy.yml' }

test('every form of a dispatch address names the same workflow', () => {
  for (const text of [
    'octo/my.app/deploy.yml',
    ' octo/my.app/deploy.yml ',
    '/octo/my.app/actions/workflows/deploy.yml',
    'octo/my.app/actions/workflows/deploy.yml',
    'https://github.com/octo/my.app/actions/workflows/deploy.yml',
    'https://www.github.com/octo/my.app/actions/workflows/deploy.yml?query=x#y',
    'https://api.github.com/repos/octo/my.app/actions/workflows/deploy.yml/dispatches',
    '/repos/octo/my.app/actions/workflows/deploy.yml/dispatches',
  ])
    assert.deepEqual(parseDispatchUrl(text), meant, text)
})

test('what names no workflow, another host or another path is none', () => {
  for (const text of [
    '',
    'octo/my.app',
    'octo/my.app/a/b',
    'https://example.com/octo/my.app/actions/workflows/deploy.yml',
    'https://github.com/octo/my.app/deploy.yml',
    'https://github.com.evil.example/octo/my.app/actions/workflows/deploy.yml',
    '../my.app/deploy.yml',
    'octo/../deploy.yml',
    'octo/my.app/%2e%2e',
    'octo/my.app/%zz',
    'octo/my.app/a%2Fb',
    'ftp://github.com/octo/my.app/actions/workflows/deploy.yml',
  ])
    assert.equal(parseDispatchUrl(text), null, text)
})

test('S7: names that would lead elsewhere in the API are refused, each under its field', () => {
  const wrong = checkGithubTarget({ ...A_WORKFLOW, owner: 'a/b', repo: '..', workflow: 'x?y', ref: 'a..b' })
  assert.deepEqual(
    wrong.map(({ field }) => field),
    ['target.owner', 'target.repo', 'target.workflow', 'target.ref'],
  )
  assert.deepEqual(checkGithubTarget({ ...A_WORKFLOW, workflow: '12345', ref: 'refs/heads/feature/x' }), [])
})

test('inputs are texts: own ones go before metadata, what is no text is JSON', () => {
  const inputs = inputsOf({ metadata: { a: 'x', n: 1, b: true, o: { p: [1] }, z: null }, inputs: { a: 'own' } })
  assert.deepEqual(inputs, { a: 'own', n: '1', b: 'true', o: '{"p":[1]}', z: '' })
})

test('more than 25 inputs, metadata counted, are refused, and so is more than GitHub takes', () => {
  const many = Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`k${at}`, 'v']))
  assert.deepEqual(checkGithubTarget({ ...A_WORKFLOW, metadata: many }), [])
  assert.match(checkGithubTarget({ ...A_WORKFLOW, metadata: many, inputs: { one: 1 } })[0]?.message ?? '', /at most 25/)
  assert.match(checkGithubTarget({ ...A_WORKFLOW, inputs: { a: 'x'.repeat(65_536) } })[0]?.message ?? '', /65535 bytes/)
})

test('the branch is that of the target, else branchDetails, else master', () => {
  assert.equal(refOf({ ref: 'v1', metadata: { branchDetails: 'dev' } }), 'v1')
  assert.equal(refOf({ ref: null, metadata: { branchDetails: 'dev' } }), 'dev')
  assert.equal(refOf({ ref: null, metadata: { branchDetails: '' } }), 'master')
  assert.equal(refOf({ ref: null, metadata: { branchDetails: 7 } }), 'master')
})

test('the run of a dispatch is the one that names its execution, else the only one on the branch since then', () => {
  const at = Date.UTC(2026, 0, 1)
  const run = (id: number, more: object = {}) => {
    const created_at = new Date(at).toISOString()
    const read = workflowRun({ id, status: 'queued', head_branch: 'main', created_at, ...more })
    assert.ok(read)
    return read
  }
  const sought = { executionId: 'E-1', ref: 'refs/heads/main', sentAt: at }
  assert.equal(runOfDispatch([], sought), 'none')
  assert.equal(runOfDispatch([run(1, { head_branch: 'dev' })], sought), 'none')
  assert.equal(runOfDispatch([run(1, { created_at: '2025-12-31T00:00:00Z' })], sought), 'none')
  assert.equal(runOfDispatch([run(1), run(2)], sought), 'several')
  assert.deepEqual(runOfDispatch([run(1)], sought), run(1))
  assert.deepEqual(
    runOfDispatch([run(1), run(2, { display_title: 'deploy E-1' })], sought),
    run(2, { display_title: 'deploy E-1' }),
  )
})
