/** What ran, as clients of either prefix see it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/domain/ids.ts'
import { aJob } from '../../support/api-world.ts'
import { HOUR, runWaiting } from '../../support/services-world.ts'
import { aTeam, PREFIXES, type Prefix, refused, type TeamWorld } from './world.ts'

const TOMORROW = '2026-11-21'

/** A job made over our own API; `run` starts it by hand a quarter of an hour later, and ends it so. */
const newJob = async ({ ask, admin, world }: TeamWorld, name: string, changes: Record<string, unknown> = {}) => {
  const made = await ask('POST', '/jobs', { token: admin.token, body: aJob({ name, ...changes }) })
  assert.equal(made.status, 201, made.text)
  const { id } = made.body
  const run = async (ending: 'success' | 'failed' | 'running' | 'pending'): Promise<string> => {
    world.clock.advance(HOUR / 4)
    const actor = await world.services.sessions.authenticate(admin.token)
    const execution = await world.services.jobs.run(actor, id)
    if (ending !== 'pending') await runWaiting(world, ending)
    return execution.id
  }
  return { id, run }
}

const aWorkshop = async (t: Parameters<typeof aTeam>[0], prefix: Prefix) => {
  const team = await aTeam(t, prefix)
  const viewer = await team.colleague('viewer')
  const get = (path: string) => team.team('GET', path, { token: viewer.token })
  const ids = async (path: string) => {
    const reply = await get(path)
    assert.equal(reply.status, 200, reply.text)
    return reply.body.executions.map(({ id }: { id: string }) => id)
  }
  const alpha = await newJob(team, 'alpha')
  const beta = await newJob(team, 'beta', { target: { kind: 'function', function: 'report' } })
  const good = await alpha.run('success')
  const bad = await alpha.run('failed')
  const other = await beta.run('success')
  return { ...team, get, ids, alpha, beta, good, bad, other }
}

for (const prefix of PREFIXES) {
  test(`${prefix}: an execution is told in the words of the document, by itself and below its job`, async (t) => {
    const { get, alpha, beta, good, bad, other } = await aWorkshop(t, prefix)

    const one = await get(`/executions/${bad}`)
    assert.deepEqual(one.body.execution, {
      id: bad,
      job_id: alpha.id,
      status: 'failed',
      trigger_type: 'manual',
      started_at: '2026-11-20T10:00:00.005+00:00',
      completed_at: '2026-11-20T10:00:00.047+00:00',
      duration_seconds: 0.042,
      execution_type: 'webhook',
      target: 'https://example.com/report',
      response_status: 500,
      error_message: 'Webhook returned status 500',
      output: 'body',
      job_name: 'alpha',
      github_repo: null,
    })
    const below = await get(`/jobs/${alpha.id}/executions/${good}`)
    assert.deepEqual(below.body.job, { id: alpha.id, name: 'alpha' })
    assert.deepEqual([below.body.execution.job_name, below.body.execution.status], ['alpha', 'success'])
    assert.equal(below.body.execution.error_message, null)
    assert.equal((await get(`/executions/${other}`)).body.execution.target, 'report')

    for (const id of [newId(), 'nonsense']) {
      refused(await get(`/executions/${id}`), 404, 'Execution not found', `No execution found with ID: ${id}`)
      refused(await get(`/jobs/${alpha.id}/executions/${id}`), 404, 'Execution not found')
      for (const path of ['', `/${good}`, '/stats'])
        refused(await get(`/jobs/${id}/executions${path}`), 404, 'Job not found', `No job found with ID: ${id}`)
    }
    refused(await get(`/jobs/${beta.id}/executions/${good}`), 404, 'Execution not found')
  })

  test(`${prefix}: those of a job come newest first, filtered and bounded`, async (t) => {
    const { get, ids, alpha, good, bad } = await aWorkshop(t, prefix)
    const of = (query: string) => ids(`/jobs/${alpha.id}/executions${query}`)

    const { executions, ...rest } = (await get(`/jobs/${alpha.id}/executions?limit=1`)).body
    assert.deepEqual(rest, { job_id: alpha.id, job_name: 'alpha', total_executions: 1 })
    assert.deepEqual([executions[0].id, executions[0].output], [bad, 'body'])

    const waits = await alpha.run('pending')
    assert.deepEqual(await of(''), [waits, bad, good])
    assert.deepEqual(await of('?status=success, failed'), [bad, good])
    assert.deepEqual(await of('?status=running'), [waits])
    assert.deepEqual(await of('?status=nonsense'), [])
    assert.deepEqual(await of('?trigger_type=scheduled'), [])
    assert.deepEqual(await of('?trigger_type=manual&from=2026-11-20T10:00:00Z&to=2026-11-20T10:15:00Z'), [bad])
    assert.deepEqual(await of(`?from=${TOMORROW}`), [])
  })

  test(`${prefix}: those of all jobs come in pages by number, with totals`, async (t) => {
    const { get, ids, alpha, good, bad, other } = await aWorkshop(t, prefix)

    const { executions, ...rest } = (await get('/executions?limit=2')).body
    assert.deepEqual(rest, { total: 3, page: 1, limit: 2, total_pages: 2 })
    assert.deepEqual(
      executions.map(({ id, job_name }: Record<string, string>) => [id, job_name]),
      [
        [other, 'beta'],
        [bad, 'alpha'],
      ],
    )
    assert.deepEqual(await ids('/executions?limit=2&page=2'), [good])
    assert.deepEqual(await ids('/executions?page=99'), [])
    assert.equal((await get('/executions')).body.limit, 20)
    assert.deepEqual(await ids(`/executions?job_id=${alpha.id}&status=success`), [good])
    assert.deepEqual(await ids('/executions?job_id=nonsense'), [])
    assert.deepEqual(await ids('/executions?execution_type=webhook&to=2026-11-20'), [other, bad, good])
    assert.deepEqual(await ids('/executions?execution_type=github_actions'), [])
  })

  test(`${prefix}: sums of a job, and of all jobs in a range`, async (t) => {
    const { get, alpha, bad } = await aWorkshop(t, prefix)

    const stats = (await get(`/jobs/${alpha.id}/executions/stats`)).body
    assert.equal(stats.latest_execution.id, bad)
    assert.deepEqual(stats.statistics, {
      total_executions: 2,
      success_count: 1,
      failed_count: 1,
      running_count: 0,
      success_rate: 50,
      average_duration_seconds: 0.042,
    })
    const all = (await get('/executions/statistics')).body
    assert.deepEqual(all, {
      total_executions: 3,
      successful_executions: 2,
      failed_executions: 1,
      running_executions: 0,
      success_rate: 200 / 3,
      average_duration_seconds: 0.042,
      range: { from: null, to: null },
    })
    const none = (await get(`/executions/statistics?from=${TOMORROW}&to=${TOMORROW}`)).body
    assert.deepEqual(none.range, { from: '2026-11-21T00:00:00', to: '2026-11-22T00:00:00' })
    assert.deepEqual([none.total_executions, none.success_rate, none.average_duration_seconds], [0, 0, 0])
    assert.equal((await get(`/executions/statistics?job_id=${alpha.id}`)).body.total_executions, 2)
    assert.equal((await get('/executions/statistics?job_id=nonsense')).body.total_executions, 0)
  })

  test(`${prefix}: wrong dates and numbers are refused or brought into bounds`, async (t) => {
    const team = await aTeam(t, prefix)
    const { id } = await newJob(team, 'alpha')
    const get = (path: string) => team.team('GET', path, { token: team.admin.token })

    for (const path of ['/executions', '/executions/statistics', `/jobs/${id}/executions`]) {
      refused(await get(`${path}?from=yesterday`), 400, 'Invalid date')
      refused(await get(`${path}?from=2026-11-21&to=2026-11-20`), 400, 'Invalid date range')
      assert.equal((await team.team('GET', path)).status, 401)
    }
    for (const [query, shown] of [
      ['page=0', [1, 20]],
      ['limit=0', [1, 1]],
      ['limit=201', [1, 200]],
    ] as const) {
      const reply = await get(`/executions?${query}`)
      if (team.isFirst) assert.deepEqual([reply.body.page, reply.body.limit], shown)
      else refused(reply, 422, `Invalid ${query.split('=')[0]}`)
    }
    assert.equal((await get(`/jobs/${id}/executions?limit=201`)).status, team.isFirst ? 200 : 422)
    assert.equal((await get(`/jobs/${id}/executions/stats`)).body.latest_execution, null)
  })
}
