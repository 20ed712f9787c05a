/** A server as a process, asked by a client of the document on both of its ports, and started again. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startApp } from '../../../src/app.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { tempFolder } from '../../support/temp-store.ts'

const starting = (folder: string, changes: Readonly<Record<string, string>> = {}) =>
  startApp(
    loadConfig({
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_URL: `sqlite:${join(folder, 'c.db')}`,
      SECRET_KEY: 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi',
      SCHEDULER_TIMEZONE: 'UTC',
      LOG_LEVEL: 'silent',
      SCHEDULER_API_ENABLED: 'true',
      APSCHEDULER_PORT: '0',
      ...changes,
    }),
    { demo: false },
  )

/** As `curl` sends it. */
const ask = async (url: string, method = 'GET', body?: string) => {
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' }
  const reply = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
  const text = await reply.text()
  return { status: reply.status, body: text === '' ? null : JSON.parse(text) }
}

test('a client finds the sample job on the port of its own, runs it, and finds its jobs again after a restart', async (t) => {
  const folder = tempFolder(t)
  let app = await starting(folder)
  try {
    const own = String(app.apschedulerUrl)
    assert.deepEqual(await ask(`${own}/api/health`), {
      status: 200,
      body: { status: 'running', scheduler_running: true, scheduled_jobs_count: 1 },
    })
    assert.equal((await ask(`${app.url}/api/health`)).body.status, 'healthy')
    for (const path of ['/api/v3/jobs', '/docs', '/api/jobs', '/healthz', '/'])
      assert.equal((await ask(own + path)).status, 404, path)

    const [sample] = (await ask(`${own}/scheduler/jobs`)).body
    assert.deepEqual([sample.id, sample.name, sample.trigger], ['sample_task', 'task', 'interval[0:00:05]'])
    const run = await ask(`${own}/scheduler/jobs/sample_task/run`, 'POST')
    assert.deepEqual([run.status, run.body.execution_status, run.body.state], [200, 'success', 'running'])

    const example = `{
    "id": "cleanup_task",
    "func": "cronzimus.controller.task:task",
    "trigger": "interval",
    "minutes": 60
  }`
    assert.equal((await ask(`${own}/scheduler/jobs`, 'POST', example)).body.status, 'added')
    assert.equal((await ask(`${app.url}/scheduler/jobs/sample_task`, 'DELETE')).body.status, 'removed')
    assert.equal((await ask(`${own}/scheduler/shutdown`, 'POST')).status, 204)
  } finally {
    await app.stop()
  }

  app = await starting(folder)
  try {
    const own = String(app.apschedulerUrl)
    assert.equal((await ask(`${own}/scheduler`)).body.running, false, 'a shutdown outlives a restart')
    assert.equal((await ask(`${own}/scheduler/start`, 'POST')).status, 204)
    const { body } = await ask(`${own}/scheduler/jobs`)
    assert.deepEqual(
      body.map(({ id, trigger }: Record<string, string>) => [id, trigger]),
      [['cleanup_task', 'interval[1:00:00]']],
      'and the sample job that was removed does not come back',
    )
  } finally {
    await app.stop()
  }
})

test('the port is there without the switch, which only /scheduler needs', async (t) => {
  const folder = tempFolder(t)
  const app = await starting(folder, { SCHEDULER_API_ENABLED: 'false' })
  try {
    assert.equal((await ask(`${app.apschedulerUrl}/api/health`)).body.status, 'running')
    assert.equal((await ask(`${app.apschedulerUrl}/scheduler/jobs`)).status, 404)
  } finally {
    await app.stop()
  }
})
