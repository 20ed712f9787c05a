/** Dialects on a whole server, with its engine, targets that answer badly or never, and a mail server. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { mailBox } from '../support/mail-box.ts'
import { type Served, served } from '../support/served.ts'
import { PASSWORD } from '../support/services-world.ts'
import type { Cleanup } from '../support/temp-store.ts'

const MOST_LOOKS = 20_000

const target = async (t: Cleanup): Promise<string> => {
  const server = createServer((request, response) => {
    // `/never` is left without an answer, `/gone` is hung up on.
    if (request.url === '/gone') request.socket.destroy()
    else if (request.url !== '/never') response.writeHead(Number(request.url?.slice(1))).end()
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('cron2: what a target answers is the status, 408 and 500 stand for no answer; the owner is written to', async (t) => {
  const url = await target(t)
  const box = await mailBox()
  t.after(box.close)
  const { ask, ended } = await served(t, {
    MAIL_ENABLED: 'true',
    MAIL_SERVER: '127.0.0.1',
    MAIL_PORT: String(box.port),
    MAIL_USE_TLS: 'false',
    MAIL_DEFAULT_SENDER: 'carillon@example.com',
  })
  const { body } = await ask('POST', '//v1/signup', {
    body: { email: 'ada@example.com', fullname: 'Ada', password: PASSWORD },
  })
  const token = body.access_token
  const statusOf = async (job: object, policies: object = {}): Promise<number> => {
    const made = await ask('POST', '//v1/cron-jobs', { token, body: { timezone: 'UTC', hours: 5, ...job } })
    assert.equal(made.status, 201, made.text)
    if (Object.keys(policies).length > 0) await ask('PATCH', `/jobs/${made.body._id}`, { token, body: { policies } })
    const run = await ask('POST', `/jobs/${made.body._id}/run`, { token })
    await ended(token, run.body.id)
    return (await ask('GET', `//v1/response/${run.body.id}`, { token })).body.status
  }

  assert.equal(await statusOf({ url: `${url}/204` }), 204)
  assert.equal(await statusOf({ url: `${url}/304` }), 304)
  assert.equal(box.mails.length, 0)
  assert.equal(await statusOf({ url: `${url}/400`, notify_on_error: false }), 400)
  assert.equal(await statusOf({ url: `${url}/503` }), 503)
  assert.equal(await statusOf({ url: `${url}/gone`, notify_on_error: false }), 500)
  assert.equal(await statusOf({ url: `${url}/never`, notify_on_error: false }, { timeout_seconds: 0.2 }), 408)
  for (let look = 0; box.mails.length === 0 && look < MOST_LOOKS; look++) await ask('GET', '/me', { token })
  assert.deepEqual(
    box.mails.map(({ to }) => to),
    [['ada@example.com']],
  )
  assert.match(box.mails[0]?.parsed.text ?? '', /503/)
})

test('chronos and v3: a job of the type email sends its message to each recipient; breaks of line are refused', async (t) => {
  const box = await mailBox()
  t.after(box.close)
  const { ask } = await served(t, {
    MAIL_ENABLED: 'true',
    MAIL_SERVER: '127.0.0.1',
    MAIL_PORT: String(box.port),
    MAIL_USE_TLS: 'false',
    MAIL_DEFAULT_SENDER: 'carillon@example.com',
  })
  const { token } = (
    await ask('POST', '//users/create', {
      body: { username: 'ada', email: 'ada@example.com', password: PASSWORD },
    })
  ).body
  const payload = { to: ['bob@example.com', 'eve@example.com'], subject: 'Weekly', text: 'All is well.' }

  const { body } = await ask('POST', '//jobs/submit', { token, body: { type: 'email', payload } })
  const job = await over(ask, token, body.job.jobID)

  assert.deepEqual([job.type, job.status], ['email', 'completed'])
  assert.deepEqual(
    box.mails.map(({ to, parsed }) => [to, parsed.subject, parsed.text?.trim()]),
    payload.to.map((to) => [[to], 'Weekly', 'All is well.']),
  )
  const { target: kept } = (await ask('GET', `/jobs/${job.jobID}`, { token })).body
  assert.deepEqual(kept, { kind: 'email', ...payload })
  const edited = await ask('PATCH', `/jobs/${job.jobID}`, { token, body: { target: { subject: 'Monthly' } } })
  assert.deepEqual(edited.body.target, { kind: 'email', ...payload, subject: 'Monthly' })
  for (const wrong of [
    { ...payload, subject: 'a\r\nBcc: mallory@example.com' },
    { ...payload, to: 'ada@example.com\r\nBcc: mallory@example.com' },
    { ...payload, to: 7 },
    { ...payload, subject: undefined },
  ]) {
    const reply = await ask('POST', '//jobs/submit', { token, body: { type: 'email', payload: wrong } })
    assert.equal(reply.status, 400, reply.text)
  }
  assert.equal(box.mails.length, 2)
})

test('chronos: a job that runs at once is completed or failed, and then neither cancelled nor rescheduled', async (t) => {
  const url = await target(t)
  const { ask } = await served(t, {})
  const { body } = await ask('POST', '//users/create', {
    body: { username: 'ada', email: 'ada@example.com', password: PASSWORD },
  })
  const { token } = body

  for (const [path, status] of [
    ['/204', 'completed'],
    ['/500', 'failed'],
  ] as const) {
    const submitted = await ask('POST', '//jobs/submit', { token, body: { url: url + path } })
    assert.equal(submitted.status, 201, submitted.text)
    const job = await over(ask, token, submitted.body.job.jobID)
    assert.deepEqual([job.status, job.nextRunAt, job.executions.length], [status, null, 1])
    assert.equal((await ask('DELETE', `//jobs/${job.jobID}`, { token })).status, 409)
    const again = { runAt: '2099-01-01T00:00:00Z' }
    assert.equal((await ask('PUT', `//jobs/${job.jobID}/reschedule`, { token, body: again })).status, 409)
  }
})

const over = async (ask: Served['ask'], token: string, id: string) => {
  for (let look = 0; look < MOST_LOOKS; look++) {
    const { job } = (await ask('GET', `//jobs/${id}`, { token })).body
    if (job.status === 'completed' || job.status === 'failed') return job
  }
  throw new Error(`The job ${id} did not end.`)
}
