/** What people read: the exact subjects and lines that are promised, every kind of notice, and texts that try to be marks. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { NOTICE_KINDS, type NoticeFacts } from './channel.ts'
import { jobLink, render } from './render.ts'
import { spanText } from './words.ts'

const AT = Date.UTC(2026, 10, 24, 12, 0, 0)

const facts = (more: Partial<NoticeFacts>): NoticeFacts => ({
  kind: 'job.failed',
  job: { id: '0199-job', name: 'nightly' },
  execution: { id: '0199-run' },
  error: null,
  durationMs: null,
  downtimeMs: null,
  count: null,
  endsOn: null,
  days: null,
  mention: null,
  link: 'https://c.example.com/ui/jobs/0199-job/edit',
  actor: null,
  at: AT,
  zone: 'Asia/Tokyo',
  items: [],
  ...more,
})

const item = (more: Partial<NoticeFacts['items'][number]> = {}): NoticeFacts['items'][number] => ({
  kind: 'job.failed',
  job: { id: 'j1', name: 'nightly' },
  count: 1,
  at: AT,
  error: 'Webhook returned status 500',
  link: null,
  ...more,
})

describe('a mail about a failure', () => {
  const { subject, text, html } = render(facts({ error: 'Webhook returned status 500' }))

  it('has the subject that filters are written for', () => assert.equal(subject, '🔴 Job Failure Alert: nightly'))

  it('names the job, its id and the error in both bodies', () => {
    for (const line of ['Job Name: nightly', 'Job ID: 0199-job', 'Error: Webhook returned status 500'])
      assert.ok(text.split('\n').includes(line), text)
    for (const cell of [
      '>Job Name<',
      '>nightly<',
      '>Job ID<',
      '>0199-job<',
      '>Error<',
      '>Webhook returned status 500<',
    ])
      assert.ok(html?.includes(cell), cell)
  })

  it('says when in the zone of the server, and where to look', () => {
    assert.match(text, /^Time: 2026-11-24 21:00:00 JST$/m)
    assert.match(text, /^https:\/\/c\.example\.com\/ui\/jobs\/0199-job\/edit$/m)
    assert.match(html ?? '', /<a href="https:\/\/c\.example\.com\/ui\/jobs\/0199-job\/edit">/)
    assert.match(render(facts({ zone: 'UTC' })).text, /^Time: 2026-11-24 12:00:00 UTC$/m)
  })
})

it('a mail about a success has its subject, and the duration in seconds', () => {
  const { subject, text, html } = render(facts({ kind: 'job.succeeded', durationMs: 45_230 }))

  assert.equal(subject, '✅ Job Success: nightly')
  assert.match(text, /^Job Name: nightly\nJob ID: 0199-job\nDuration: 45\.23 seconds$/m)
  assert.ok(html?.includes('>45.23 seconds<'))
})

describe('texts for Slack', () => {
  const link = 'https://c.example.com/ui/jobs/0199-job/edit'
  const soon = { kind: 'job.ends_soon', endsOn: '2026-12-01', days: 7 } as const

  it('a job that ends soon, with the handle of its team and a link', () => {
    assert.equal(
      render(facts({ ...soon, mention: '@payments' })).slackText,
      `:warning: @payments Job ending soon (7d): <${link}|nightly> (end_date 2026-12-01 JST)`,
    )
  })

  it('a job that was paused after its end date', () => {
    assert.equal(
      render(facts({ kind: 'job.auto_paused', error: 'end_date', endsOn: '2026-11-23', mention: '@payments' }))
        .slackText,
      `:warning: @payments Job auto-paused (end date passed): <${link}|nightly>`,
    )
  })

  it('without a team, nobody is called', () => {
    assert.equal(
      render(facts(soon)).slackText,
      `:warning: Job ending soon (7d): <${link}|nightly> (end_date 2026-12-01 JST)`,
    )
  })

  it('a member or a group in Slack’s own marks stays one', () => {
    for (const handle of ['<@U024BE7LH>', '<!subteam^SAZ94GDB8>', '<!subteam^SAZ94GDB8|@payments>'])
      assert.ok(render(facts({ ...soon, mention: handle })).slackText?.startsWith(`:warning: ${handle} Job`), handle)
  })

  const HOSTILE = [
    '<!channel>',
    '<!everyone>',
    '<!here|x>',
    '@channel',
    '@here',
    '<@U1> <!channel>',
    '<http://evil.example|here>',
  ]
  for (const text of HOSTILE)
    it(`S80: ${text} calls nobody and leads nowhere, as a handle, a name or an error`, () => {
      for (const more of [{ mention: text }, { job: { id: 'j', name: text } }, { error: text }]) {
        const { slackText } = render(facts({ ...more, link: null }))
        assert.doesNotMatch(slackText ?? '', /<[!@h]/)
        if (more.mention !== undefined) assert.doesNotMatch(slackText ?? '', /[@!](channel|here|everyone)\b(?!&|\|)/)
      }
    })

  it('a bar in a name does not end the link', () => {
    const { slackText } = render(facts({ job: { id: 'j', name: 'a|b>c' } }))

    assert.ok(slackText?.includes(`<${link}|a¦b&gt;c>`), slackText ?? '')
  })
})

describe('S79: texts in HTML', () => {
  const HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>\'&amp;'
  it('are escaped wherever they stand', () => {
    for (const kind of NOTICE_KINDS) {
      const { html } = render(
        facts({
          kind,
          job: { id: HOSTILE, name: HOSTILE },
          error: HOSTILE,
          actor: HOSTILE,
          endsOn: HOSTILE,
          execution: { id: HOSTILE },
          link: `https://x.example/"><script>`,
          items: [item({ job: { id: 'x', name: HOSTILE }, error: HOSTILE, link: 'https://x.example/"><script>' })],
        }),
      )

      assert.doesNotMatch(html ?? '', /<script|<img|onerror=alert\(1\)>(?!&#39;)/, kind)
      assert.ok(html?.includes('&lt;script&gt;'), kind)
    }
  })

  it('a link that is not one of the web is no link', () => {
    assert.doesNotMatch(render(facts({ link: 'javascript:alert(1)' })).html ?? '', /href/)
  })
})

describe('every kind of notice', () => {
  const full = facts({
    error: 'it broke',
    durationMs: 65_000,
    downtimeMs: 7_500_000,
    count: 3,
    endsOn: '2026-12-01',
    days: 1,
    actor: 'ann@example.com',
    items: [item()],
  })
  const TITLES: Record<NoticeFacts['kind'], [title: string, says: RegExp]> = {
    'job.failed': ['Job Failed', /^Job "nightly" failed: it broke/],
    'job.succeeded': ['Job Completed', /completed successfully in 65\.00 seconds/],
    'job.recovered': ['Job Recovered', /works again after 2 h 5 min\./],
    'job.failing': ['Job Keeps Failing', /failed 3 times in a row/],
    'job.late': ['Job Late', /late by 1 min 5 s/],
    'job.long': ['Job Running Long', /running for 1 min 5 s/],
    'job.auto_paused': ['Job auto-paused', /paused after 3 failures in a row/],
    'job.ends_soon': ['Job ending soon', /ends on 2026-12-01 \(in 1 day\)/],
    'job.missed': ['Runs Missed', /missed 3 runs/],
    'job.uncertain': ['Outcome Unknown', /its outcome is not known/],
    'job.created': ['New Job Created', /^Job "nightly" was created by ann@example\.com\.\n/],
    'job.changed': ['Job Updated', /^Job "nightly" was updated by ann@example\.com\.\n/],
    'job.enabled': ['Job Enabled', /was enabled by/],
    'job.disabled': ['Job Disabled', /was disabled by/],
    'job.deleted': ['Job Deleted', /was deleted by/],
    test: ['Test message', /^ann@example\.com asked for this test\. Notices of jobs will come/],
    group: ['3 notices', /came within a short time[\s\S]*nightly failed: Webhook returned status 500/],
    digest: ['Daily digest', /last 24 hours: 3 notices[\s\S]*2026-11-24 21:00:00 JST {2}nightly failed/],
  }
  for (const kind of NOTICE_KINDS)
    it(`${kind} has a title, one line of subject, a text, a page and a body`, () => {
      const message = render({ ...full, kind })

      const [title, says] = TITLES[kind]
      assert.equal(message.title, title)
      assert.match(message.text, says)
      assert.doesNotMatch(message.subject, /[\r\n]/)
      assert.ok((message.html?.length ?? 0) > 100 && (message.slackText?.length ?? 0) > 10)
      assert.equal(message.data.type, kind)
      assert.equal(message.data.timestamp, '2026-11-24T12:00:00.000Z')
      assert.doesNotThrow(() => JSON.stringify(message.data))
    })

  it('a weekly digest says so, and one about nothing as well', () => {
    const { title, text, subject } = render(
      facts({ kind: 'digest', days: 7, count: 0, job: null, execution: null, link: null }),
    )

    assert.equal(title, 'Weekly digest')
    assert.equal(subject, '🗒️ Weekly digest: 0 notices')
    assert.match(text, /^What happened to jobs in the last 7 days: nothing\./)
  })
})

describe('texts without bound', () => {
  it('a name of many lines is one short line in the subject', () => {
    const { subject } = render(facts({ job: { id: 'j', name: `a\r\nBcc: x@example.com\u2028${'b'.repeat(5000)}` } }))

    assert.match(subject, /^🔴 Job Failure Alert: a Bcc: x@example\.com b+…$/)
    assert.ok(subject.length < 300)
  })

  it('a huge error is cut, and keeps its lines', () => {
    const { text, html, data } = render(facts({ error: `one\r\ntwo\u0000${'x'.repeat(1_000_000)}` }))

    assert.match(text, /one\ntwo x/)
    for (const each of [text, html ?? '', JSON.stringify(data)]) assert.ok(each.length < 20_000)
  })

  it('a group of thousands names a hundred, and says how many more there are', () => {
    const { text, slackText } = render(
      facts({ kind: 'group', count: 5000, items: Array.from({ length: 5000 }, () => item()) }),
    )

    assert.match(text, /… and 4900 more/)
    assert.match(slackText ?? '', /… and 4980 more/)
  })
})

it('the page of a job is below the base of links', () => {
  assert.equal(jobLink('https://c.example.com/ui', '12/../x'), 'https://c.example.com/ui/jobs/12%2F..%2Fx/edit')
})

it('spans are told in their two largest units', () => {
  assert.deepEqual([0, 12_000, 320_000, 3_600_000, 183_600_000, null].map(spanText), [
    '0 s',
    '12 s',
    '5 min 20 s',
    '1 h',
    '2 d 3 h',
    '0 s',
  ])
})
