/** The counts that `npm test` ends with are true: nothing is counted twice, nothing that failed is missed. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { promisify } from 'node:util'

const folder = mkdtempSync(join(tmpdir(), 'carillon-run-tests-'))
after(() => rmSync(folder, { recursive: true }))

/** In a process of its own, which knows nothing of the runner that runs this test. */
const tallyOf = async (contents: string, allMs = 60_000) => {
  const file = join(folder, `${crypto.randomUUID()}.test.mjs`)
  writeFileSync(file, `import { describe, it, test } from 'node:test'\n${contents}`)
  const script = join(folder, `${crypto.randomUUID()}.mjs`)
  const work = { files: [file], concurrency: 1, testMs: 30_000, allMs }
  const door = JSON.stringify(join(import.meta.dirname, 'run-tests.ts'))
  writeFileSync(
    script,
    `import { runTests } from ${door}\nconsole.log(JSON.stringify(await runTests(${JSON.stringify(work)})))`,
  )
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script], { env })
  return { tally: JSON.parse(stdout), stderr }
}

const CASES: [what: string, contents: string, tally: object][] = [
  ['one test that passes', `test('a', () => {})`, { passed: 1, failed: 0, skipped: 0 }],
  ['one that fails', `test('a', () => { throw new Error('no') })`, { passed: 0, failed: 1, skipped: 0 }],
  [
    'a group, which is no test of its own',
    `describe('g', () => { it('a', () => {}); it('b', () => { throw new Error('no') }) })`,
    { passed: 1, failed: 1, skipped: 0 },
  ],
  [
    'tests that were left out, by whatever word',
    `test('a', { skip: true }, () => {}); test('b', { todo: 'later' }, () => { throw new Error('no') }); test.skip('c', () => {})`,
    { passed: 0, failed: 0, skipped: 3 },
  ],
  ['a file that dies without a word', `process.exit(3)`, { passed: 0, failed: 1, skipped: 0 }],
  ['a file that cannot be read', `import './absent.mjs'`, { passed: 0, failed: 1, skipped: 0 }],
  ['a file without tests', ``, { passed: 0, failed: 0, skipped: 0 }],
  [
    'an error after the tests',
    `test('a', () => {}); setImmediate(() => { throw new Error('late') })`,
    { passed: 1, failed: 1, skipped: 0 },
  ],
]

describe('the counts of npm test', () => {
  for (const [what, contents, tally] of CASES)
    it(`counts ${what}`, async () => {
      assert.deepEqual((await tallyOf(contents)).tally, tally)
    })

  it('tells a failure with its name, its place, its cause, and what the file wrote', async () => {
    const { stderr } = await tallyOf(
      `test('the sum is right', () => { console.log('a hint'); throw new Error('it is 5') })`,
    )

    assert.match(stderr, /FAILED the sum is right \(.*\.test\.mjs:2\)/)
    assert.match(stderr, /Error: it is 5/)
    assert.match(stderr, /it wrote:\n +a hint/)
  })

  it('a file that never ends is a failure', async () => {
    const { tally } = await tallyOf(`test('a', () => {}); setInterval(() => {}, 1000)`, 3000)

    assert.equal(tally.failed, 1)
  })
})
