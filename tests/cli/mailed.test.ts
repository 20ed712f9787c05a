/** Mails of a whole server to a real SMTP server: what a failing job of the team's API sends, and to whom. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Mail, mailBox } from '../support/mail-box.ts'
import { served } from '../support/served.ts'
import { httpTarget } from '../support/targets.ts'

const PASSWORD = 'a fine long pass phrase'

test('who is named by a job is mailed its failures, in HTML and in text, and its successes where that was asked for', async (t) => {
  const box = await mailBox()
  t.after(box.close)
  let status = 500
  const target = await httpTarget((_, response) => response.writeHead(status).end('out of <paper>'))
  t.after(target.close)
  const server = await served(t, {
    SECRET_KEY: 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi',
    DEFAULT_ADMIN_PASSWORD: PASSWORD,
    FRONTEND_BASE_URL: 'https://jobs.example.com/ui',
    MAIL_ENABLED: 'true',
    MAIL_SERVER: '127.0.0.1',
    MAIL_PORT: String(box.port),
    MAIL_USE_TLS: 'false',
    MAIL_DEFAULT_SENDER: 'Carillon <carillon@example.com>',
  })
  const login = { username: 'admin', password: PASSWORD }
  const token: string = (await server.ask('POST', '//api/auth/login', { body: login })).body.access_token
  const job = {
    name: 'Print <nightly>',
    cron_expression: '0 0 1 1 *',
    target_url: target.origin,
    end_date: '2999-12-31',
    enable_email_notifications: true,
    notification_emails: ['ada@example.com', 'bob@example.com', 'ADA@example.com'],
    notify_on_success: true,
  }
  const made = await server.ask('POST', '//api/jobs', { token, body: job })
  assert.equal(made.status, 201, made.text)
  const { id } = made.body.job
  const run = async (): Promise<string> =>
    (await server.ask('POST', `//api/jobs/${id}/execute`, { token })).body.execution_id

  const failed = await run()
  await box.arrived(2)
  status = 200
  const succeeded = await run()
  await box.arrived(4)

  const said = ({ from, parsed }: Mail) => [from, parsed.from?.name, parsed.subject]
  assert.deepEqual(box.mails.map(said), [
    ...Array.from({ length: 2 }, () => ['carillon@example.com', 'Carillon', '🔴 Job Failure Alert: Print <nightly>']),
    ...Array.from({ length: 2 }, () => ['carillon@example.com', 'Carillon', '✅ Job Success: Print <nightly>']),
  ])
  for (const [execution, mails] of [
    [failed, box.mails.slice(0, 2)],
    [succeeded, box.mails.slice(2)],
  ] as const) {
    assert.deepEqual(mails.flatMap(({ to }) => to.map((one) => one.toLowerCase())).toSorted(), [
      'ada@example.com',
      'bob@example.com',
    ])
    for (const { parsed } of mails) {
      const { text = '', html = '' } = parsed
      assert.ok(text.includes(`Execution ID: ${execution}`) && html.includes(execution))
      assert.match(text, /^Job Name: Print <nightly>$/m)
      assert.match(html, /Print &lt;nightly&gt;/)
      assert.doesNotMatch(html, /<nightly>/)
      assert.ok(text.includes(`https://jobs.example.com/ui/jobs/${id}/edit`))
      assert.ok(html.includes(`<a href="https://jobs.example.com/ui/jobs/${id}/edit">`))
    }
  }
  assert.match(box.mails[0]?.parsed.text ?? '', /^Error: .*500/m)
})
