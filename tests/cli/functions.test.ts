/** Functions from the command line: tried without a server, listed, called by a job, and put into quarantine. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { FunctionList } from '../../src/api/contract/function-targets.ts'
import type { Job } from '../../src/api/contract/jobs.ts'
import { type CliServer, startCliServer } from '../support/cli-server.ts'
import { cliWorld } from '../support/cli-world.ts'

const folder = mkdtempSync(join(tmpdir(), 'carillon-functions-'))
writeFileSync(
  join(folder, 'report.ts'),
  `export const run = (region: string, { dry }: { dry: boolean }, { log }: { log: (text: string) => void }) => {
    log('for ' + region)
    return { region, dry }
  }
  export const boom = () => { throw new Error('boom') }
  export const crash = () => process.exit(1)`,
)
let server: CliServer
before(async () => {
  server = await startCliServer({ FUNCTIONS_DIR: folder })
})
after(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

/** A command that waits looks again after some turns of the event loop: processes start and end meanwhile. */
const patience = Array.from({ length: 5000 }, () => () => new Promise((resolve) => setTimeout(resolve, 5)))

describe('functions', () => {
  it('run calls one without a server, and tells what it printed and returned', async () => {
    const cli = cliWorld()
    const flags = ['--dir', folder, '--args', '["eu"]', '--kwargs', '{"dry": true}']

    const { code, out, err } = await cli.run(['functions', 'run', 'report', ...flags])

    assert.deepEqual([code, out], [0, 'for eu\n{"region":"eu","dry":true}'])
    assert.match(err, /^report: success in /)
    cli.remove()
  })

  it('run answers to the shell, and as JSON to a program', async () => {
    const cli = cliWorld()

    const boom = await cli.run(['functions', 'run', 'report:boom', '--dir', folder, '--json'])
    const crash = await cli.run(['functions', 'run', 'report:crash', '--dir', folder])
    const nowhere = await cli.run(['functions', 'run', 'report', '--dir', join(folder, 'nowhere')])
    const wrong = await cli.run(['functions', 'run', 'report', '--dir', folder, '--args', '{}'])

    assert.deepEqual([boom.code, JSON.parse(boom.out).failure], [1, 'exception'])
    assert.deepEqual(
      [crash.code, crash.err],
      [1, 'carillon: The function crashed: it ended its thread by process.exit(1).'],
    )
    assert.deepEqual([nowhere.code, wrong.code], [2, 2])
    assert.match(nowhere.err, /FUNCTIONS_DIR: .*name a folder that exists/)
    assert.match(wrong.err, /--args: .*write a JSON list/)
    cli.remove()
  })

  it('list shows what is registered on the server', async () => {
    const { out } = await server.cli.run(['functions', 'list'])

    assert.match(
      out,
      /^NAME +FILE +RUNS +CALLABLES +QUARANTINED +ERROR\nreport +report\.ts +run +boom, crash, run +- +-$/,
    )
  })

  it('jobs are made, shown, changed and run with the flags of functions', async () => {
    const made = ['--function', 'report', '--args', '["eu"]', '--kwargs', '{"dry": false}', '--manual']
    await server.cli.json<Job>(['jobs', 'create', 'with function', ...made])
    await server.cli.run(['jobs', 'edit', 'with function', '--args', '["us"]'])
    server.cli.whileWaiting(...patience)

    const { code, out } = await server.cli.run([
      'jobs',
      'run',
      'with function',
      '--kwargs',
      '{"dry":true}',
      '--wait',
      '--json',
    ])
    const shown = await server.cli.run(['jobs', 'show', 'with function'])

    assert.deepEqual([code, JSON.parse(out).output], [0, 'for us\n{"region":"us","dry":true}'])
    assert.match(shown.out, /^calls +function report\nargs +\["us"\]\nkwargs +\{"dry":false\}$/m)
    assert.equal(
      (await server.cli.run(['jobs', 'edit', 'with function', '--function', 'report', '--url', 'http://x'])).code,
      2,
    )
    const unknown = await server.cli.run(['jobs', 'create', 'x', '--manual', '--function', 'nope'])
    assert.match(unknown.err, /there are: report, report:boom, report:crash/)
  })

  it('F35: a job whose function crashes three times is quarantined, and its owner can resume it', async () => {
    await server.cli.json([
      'jobs',
      'create',
      'poison',
      '--function',
      'report:crash',
      '--every',
      '1h',
      '--attempts',
      '9',
      '--retry-delay',
      '0s',
    ])
    server.cli.whileWaiting(...patience)

    const { code } = await server.cli.run(['jobs', 'run', 'poison', '--wait'])
    const poison = await server.cli.json<Job>(['jobs', 'show', 'poison'])
    const [report] = await server.cli.json<FunctionList['items']>(['functions', 'list'])
    await server.cli.run(['jobs', 'resume', 'poison'])

    assert.deepEqual([code, poison.state, poison.pause_reason], [1, 'paused', 'quarantined'])
    assert.deepEqual(report?.quarantined_jobs, [{ id: poison.id, name: 'poison' }])
    assert.equal((await server.cli.json<Job>(['jobs', 'show', 'poison'])).state, 'active')
  })
})
