/** `carillon runs` and `carillon users` against a real server. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Execution } from '../../src/api/contract/executions.ts'
import type { User } from '../../src/api/contract/users.ts'
import { type CliServer, startCliServer, turns } from '../support/cli-server.ts'
import { cliWorld } from '../support/cli-world.ts'

let server: CliServer
before(async () => {
  server = await startCliServer()
})
after(() => server.stop())

describe('runs', () => {
  const ranOnce = async (name: string): Promise<Execution> => {
    await server.create(name)
    server.cli.whileWaiting(...turns)
    const { out } = await server.cli.run(['jobs', 'run', name, '--wait', '--json'])
    return JSON.parse(out) as Execution
  }

  it('list and show tell what ran and what came back', async () => {
    const { id } = await ranOnce('listed run')

    const list = await server.cli.run([
      'runs',
      'list',
      '--job',
      'listed run',
      '--status',
      'success',
      '--status',
      'failed',
    ])
    const show = await server.cli.run(['runs', 'show', id])

    assert.match(list.out, /^DUE +STATUS +JOB +BY +LATE +TRY +RESULT +ID\n.* success +listed run +manual /)
    assert.match(show.out, /^status +success$/m)
    assert.match(show.out, /^answer +200$/m)
  })

  it('a run that has ended cannot be cancelled, and a success not be retried: 5', async () => {
    const { id } = await ranOnce('ended run')

    assert.equal((await server.cli.run(['runs', 'cancel', id])).code, 5)
    assert.equal((await server.cli.run(['runs', 'retry', id])).code, 5)
  })

  it('follow prints what was there, then each new run, until it is stopped', async () => {
    await ranOnce('followed')
    server.cli.whileWaiting(
      () => {},
      async () => {
        const other = cliWorld({
          CARILLON_URL: server.url,
          CARILLON_TOKEN: server.cli.world.session.read()?.access_token,
        })
        other.whileWaiting(...turns)
        await other.run(['jobs', 'run', 'followed', '--wait'])
        other.remove()
      },
    )

    const { code, out } = await server.cli.run(['runs', 'follow', '--job', 'followed', '--status', 'success'])

    assert.equal(code, 0)
    assert.equal(out.split('\n').length, 2)
    assert.match(out, /^\d{4}-.* success +followed {2}200 in /)
  })

  it('follow --json is one line for each news', async () => {
    await ranOnce('followed as json')

    const { out } = await server.cli.run(['runs', 'follow', '--job', 'followed as json', '--json'])

    assert.equal((JSON.parse(out) as Execution).job_name, 'followed as json')
  })
})

describe('users', () => {
  it('an administrator creates, lists, disables and enables people', async () => {
    const made = await server.cli.json<User & { password: string }>([
      'users',
      'create',
      'ada',
      '--email',
      'ada@example.com',
      '--role',
      'viewer',
      '--generate',
    ])
    const ada = cliWorld({ CARILLON_URL: server.url })
    const login = () => ada.run(['login', '--username', 'ada', '--password-stdin'], { input: made.password })

    assert.equal((await login()).code, 0)
    assert.equal((await ada.run(['users', 'list'])).code, 3)
    assert.match((await server.cli.run(['users', 'list'])).out, /^ada +viewer +enabled +ada@example\.com/m)
    assert.equal((await server.cli.run(['users', 'disable', 'ada'])).code, 0)
    assert.equal((await login()).code, 3)
    assert.equal((await server.cli.run(['users', 'enable', 'ada@example.com'])).code, 0)
    assert.equal((await login()).code, 0)
    ada.remove()
  })

  it('a password is typed twice, and two that differ change nothing', async () => {
    await server.cli.run(['users', 'create', 'bob', '--email', 'bob@example.com', '--generate'])

    const differ = await server.cli.run(['users', 'reset-password', 'bob'], {
      answers: ['orange-lamp-42', 'orange-lamp-43'],
    })
    const same = await server.cli.run(['users', 'reset-password', 'bob'], {
      answers: ['orange-lamp-42', 'orange-lamp-42'],
    })

    assert.deepEqual([differ.code, differ.err.includes('the two passwords differ')], [2, true])
    assert.equal(same.code, 0)
    const bob = cliWorld({ CARILLON_URL: server.url })
    assert.equal(
      (await bob.run(['login', '--username', 'bob', '--password-stdin'], { input: 'orange-lamp-42' })).code,
      0,
    )
    bob.remove()
  })

  it('an address that is taken ends with 5', async () => {
    await server.cli.run(['users', 'create', 'eve', '--email', 'eve@example.com', '--generate'])

    assert.equal(
      (await server.cli.run(['users', 'create', 'eve', '--email', 'eve2@example.com', '--generate'])).code,
      5,
    )
  })
})
