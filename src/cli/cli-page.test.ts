/** The reference page of the command line names every command, option and exit code. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cliPage } from './cli-page.ts'
import { EXIT_CODES } from './exit-codes.ts'

const COMMANDS = [
  'serve',
  'login',
  'logout',
  ...['list', 'show', 'occurrences', 'create', 'edit', 'run', 'pause', 'resume', 'delete'].map(
    (name) => `jobs ${name}`,
  ),
  'jobs rotate-signing-secret',
  ...['list', 'show', 'follow', 'cancel', 'retry'].map((name) => `runs ${name}`),
  ...['list', 'run'].map((name) => `functions ${name}`),
  'next',
  ...['list', 'create', 'enable', 'disable', 'reset-password'].map((name) => `users ${name}`),
  'migrate',
  'doctor',
]

describe('the reference of the command line', () => {
  it('has a section for each command, and for no other', () => {
    const sections = [...cliPage().matchAll(/^### carillon (.+)$/gm)].map(([, name]) => name)

    assert.deepEqual(sections.sort(), COMMANDS.sort())
  })

  it('shows how a command is called, its options with choices and defaults', () => {
    const page = cliPage()

    assert.match(page, /```\ncarillon jobs create \[name\] \[options\]\n```/)
    assert.match(page, /\| `--misfire <policy>` \| .*: skip, latest, all \|/)
    assert.match(page, /\| `--count <n>` \| how many \(default: 10\) \|/)
  })

  it('tells every exit code', () => {
    for (const [code, meaning] of Object.values(EXIT_CODES)) assert.ok(cliPage().includes(`| ${code} | ${meaning} |`))
  })

  it('every command that prints data takes --json', () => {
    const without = cliPage()
      .split(/^### /m)
      .slice(1)
      .filter((section) => !section.includes('`--json`'))
      .map((section) => section.split('\n')[0])

    assert.deepEqual(without, ['carillon serve', 'carillon login', 'carillon logout', 'carillon jobs delete'])
  })
})
