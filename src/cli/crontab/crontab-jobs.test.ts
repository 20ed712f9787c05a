/** A crontab read as people write them: what becomes a job, what does not, and why. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CrontabJob, crontabJobs, type ImportRules, isJob } from './crontab-jobs.ts'

const RULES: ImportRules = { hasUsers: false, prefix: '', zone: 'UTC', enabled: true, runnerUrl: null }

const jobs = (text: string, rules: Partial<ImportRules> = {}) => crontabJobs(text, { ...RULES, ...rules })
const job = (text: string, rules: Partial<ImportRules> = {}): CrontabJob['job'] => {
  const [found] = jobs(text, rules)
  assert.ok(found !== undefined && isJob(found), JSON.stringify(found))
  return found.job
}
const problem = (text: string, rules: Partial<ImportRules> = {}): string => {
  const [found] = jobs(text, rules)
  assert.ok(found !== undefined && !isJob(found), JSON.stringify(found))
  return found.problem
}
const target = (command: string) => {
  const { target: of, policies } = job(`0 1 * * * ${command}`)
  return { ...of, policies }
}

describe('lines of a crontab', () => {
  it('the comment above is the name and the description, and an empty line parts them', () => {
    const text = '# Title of the file\n\n# Backup\n# nightly, for the boss\n30 2 * * * curl https://example.com/b\n'

    const { name, description } = job(text, { prefix: 'old: ' })

    assert.deepEqual([name, description], ['old: Backup', 'Backup\nnightly, for the boss'])
  })

  it('without a comment the address is the name', () => {
    assert.equal(job('0 1 * * * curl -s https://example.com/a/b/?x=1').name, 'example.com/a/b')
  })

  it('CRON_TZ and TZ count from their line on, and lines before them have the zone that was asked for', () => {
    const text = [
      '0 1 * * * curl https://a.example',
      'CRON_TZ=Europe/Berlin',
      '0 1 * * * curl https://b.example',
      'CRON_TZ="Asia/Tokyo"',
      '@daily curl https://c.example',
    ].join('\n')

    const zones = jobs(text, { zone: 'America/New_York' }).map((found) => (isJob(found) ? found.job.time_zone : null))

    assert.deepEqual(zones, ['America/New_York', 'Europe/Berlin', 'Asia/Tokyo'])
  })

  it('a system crontab has users, who are kept', () => {
    const found = job('*/5 * * * * www-data  curl https://example.com', { hasUsers: true })

    assert.deepEqual(
      [found.schedules[0], found.metadata],
      [{ kind: 'cron', expression: '*/5 * * * *', time_zone: 'UTC' }, { 'crontab.user': 'www-data' }],
    )
  })

  it('settings of the crontab stand for themselves in the commands', () => {
    const text = `BASE=https://example.com\nKEY = "a b"\n0 1 * * * curl -H "X-Note: $KEY" $\{BASE}/x`

    const { target: of } = job(text)

    assert.equal(of.kind === 'http' && of.url, 'https://example.com/x')
    assert.deepEqual(of.kind === 'http' && of.headers, [{ name: 'X-Note', value: 'a b' }])
    assert.match(problem('0 1 * * * curl https://example.com/$HOME'), /\$HOME, which the crontab does not set/)
  })

  it('a bare percent sign ends the command and begins its input, an escaped one is itself', () => {
    assert.deepEqual(target('curl --data-binary @- https://example.com%a%b').body, { type: 'text', content: 'a\nb' })
    assert.equal(target('curl "https://example.com/?d=\\%20"').url, 'https://example.com/?d=%20')
    assert.match(problem('0 1 * * * curl https://example.com%hello'), /standard input/)
  })

  it('paused is paused', () => assert.equal(job('0 1 * * * curl a.example', { enabled: false }).enabled, false))

  it('what is no call is told with what to do about it', () => {
    for (const [line, why] of [
      ['@reboot curl https://example.com', /@reboot has no instant/],
      ['0 1 * * * /opt/backup.sh', /\/opt\/backup\.sh runs on this machine.*--runner-url/],
      ['0 1 * * * curl https://a | mail x', /more than run one program \(\|\)/],
      ['0 1 * * * cd /x && curl https://a', /more than run one program \(&\)/],
      ['0 1 * * * curl https://a > /var/log/x', /more than run one program \(>\)/],
      ['0 1 * * * curl "https://a/$(date)"', /\$\(date/],
      ["0 1 * * * curl 'https://a", /quote is not closed/],
      ['0 1 * * *', /neither five fields|command is missing/],
      ['nonsense', /neither five fields/],
    ] as const)
      assert.match(problem(line), why, line)
  })

  it('a runner takes all that is no call, as it stands', () => {
    const { target: of, name } = job('0 1 * * * bob /opt/backup.sh | mail x%hi', {
      hasUsers: true,
      runnerUrl: 'https://runner.example/{user}',
    })

    assert.deepEqual(of, {
      kind: 'http',
      method: 'POST',
      url: 'https://runner.example/bob',
      body: { type: 'json', content: { command: '/opt/backup.sh | mail x', user: 'bob', input: 'hi' } },
    })
    assert.equal(name, 'line 1: /opt/backup.sh | mail x')
  })
})

describe('curl', () => {
  it('common options say the method, the headers, the body and the time', () => {
    assert.deepEqual(
      target(`/usr/bin/curl -fsSL -X PUT -m 2.5 --retry 3 -H 'X-A: 1' --json '{"a":[1]}' -o /dev/null https://e.com/p`),
      {
        kind: 'http',
        url: 'https://e.com/p',
        method: 'PUT',
        headers: [
          { name: 'X-A', value: '1' },
          { name: 'Accept', value: 'application/json' },
        ],
        body: { type: 'json', content: { a: [1] } },
        follow_redirects: true,
        policies: { timeout_seconds: 2.5, retry: { attempts: 4 } },
      },
    )
  })

  it('data is a form, unless it is none, and -G puts it into the address', () => {
    assert.deepEqual(target('curl -d a=1 -d "b=x y" e.com').body, { type: 'text', content: 'a=1&b=x y' })
    assert.deepEqual(target("curl -d 'a=1&b=x+y' e.com").body, {
      type: 'form',
      content: [
        { name: 'a', value: '1' },
        { name: 'b', value: 'x y' },
      ],
    })
    assert.deepEqual(target("curl -d 'free text' e.com").headers, [
      { name: 'Content-Type', value: 'application/x-www-form-urlencoded' },
    ])
    assert.equal(target("curl -G --data-urlencode 'q=a b' 'e.com/?p=1'").url, 'http://e.com/?p=1&q=a%20b')
    assert.equal(target('curl -I e.com').method, 'HEAD')
  })

  it('credentials go where they are sealed, wherever they stood', () => {
    const basic = { kind: 'basic', username: 'joe', password: 'p:w' }
    for (const command of [
      'curl -u joe:p:w e.com',
      'curl -ujoe:p:w e.com',
      'curl http://joe:p%3Aw@e.com',
      `curl -H 'Authorization: Basic ${btoa('joe:p:w')}' e.com`,
    ]) {
      const { auth, headers, url } = target(command.replaceAll('%', '\\%'))
      assert.deepEqual([auth, headers, url], [basic, [], 'http://e.com/'], command)
    }
    assert.deepEqual(target("curl -H 'authorization: bearer t0k' e.com").auth, { kind: 'bearer', token: 't0k' })
    assert.deepEqual(target('curl --oauth2-bearer t0k e.com').auth, { kind: 'bearer', token: 't0k' })
    assert.deepEqual(target("curl -H 'X-Api-Key: s' e.com").auth, { kind: 'header', name: 'X-Api-Key', value: 's' })
    assert.deepEqual(target('curl -u sk_live_1: e.com').auth, {
      kind: 'header',
      name: 'Authorization',
      value: `Basic ${btoa('sk_live_1:')}`,
    })
    assert.match(problem('0 1 * * * curl -u joe e.com'), /asks for a password/)
  })

  it('a redirect is an answer like any other, unless it is followed', () => {
    assert.deepEqual(target('curl e.com').success, { status: ['200-399'] })
    assert.equal(target('curl -L e.com').success, undefined)
  })

  it('output that is thrown away is no matter', () => {
    for (const end of ['>/dev/null', '> /dev/null 2>&1', '&>/dev/null', '2>/dev/null >/dev/null', '|| true', '# note'])
      assert.equal(target(`curl e.com ${end}`).url, 'http://e.com/', end)
  })

  it('what has no counterpart is refused by name', () => {
    for (const [command, why] of [
      ['curl -F a=b e.com', /-F has no counterpart/],
      ['curl --proxy x e.com', /--proxy has no counterpart/],
      ['curl -d @/etc/passwd e.com', /sends the file \/etc\/passwd/],
      ['curl a.com b.com', /several addresses/],
      ['curl -s', /no address/],
      ['curl -H', /-H lacks its value/],
      ['curl -H "Host: x" e.com', /header Host/],
      ['curl ftp://e.com', /no http address/],
    ] as const)
      assert.match(problem(`0 1 * * * ${command}`), why, command)
    const [found] = jobs('0 1 * * * curl -k https://e.com')
    assert.match(found !== undefined && isJob(found) ? String(found.notes) : '', /certificates are checked/)
  })
})

describe('wget', () => {
  it('common options say the method, the headers, the body and the time', () => {
    assert.deepEqual(
      target(`wget -qO- --header='X-A: 1' --post-data 'a=1' -T 9 -t 2 --user joe --password pw https://e.com/p`),
      {
        kind: 'http',
        url: 'https://e.com/p',
        method: 'POST',
        headers: [{ name: 'X-A', value: '1' }],
        body: { type: 'form', content: [{ name: 'a', value: '1' }] },
        auth: { kind: 'basic', username: 'joe', password: 'pw' },
        follow_redirects: true,
        policies: { timeout_seconds: 9, retry: { attempts: 2 } },
      },
    )
    assert.equal(target('wget --spider -q https://e.com').method, 'HEAD')
    assert.match(problem('0 1 * * * wget --recursive https://e.com'), /--recursive has no counterpart/)
  })
})
