/** Targets from end to end: a job made on the command line, a real receiver, and what becomes of it. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type { ExecutionDetail } from '../../src/api/contract/executions.ts'
import { type CliServer, startCliServer, turns } from '../support/cli-server.ts'
import { httpTarget, type Received, type TargetServer } from '../support/targets.ts'

let server: CliServer
let receiver: TargetServer
/** What the receiver does before it answers, by path. */
const before202: Record<string, (request: Received) => Promise<void>> = {}

before(async () => {
  server = await startCliServer()
  receiver = await httpTarget(async (request, response) => {
    const [path = ''] = request.path.split('?')
    await before202[path]?.(request)
    response.statusCode = request.headers['carillon-report-url'] === undefined ? 200 : 202
    response.end('heard')
  })
})
after(async () => {
  await server.stop()
  await receiver.close()
})

const create = (name: string, path: string, ...flags: string[]) =>
  server.cli.run(['jobs', 'create', name, '--manual', '--url', receiver.origin + path, ...flags])

const run = async (name: string): Promise<ExecutionDetail> => {
  server.cli.whileWaiting(...turns)
  return JSON.parse((await server.cli.run(['jobs', 'run', name, '--wait', '--json'])).out)
}

const lastRequest = (): Received => receiver.received.at(-1) ?? assert.fail('nothing came')

const report = (request: Received, body: Record<string, unknown>) =>
  fetch(String(request.headers['carillon-report-url']), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'carillon-report-token': String(request.headers['carillon-report-token']),
    },
    body: JSON.stringify({ attempt: Number(request.headers['carillon-attempt']), ...body }),
  })

const showUntil = async (id: string, right: (run: ExecutionDetail) => boolean): Promise<ExecutionDetail> => {
  for (;;) {
    const shown = await server.cli.json<ExecutionDetail>(['runs', 'show', id])
    if (right(shown)) return shown
  }
}

describe('asynchronous completion', () => {
  it('the run goes on after the 202, tells how far it is, and ends with the report', async () => {
    await create('export', '/export', '--method', 'POST', '--report-within', '10m')
    const started = JSON.parse((await server.cli.run(['jobs', 'run', 'export', '--json'])).out) as ExecutionDetail
    await receiver.requests(1)
    const request = lastRequest()
    const taken = await showUntil(started.id, ({ report_due_at }) => report_due_at !== null)
    assert.deepEqual([taken.status, taken.status_code], ['running', 202])

    const progress = await report(request, {
      status: 'progress',
      progress_percent: 40,
      message: 'half way',
      log: ['row 1'],
    })
    const show = await server.cli.run(['runs', 'show', started.id])
    const end = await report(request, { status: 'success', output: '7 rows', log: ['row 7'] })
    const ended = await server.cli.json<ExecutionDetail>(['runs', 'show', started.id])
    const late = await report(request, { status: 'failed' })

    assert.deepEqual([progress.status, end.status, late.status], [200, 200, 409])
    assert.match(show.out, /^progress +40 %, half way$/m)
    assert.match(show.out, /^reports until +\d{4}-/m)
    assert.match(show.out, /^row 1$/m)
    assert.deepEqual([ended.status, ended.output, ended.log], ['success', '7 rows', ['row 1', 'row 7']])
  })

  it('a report that is sent before the 202 is not lost', async () => {
    before202['/early'] = async (request) => {
      assert.equal((await report(request, { status: 'success', output: 'early' })).status, 200)
    }
    await create('early', '/early', '--method', 'POST', '--report-within', '10m')

    const ended = await run('early')

    assert.deepEqual([ended.status, ended.output, ended.attempt], ['success', 'early', 1])
  })
})

describe('a signing secret', () => {
  it('is shown once, signs, and is changed by a command', async () => {
    const made = await create('signed', '/signed', '--method', 'POST', '--text-body', 'hello', '--sign')
    const [, secret = ''] = /Signing secret, shown only now: (whsec_\S+)$/m.exec(made.out) ?? []
    await run('signed')
    const { headers, body } = lastRequest()
    const expected = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
      .digest('base64')

    const rotated = await server.cli.run(['jobs', 'rotate-signing-secret', 'signed', '--keep', '1h'])
    await run('signed')

    assert.equal(headers['webhook-signature'], `v1,${expected}`)
    assert.match(rotated.out, /^Changed the signing secret of signed; the former one signs until \d{4}-/)
    assert.match(rotated.out, /whsec_/)
    assert.equal(String(lastRequest().headers['webhook-signature']).split(' ').length, 2)
    assert.doesNotMatch((await server.cli.run(['jobs', 'show', 'signed'])).out, /whsec_/)
  })
})

describe('what is sent', () => {
  it('a form, filled in', async () => {
    await create(
      'a form',
      '/form',
      '--method',
      'POST',
      '--meta',
      'team=R&D',
      '--form',
      'team={{metadata.team}}',
      '--form',
      'b=2',
    )

    await run('a form')

    assert.equal(lastRequest().headers['content-type'], 'application/x-www-form-urlencoded')
    assert.deepEqual(Object.fromEntries(new URLSearchParams(lastRequest().body)), { team: 'R&D', b: '2' })
  })

  it('XML, filled in', async () => {
    await create('xml', '/xml/{{attempt}}', '--method', 'POST', '--xml-body', '<job n="{{job.name}}"/>')

    await run('xml')

    assert.deepEqual([lastRequest().path, lastRequest().body], ['/xml/1', '<job n="xml"/>'])
    assert.equal(lastRequest().headers['content-type'], 'application/xml; charset=utf-8')
  })
})
