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
  'explain',
  ...['list', 'follow'].map((name) => `events ${name}`),
  'audit',
  ...['list', 'verify'].map((name) => `audit-log ${name}`),
  ...['history', 'undo'].map((name) => `jobs ${name}`),
  ...['list', 'create', 'enable', 'disable', 'reset-password'].map((name) => `users ${name}`),
  ...['clone', 'bulk'].map((name) => `jobs ${name}`),
  ...['create', 'list', 'show', 'revoke'].map((name) => `keys ${name}`),
  ...['jobs', 'csv', 'crontab'].map((name) => `import ${name}`),
  ...['jobs', 'runs', 'crontab'].map((name) => `export ${name}`),
  ...['list', 'create', 'rename', 'disable', 'enable'].flatMap((name) => [`categories ${name}`, `teams ${name}`]),
  ...['list', 'show', 'create', 'edit', 'handshake', 'delete'].map((name) => `applications ${name}`),
  ...['list', 'show', 'create', 'delete'].map((name) => `apis ${name}`),
  ...['show', 'set', 'snooze'].map((name) => `alerts ${name}`),
  ...['list', 'read', 'delete'].map((name) => `inbox ${name}`),
  ...['list', 'create', 'edit', 'rotate', 'test', 'delete'].map((name) => `webhooks ${name}`),
  ...['show', 'set', 'test'].map((name) => `slack ${name}`),
  'mail test',
  ...['list', 'show', 'retry'].map((name) => `deliveries ${name}`),
  ...['list', 'show', 'set', 'delete'].map((name) => `limits ${name}`),
  ...['show', 'pause', 'resume'].map((name) => `catch-up ${name}`),
  ...['show', 'set'].map((name) => `retention ${name}`),
  ...['status', 'pause', 'resume'].map((name) => `scheduling ${name}`),
  ...['backup', 'restore', 'vacuum', 'rotate-keys'],
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

    // Exports are files for programs already, under --format.
    const exports = ['export jobs', 'export runs', 'export crontab'].map((name) => `carillon ${name}`)
    assert.deepEqual(
      without.filter((name = '') => !exports.includes(name)),
      [
        'carillon serve',
        'carillon login',
        'carillon logout',
        'carillon jobs delete',
        'carillon webhooks delete',
        'carillon applications delete',
        'carillon apis delete',
        'carillon limits delete',
        'carillon keys revoke',
      ],
    )
  })
})
