/** S93: the secrets of GitHub, Slack, webhooks and mail go through a whole server, to receivers that quote them; none slips out. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { canary, signingKey, watch } from '../support/canary.ts'
import { TEST_AUTHORITY, TEST_CERTIFICATES, TEST_KEY } from '../support/certificates.ts'
import { cliWorld } from '../support/cli-world.ts'
import { githubServer } from '../support/github-server.ts'
import { mailBox, refusal } from '../support/mail-box.ts'
import { type Answer, served } from '../support/served.ts'
import { httpTarget } from '../support/targets.ts'
import { tempFolder } from '../support/temp-store.ts'

const ADMIN_PASSWORD = 'a fine long pass phrase'
const GIVEN = {
  serverToken: canary('github-server'),
  jobToken: canary('github-job'),
  nextToken: canary('github-next'),
  runToken: canary('github-run'),
  cancelledToken: canary('github-cancelled'),
  teamToken: canary('github-team'),
  importedToken: canary('github-imported'),
  refusedToken: `${canary('github-refused')} x`,
  slack: 'canary-slack-Xq7~Zr2_Lw4',
  nextSlack: 'canary-slack-next-Xq7~Zr2_Lw4',
  teamSlack: 'canary-slack-team-Xq7~Zr2_Lw4',
  refusedSlack: 'canary-slack-refused-Xq7~Zr2_Lw4',
  webhook: signingKey('webhook'),
  rotatedWebhook: signingKey('webhook rotated'),
  editedWebhook: signingKey('webhook edited'),
  refusedWebhook: 'canary-refused-webhook-Xq7~Zr2_Lw4',
  mailPassword: canary('mail'),
}

/** GitHub that quotes the token in what it refuses for `quote.yml`. */
const quotingGithub = async (t: TestContext) => {
  const github = await githubServer(Date.now)
  t.after(github.close)
  for (const [name, secret] of Object.entries(GIVEN)) if (name.endsWith('Token')) github.tokens.add(secret)
  github.workflows.add('long.yml')
  github.instead = ({ path, headers }) => {
    if (!path.includes('/quote.yml/')) return null
    const token = String(headers.authorization).replace('Bearer ', '')
    const said = [token, encodeURIComponent(token), ...['', 'a', 'ab'].map((before) => base64(before + token))]
    return {
      status: 422,
      body: { message: `No ref for ${said.join(' ')}` },
      headers: { 'x-said': headers.authorization ?? '' },
    }
  }
  return github
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Slack over TLS: an address that ends with `refuse` is quoted in every part of the answer. */
const quotingSlack = async (t: TestContext) => {
  const paths: string[] = []
  const server = createServer({ cert: TEST_CERTIFICATES.good, key: TEST_KEY }, ({ url = '' }, response) => {
    paths.push(url)
    if (url.endsWith('?refuse')) response.writeHead(400, `No ${url}`, { 'x-said': url, location: url })
    response.end(url)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const ca = join(tempFolder(t), 'authority.pem')
  writeFileSync(ca, TEST_AUTHORITY)
  return { origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, paths, ca }
}

test('S93, S94: tokens of GitHub, addresses of Slack, keys of webhooks and the password of mail stay where they belong', async (t) => {
  const github = await quotingGithub(t)
  const slack = await quotingSlack(t)
  const hook = await httpTarget(({ headers }, response) => {
    response.statusCode = 400
    response.end(JSON.stringify(headers))
  })
  t.after(hook.close)
  let lets = true
  const box = await mailBox({
    onAuth: ({ username, password }, _session, done) => {
      if (lets && password === GIVEN.mailPassword) done(null, { user: username })
      else done(refusal(535, `no such login ${password} ${base64(String(password))}`))
    },
  })
  t.after(box.close)
  const environment = {
    SECRET_KEY: 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi',
    DEFAULT_ADMIN_PASSWORD: ADMIN_PASSWORD,
    GITHUB_TOKEN: GIVEN.serverToken,
    GITHUB_API_URL: github.url,
    MAIL_ENABLED: 'true',
    MAIL_SERVER: '127.0.0.1',
    MAIL_PORT: String(box.port),
    MAIL_USE_TLS: 'false',
    MAIL_USERNAME: 'carillon',
    MAIL_PASSWORD: GIVEN.mailPassword,
    MAIL_DEFAULT_SENDER: 'carillon@example.com',
    EXPOSE_ERROR_DETAILS: 'true',
    LOG_LEVEL: 'trace',
  }
  const server = await served(t, {
    ...environment,
    NODE_EXTRA_CA_CERTS: slack.ca,
    // Node's own: it would print what is sent. `fetch` and `undici` print addresses, that of Slack too: see docs/guides/security.md.
    NODE_DEBUG: 'http,https,net,tls',
  })
  const { ask, show, note, leaks } = watch(server, GIVEN)
  const credentials = { login: 'admin', password: ADMIN_PASSWORD }
  const token: string = (await server.ask('POST', '/sessions', { body: credentials })).body.access_token
  const as = (method: string, path: string, body?: unknown, expect = 200): Promise<Answer> =>
    ask(method, path, { token, body, expect })

  // Where messages go. Each address and key is given, changed and refused.
  const slackAt = (secret: string, end = '') => ({ webhook_url: `${slack.origin}/services/T/B/${secret}${end}` })
  await as('PATCH', '/settings/slack', { ...slackAt(GIVEN.slack), enabled: true })
  await as('PATCH', '/settings/slack', { webhook_url: `http://x/${GIVEN.refusedSlack}` }, 422)
  const desk = { name: 'desk', url: `${hook.origin}/hook` }
  const { id: given } = (await as('POST', '/settings/webhooks', { ...desk, secret: GIVEN.webhook }, 201)).body
  await as('POST', '/settings/webhooks', { ...desk, name: 'x', secret: GIVEN.refusedWebhook }, 422)
  await as('POST', `/settings/webhooks/${given}/rotate`, { secret: GIVEN.rotatedWebhook })
  const wish = { token, headers: { 'idempotency-key': 'a-webhook' }, body: { ...desk, name: 'made' } }
  const newSecret = (name: string) => (body: Answer['body']) => ({ [name]: body.new_secret })
  const { id: made } = (await show('POST', '/settings/webhooks', wish, newSecret('made webhook secret'))).body
  await show('POST', '/settings/webhooks', wish, newSecret('made webhook secret'))
  await show('POST', `/settings/webhooks/${made}/rotate`, { token }, newSecret('made, rotated webhook secret'))
  await as('PATCH', `/settings/webhooks/${made}`, { secret: GIVEN.editedWebhook })

  const delivered = async (id: string): Promise<Answer['body']> => {
    for (;;) {
      const { body } = await server.ask('GET', `/deliveries/${id}`, { token })
      if (body.state !== 'waiting' || body.last_error !== null) return body
    }
  }
  const tried = async (path: string) => delivered((await as('POST', `/settings/${path}/test`, {}, 202)).body.id)
  assert.equal((await tried('slack')).state, 'sent')
  await as('PATCH', '/settings/slack', slackAt(GIVEN.nextSlack, '?refuse'))
  assert.deepEqual([(await tried('slack')).state, slack.paths.length], ['failed', 2])
  for (const id of [given, made]) assert.equal((await tried(`webhooks/${id}`)).state, 'failed')
  assert.equal((await tried('mail')).state, 'sent')
  lets = false
  await box.hangUp()
  assert.match((await tried('mail')).last_error, /did not accept the sign-in/)

  // Jobs with each kind of token.
  const jobOf = (name: string, more: object = {}) => ({
    name,
    schedules: [{ kind: 'cron', expression: '0 0 1 1 *', time_zone: 'UTC' }],
    target: { kind: 'github', owner: 'octo', repo: 'app', workflow: 'deploy.yml', ref: 'main', ...more },
  })
  const create = async (name: string, more: object): Promise<string> =>
    (await as('POST', '/jobs', jobOf(name, more), 201)).body.id
  const ofServer = await create('of the server', {})
  const ofServerQuoted = await create('of the server, quoted', { workflow: 'quote.yml' })
  const own = await create('own', { token: GIVEN.jobToken })
  const ownQuoted = await create('own, quoted', { token: GIVEN.jobToken, workflow: 'quote.yml' })
  const long = await create('long', { workflow: 'long.yml', success_when: 'concluded' })
  await as('POST', '/jobs', jobOf('refused', { token: GIVEN.refusedToken }), 422)
  const told = { on: 'success', via: { slack: true, webhooks: [given], mail: ['ops@example.com'] } }
  for (const id of [ofServer, ownQuoted])
    await as('PATCH', `/jobs/${id}/alerts`, { rules: [told, { ...told, on: 'failure' }] })

  const run = async (id: string, target = {}, headers = {}): Promise<string> =>
    (await ask('POST', `/jobs/${id}/run`, { token, headers, body: { target }, expect: 202 })).body.id
  const runs = [await run(ofServer), await run(ofServerQuoted), await run(own), await run(ownQuoted)]
  const key = { 'idempotency-key': 'a-run' }
  const overridden = await run(own, { token: GIVEN.runToken }, key)
  assert.equal(await run(own, { token: GIVEN.runToken }, key), overridden)
  runs.push(overridden, await run(ofServer, { token: GIVEN.runToken, workflow: 'quote.yml' }))
  const ended = []
  for (const id of runs) ended.push(await server.ended(token, id))
  assert.deepEqual(
    ended.map(({ status }) => status),
    ['success', 'failed', 'success', 'failed', 'success', 'failed'],
  )
  for (const { error } of [ended[1], ended[3], ended[5]]) assert.match(error, /No ref for \[redacted\]/)
  await as('POST', '/targets/test', { owner: 'octo', repo: 'app', workflow: 'quote.yml' })

  // Changed, undone, exported, imported, and a run that is looked at on its way and then cancelled.
  await as('PATCH', `/jobs/${own}`, { target: { kind: 'github', token: GIVEN.nextToken } })
  await as('POST', `/jobs/${own}/undo`, {})
  await as('POST', `/jobs/${own}/clone`, {}, 201)
  const rows = (await as('GET', '/jobs/export')).body.jobs
  const exported = rows.find(({ name }: { name: string }) => name === 'own')
  const importing = {
    jobs: [{ ...exported, name: 'imported' }],
    secrets: { [exported.target.token.fingerprint]: GIVEN.importedToken },
  }
  await as('POST', '/jobs/import', importing, 201)
  const count = github.dispatched.length
  const cancelled = await run(long, { token: GIVEN.cancelledToken })
  while (github.dispatched.length === count) await server.ask('GET', '//healthz')
  for (const [name, bytes] of server.files()) note(`${name} while a workflow runs`, bytes)
  await as('GET', `/executions/${cancelled}`)
  await as('POST', `/executions/${cancelled}/cancel`)

  // The same in the words of the team dialect.
  const workflow = { github_owner: 'octo', github_repo: 'app', github_workflow_name: 'deploy.yml' }
  for (const prefix of ['//api', '//api/v2']) {
    await as('PUT', `${prefix}/settings/slack`, slackAt(GIVEN.teamSlack))
    await as('PUT', `${prefix}/settings/slack`, { webhook_url: `http://x/${GIVEN.refusedSlack}` }, 400)
    for (const [name, file] of [['team', 'deploy.yml'] as const, ['team, quoted', 'quote.yml'] as const]) {
      const team = { ...workflow, github_workflow_name: file, name: `${name} ${prefix}`, cron_expression: '0 0 1 1 *' }
      const { id } = (await as('POST', '//api/jobs', team, 201)).body.job
      await as('POST', `${prefix}/jobs/${id}/execute`, { github_token: GIVEN.teamToken })
      for (const part of ['', '/executions']) await as('GET', `${prefix}/jobs/${id}${part}`)
    }
    await as('POST', `${prefix}/jobs/test-run`, { ...workflow, github_workflow_name: 'quote.yml' })
    for (const path of ['jobs', 'executions', 'settings/slack', 'notifications']) await as('GET', `${prefix}/${path}`)
  }

  // Everything that can be read, also on the command line, when each message has been tried.
  const isUntried = ({ attempts }: { attempts: number }) => attempts === 0
  while ((await server.ask('GET', '/deliveries?state=waiting', { token })).body.items.some(isUntried));
  for (const id of [...runs, cancelled]) await as('GET', `/executions/${id}`)
  for (const id of [ofServer, own, ownQuoted, long])
    for (const part of ['', '/history', '/alerts']) await as('GET', `/jobs/${id}${part}`)
  for (const path of [
    ...['/jobs?limit=100', '/jobs/export', '/jobs/export?format=csv', '/executions/export?format=csv'],
    ...['/executions/export?format=ndjson', '/events', '/audit', '/system', '/deliveries', '/settings/slack'],
    ...['/settings/webhooks', `/settings/webhooks/${given}`, '/notifications', '//metrics', '//openapi.json'],
  ])
    await as('GET', path)
  const cli = cliWorld({
    ...environment,
    CARILLON_URL: server.url,
    CARILLON_TOKEN: token,
    DATABASE_URL: `sqlite:${server.database}`,
  })
  t.after(cli.remove)
  for (const line of [
    ...['jobs list --json', 'jobs show own', 'jobs show own --json', `runs show ${runs[3]}`, 'export jobs'],
    ...[
      'export jobs --format csv',
      'export runs',
      'alerts show own',
      'slack show',
      'webhooks list --json',
      'deliveries list',
    ],
    ...['deliveries list --json', 'audit-log verify', 'doctor'],
  ]) {
    const { code, out, err } = await cli.run(line.split(' '))
    assert.ok(code === 0 || line === 'doctor', `${line} ${err}`)
    note(`carillon ${line}`, out + err)
  }

  assert.ok(box.mails.length > 0)
  for (const { raw } of box.mails) note('a mail', raw)
  for (const { body } of hook.received) note('a webhook', body)
  assert.deepEqual(await leaks(), [])
})
