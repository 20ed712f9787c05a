/** Targets that take an attempt over: what they are told, and what their 202 means. */
import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { httpExecutor, type TestExecutor } from '../../tests/support/http-runner.ts'
import { anAssignment, aTarget, httpTarget, type TargetServer } from '../../tests/support/targets.ts'
import type { HttpTarget } from '../domain/target.ts'

const REPORT: Partial<HttpTarget> = { completion: { mode: 'report', deadlineMs: 60_000 } }

let server: TargetServer
let executor: TestExecutor
before(async () => {
  server = await httpTarget(({ path, headers }, response) => {
    if (path === '/away') response.writeHead(307, { location: `http://localhost:${server.port}/202` })
    else response.statusCode = Number(path.slice(1))
    response.end(path === '/202' ? `job 7 ${headers['carillon-report-token']}` : undefined)
  })
  executor = httpExecutor()
})
after(async () => {
  await executor.close()
  await server.close()
})

const call = (path: string, more: Partial<HttpTarget> = REPORT, attempt = 1) =>
  executor.execute(anAssignment(aTarget(server.origin + path, more), { attempt }))

it('a 202 in the mode `report` is no outcome yet, and what it said is kept without the token', async () => {
  const outcome = await call('/202')

  assert.deepEqual([outcome.kind, outcome.statusCode, outcome.output], ['accepted', 202, 'job 7 [redacted]'])
})

it('the target is told where to report, with a token for this attempt', async () => {
  await call('/200', REPORT, 3)

  const { headers } = server.received.at(-1) ?? assert.fail('nothing came')
  assert.equal(
    headers['carillon-report-url'],
    'https://carillon.example/api/v3/executions/01990000-0000-7000-8000-000000000001/reports',
  )
  assert.equal(headers['carillon-report-token'], 'report-token-of-attempt-3')
})

it('any other answer ends the attempt at once: an early result is welcome', async () => {
  const outcomes = [await call('/200'), await call('/204'), await call('/500')]

  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['success', 'success', 'failure'],
  )
})

it('without the mode a 202 is a success like other ones, and no token is made', async () => {
  const outcome = await call('/202', {})

  assert.deepEqual([outcome.kind, outcome.output], ['success', 'job 7 undefined'])
})

it('S50: the token stays behind when a redirect leads to another origin, so a 202 from there is the answer', async () => {
  const outcome = await call('/away')

  assert.deepEqual([outcome.kind, outcome.output], ['success', 'job 7 undefined'])
})
