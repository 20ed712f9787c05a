/** `carillon alerts`, `inbox`, `webhooks`, `slack`, `mail` and `deliveries` against a real server, receiver and mail server. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type { JobAlerts } from '../../src/api/contract/alerts.ts'
import type { Delivery, NewWebhook, Webhook } from '../../src/api/contract/channels.ts'
import type { Notification } from '../../src/api/contract/inbox.ts'
import { type CliServer, startCliServer, turns } from '../support/cli-server.ts'
import { type MailBox, mailBox } from '../support/mail-box.ts'
import { httpTarget, type Received, type TargetServer } from '../support/targets.ts'

let server: CliServer
let receiver: TargetServer
let box: MailBox
let status = 204
let arrived = Promise.withResolvers<Received>()

before(async () => {
  receiver = await httpTarget((request, response) => {
    const isTarget = request.path === '/broken'
    response.statusCode = isTarget ? 500 : status
    response.end()
    if (!isTarget) arrived.resolve(request)
  })
  box = await mailBox()
  server = await startCliServer({
    MAIL_ENABLED: 'true',
    MAIL_SERVER: '127.0.0.1',
    MAIL_PORT: String(box.port),
    MAIL_USE_TLS: 'false',
    MAIL_DEFAULT_SENDER: 'carillon@example.com',
  })
})
after(async () => {
  await server.stop()
  await Promise.all([receiver.close(), box.close()])
})

/** What the receiver got while the command waited for it. */
const received = async (args: readonly string[]) => {
  arrived = Promise.withResolvers()
  server.cli.whileWaiting(() => arrived.promise, ...turns)
  const ran = await server.cli.run(args)
  return { ran, request: await arrived.promise }
}

/** As the receivers of Standard Webhooks judge it: any of the signatures is enough. */
const isSignedWith = (secret: string, { headers, body }: Received): boolean => {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const wanted = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  return String(headers['webhook-signature']).split(' ').includes(wanted)
}

describe('webhooks', () => {
  it('are made, tried, given another secret beside the first, and deleted', async () => {
    const { cli } = server
    const made = await cli.run(['webhooks', 'create', 'desk', '--url', `${receiver.origin}/hook`])
    const first = /shown only now: (whsec_\S+)$/m.exec(made.out)?.[1] ?? assert.fail(made.out + made.err)

    const one = await received(['webhooks', 'test', 'desk'])
    assert.match(one.ran.out, /^Sent to /, one.ran.err)
    assert.ok(isSignedWith(first, one.request))
    assert.equal(JSON.parse(one.request.body).type, 'test')

    const rotated = await cli.json<NewWebhook>(['webhooks', 'rotate', 'desk', '--keep', '1h'])
    const two = await received(['webhooks', 'test', 'desk'])
    assert.ok(isSignedWith(first, two.request) && isSignedWith(rotated.new_secret ?? '', two.request))
    const last = await cli.json<NewWebhook>(['webhooks', 'rotate', 'desk', '--keep', '0s'])
    const three = await received(['webhooks', 'test', 'desk'])
    assert.ok(isSignedWith(last.new_secret ?? '', three.request) && !isSignedWith(first, three.request))

    assert.match((await cli.run(['webhooks', 'list'])).out, /^desk +http:\/\/127\.0\.0\.1:\d+\/hook +yes /m)
    const off = await cli.json<Webhook>(['webhooks', 'edit', 'desk', '--name', 'front desk', '--disable'])
    assert.deepEqual([off.name, off.enabled], ['front desk', false])
    assert.equal((await cli.run(['webhooks', 'test', 'front desk'])).code, 5)
    assert.equal((await cli.run(['webhooks', 'edit', 'front desk'])).code, 2)
    assert.equal((await cli.run(['webhooks', 'delete', 'front desk'])).out, 'Deleted front desk')
    assert.equal((await cli.run(['webhooks', 'test', 'front desk'])).code, 4)
  })
})

describe('deliveries', () => {
  it('tell what was given up and why, and go again', async () => {
    const { cli } = server
    await cli.run(['webhooks', 'create', 'gone', '--url', `${receiver.origin}/gone`])
    status = 410
    const failed = await received(['webhooks', 'test', 'gone'])
    status = 204

    assert.deepEqual([failed.ran.code, failed.ran.err], [1, 'carillon: The webhook answered 410.'])
    const list = await cli.json<Delivery[]>(['deliveries', 'list', '--state', 'failed', '--channel', 'webhook'])
    const [one] = list
    const shown = await cli.run(['deliveries', 'show', one?.id ?? ''])
    assert.match(shown.out, /^state +failed$/m)
    assert.match(shown.out, /^last error +The webhook answered 410\.$/m)
    assert.equal((await cli.run(['deliveries', 'retry'])).code, 2)

    arrived = Promise.withResolvers()
    assert.equal((await cli.run(['deliveries', 'retry', '--failed'])).out, 'Trying 1 again.')

    assert.equal((await arrived.promise).headers['webhook-id'], one?.id)
    assert.equal((await cli.run(['deliveries', 'retry', one?.id ?? ''])).code, 5)
    await cli.run(['webhooks', 'delete', 'gone'])
  })
})

describe('mail', () => {
  it('of a test reaches whoever asks', async () => {
    server.cli.whileWaiting(...turns, ...turns, ...turns)

    const { out, err } = await server.cli.run(['mail', 'test'])

    assert.match(out, /^Sent to .+@.+\.$/, err)
    assert.equal(box.mails.at(-1)?.parsed.subject, '🔔 Test message of Carillon')
  })
})

describe('slack', () => {
  it('is shown masked, changed in parts, and not tried while it is off', async () => {
    const { cli } = server
    const url = 'https://hooks.slack.com/services/T/B/secret'
    const set = await cli.run(['slack', 'set', '--url-stdin', '--channel', '#jobs'], { input: url })
    const shown = await cli.run(['slack', 'show'])
    const test = await cli.run(['slack', 'test'])
    const nothing = await cli.run(['slack', 'set'])

    assert.equal(set.out, shown.out)
    assert.equal(shown.out, 'on       no\naddress  https://hooks.slack.com/****\nchannel  #jobs')
    assert.deepEqual([test.code, nothing.code], [5, 2])
  })
})

describe('alerts', () => {
  it('are set by names, shown, snoozed and woken, and what is not given stays', async () => {
    const { cli } = server
    await server.create('watched')
    await cli.run(['webhooks', 'create', 'incident desk', '--url', `${receiver.origin}/hook`])
    const rules = [
      '--rule',
      'failures:3=slack,mail:ops@example.com',
      '--rule',
      'late:5m=inbox:admin,webhook:incident desk',
    ]

    const set = await cli.run(['alerts', 'set', 'watched', '--mail', 'ada@example.com', '--mail-on', 'both', ...rules])

    assert.match(set.out, /^announced +problems$/m, set.err)
    assert.match(set.out, /^mail +ada@example\.com on failure and success$/m)
    assert.match(set.out, /^rule +failures 3: slack, mail ops@example\.com$/m)
    assert.match(set.out, /^rule +late 5m: webhook [0-9a-f-]{36}, inbox [0-9a-f-]{36}$/m)
    assert.match((await cli.run(['alerts', 'snooze', 'watched', '2h'])).out, /^watched is snoozed until \d{4}-/)
    assert.match((await cli.run(['alerts', 'show', 'watched'])).out, /^snoozed until +\d{4}-/m)
    assert.equal((await cli.run(['alerts', 'snooze', 'watched', 'off'])).out, 'watched is told of again')
    const quiet = await cli.json<JobAlerts>(['alerts', 'set', 'watched', '--mail', 'none', '--announce', 'none'])
    assert.deepEqual([quiet.mail, quiet.announce, quiet.rules.length], [null, 'none', 2])

    await server.create('alike')
    const copied = await cli.run(['alerts', 'set', 'alike', '--file', '-', '--json'], { input: JSON.stringify(quiet) })
    assert.deepEqual(JSON.parse(copied.out), { ...quiet, version: 2 })
    const none = await cli.json<JobAlerts>(['alerts', 'set', 'alike', '--rule', 'none'])
    assert.deepEqual(none.rules, [])
  })

  it('that make no sense are refused with what would be right', async () => {
    const { cli } = server
    await server.create('senseless')
    for (const [flags, code, said] of [
      [['--rule', 'failures=slack'], 2, /write what is told/],
      [['--rule', 'failure:3=slack'], 2, /write what is told/],
      [['--rule', 'failure=pigeon'], 2, /"pigeon" is no way/],
      [['--rule', 'late:5=slack'], 2, /length of time with its unit/],
      [['--rule', 'failure=webhook:nobody'], 4, /no webhook channel is called "nobody"/],
      [['--rule', 'failure=inbox:nobody'], 4, /no user is called "nobody"/],
      [['--rule', 'none', '--rule', 'failure=slack'], 2, /none stands alone/],
      [['--mail-on', 'success'], 2, /give --mail as well/],
      [[], 2, /nothing to change/],
      [['--mail', 'nobody'], 2, /alerts\.mail\.to\[0\]/],
    ] as const) {
      const { code: got, err } = await cli.run(['alerts', 'set', 'senseless', ...flags])
      assert.equal(got, code, `${flags.join(' ')}: ${err}`)
      assert.match(err, said)
    }
    assert.equal((await cli.run(['alerts', 'snooze', 'senseless', 'a while'])).code, 2)
  })
})

describe('inbox', () => {
  it('shows what became of a job that was born with its alerts; read and deleted it is gone', async () => {
    const { cli } = server
    const { id } = await cli.json<NewWebhook>(['webhooks', 'create', 'told', '--url', `${receiver.origin}/told`])
    const via = { webhooks: [id] }
    const job = {
      name: 'failing',
      schedules: [{ kind: 'manual' }],
      target: { kind: 'http', url: `${receiver.origin}/broken` },
      policies: { retry: { attempts: 1 } },
      alerts: { rules: [{ on: 'failure', via }] },
    }
    const created = await cli.run(['jobs', 'create', '--file', '-'], { input: JSON.stringify(job) })
    assert.equal(created.code, 0, created.err)

    arrived = Promise.withResolvers()
    await cli.run(['jobs', 'run', 'failing'])
    const told = JSON.parse((await arrived.promise).body)

    assert.deepEqual([told.type, told.data.job.name], ['job.failed', 'failing'])
    const list = await cli.run(['inbox', 'list', '--unread'])
    assert.match(list.out, /error +no +Job Failed: Job "failing" failed: /)
    const [one] = await cli.json<Notification[]>(['inbox', 'list'])
    assert.equal((await cli.run(['inbox', 'read', one?.id ?? ''])).out, 'Read 1.')
    assert.equal((await cli.run(['inbox', 'list', '--unread'])).out, 'Nothing.')
    assert.equal((await cli.run(['inbox', 'read', '--all'])).out, 'Read 0.')
    assert.equal((await cli.run(['inbox', 'delete', '--read'])).out, 'Deleted 1.')
    assert.equal((await cli.run(['inbox', 'delete', one?.id ?? ''])).code, 4)
    for (const args of [['read'], ['delete'], ['read', one?.id ?? '', '--all']])
      assert.equal((await cli.run(['inbox', ...args])).code, 2)
  })
})
