/** `POST /jobs/bulk-upload`, both prefixes: sheets as teams keep them. */
import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { aWorkshop } from './job-world.ts'
import { PREFIXES, type Prefix } from './world.ts'

const HEAD = 'Job Name,Repo,Workflow Name,Branch,Cron schedule (JST),Status,End Date,PIC Team,Request Body'
const row = (name: string, more: Partial<Record<string, string>> = {}): string => {
  const cell = {
    repo: 'octo/site',
    workflow: 'nightly',
    branch: 'main',
    cron: '0 9 * * *',
    status: 'enable',
    end: '2026-12-31',
    team: 'payments',
    body: '',
    ...more,
  }
  return [name, cell.repo, cell.workflow, cell.branch, cell.cron, cell.status, cell.end, cell.team, cell.body].join(',')
}
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

const aCase = async (t: TestContext, prefix: Prefix) => {
  const shop = await aWorkshop(t, prefix)
  const { team, user, admin } = shop
  const upload = (sheet: string | null, fields: Readonly<Record<string, string>> = {}, { token } = user) => {
    const parts = Object.entries(fields).map(
      ([name, value]) => `--line\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    const file =
      sheet === null
        ? ''
        : `--line\r\nContent-Disposition: form-data; name="file"; filename="jobs.csv"\r\nContent-Type: text/csv\r\n\r\n${sheet}\r\n`
    return team('POST', '/jobs/bulk-upload', {
      token,
      raw: `${parts.join('')}${file}--line--\r\n`,
      headers: { 'content-type': 'multipart/form-data; boundary=line' },
    })
  }
  const jobs = async () =>
    (await team('GET', '/jobs', { token: admin.token })).body.jobs as readonly Record<string, unknown>[]
  return { ...shop, upload, jobs }
}

for (const prefix of PREFIXES)
  describe(`${prefix}/jobs/bulk-upload`, () => {
    test('a hundred jobs of GitHub, with bodies over several lines, blank rows and columns, and a few rows that are wrong', async (t) => {
      const { upload, jobs, team, admin } = await aCase(t, prefix)
      const body = (n: number) =>
        quoted(JSON.stringify({ environment: 'staging', shard: n, tags: ['nightly', 'a,b', 'say "hi"'] }, null, 2))
      const lines: string[] = [`\ufeff${HEAD},,`]
      const wrongAt: number[] = []
      let line = 2
      for (let n = 1; n <= 100; n++) {
        const text = n % 25 === 0 ? row(`Job ${n}`, { cron: '99 9 * * *' }) : row(`Job ${n}`, { body: body(n) })
        if (n % 25 === 0) wrongAt.push(line)
        lines.push(`${text},,`)
        line += text.split('\n').length
        if (n % 10 === 0) {
          lines.push(',,,,,,,,,,')
          line += 1
        }
      }

      const { status, body: answer } = await upload(
        lines.join('\r\n').replaceAll('\n', '\r\n').replaceAll('\r\r', '\r'),
      )

      assert.deepEqual([status, answer.message, answer.dry_run], [200, 'Bulk upload processed', false])
      assert.deepEqual(answer.stats, {
        original_column_count: 11,
        original_row_count: 110,
        removed_column_count: 2,
        removed_empty_row_count: 10,
      })
      assert.deepEqual([answer.created_count, answer.error_count, answer.jobs.length], [96, 4, 96])
      assert.deepEqual(
        answer.errors.map((error: Record<string, unknown>) => [error.row, error.job_name, error.error]),
        wrongAt.map((at, index) => [at, `Job ${(index + 1) * 25}`, 'Invalid cron expression']),
      )
      const all = await jobs()
      assert.equal(all.length, 96)
      const one = (await team('GET', `/jobs/${all.find(({ name }) => name === 'Job 7')?.id}`, { token: admin.token }))
        .body.job
      assert.deepEqual(
        [one.github_owner, one.github_repo, one.github_workflow_name, one.end_date, one.is_active],
        ['octo', 'site', 'nightly', '2026-12-31', true],
      )
      assert.deepEqual(one.enable_email_notifications, false)
      const notices = await team('GET', '/notifications', { token: admin.token })
      assert.equal(JSON.stringify(notices.body).includes('New Job Created'), false)
    })

    test('every name of a column is read, in any case, and every word for inactive', async (t) => {
      const { upload, jobs } = await aCase(t, prefix)
      const heads = [
        ['name', 'cron_expression', 'is_active', 'target_url', 'job_category', 'end_date', 'pic_team', 'metadata'],
        [
          'JOB NAME',
          'Cron Expression',
          'Active',
          'Target URL',
          'Job Category',
          'End Date',
          'pic_team_slug',
          'request_body',
        ],
        ['Name', 'cron', 'status', 'url', 'category', 'END_DATE', 'PIC Team Slug', 'Request Body'],
      ]
      const words = ['Disabled', 'no', 'enable']
      for (const [at, head] of heads.entries()) {
        const cells = [
          `n${at}`,
          '*/5 * * * *',
          words[at],
          'https://example.com/',
          'general',
          '2026-12-31',
          'Payments',
          '{}',
        ]
        const { status, body } = await upload(`${head.join(',')}\n${cells.join(',')}\n`)
        assert.deepEqual([status, body.created_count, body.errors], [200, 1, []])
      }
      const github = [
        'name,cron,owner,github repo,GitHub Workflow Name,ref,end_date,pic team',
        'g,0 1 * * *,octo,site,w.yml,dev,2026-12-31,payments',
      ]
      assert.equal((await upload(github.join('\n'))).body.created_count, 1)

      const all = await jobs()
      const states = Object.fromEntries(all.map(({ name, is_active }) => [name, is_active]))
      assert.deepEqual(states, { n0: false, n1: false, n2: true, g: true })
    })

    test('each wrong row is told once, by the first thing that is wrong with it', async (t) => {
      const { upload, made, user, jobs } = await aCase(t, prefix)
      assert.equal((await made(user, { name: 'taken' })).status, 201)
      const sheet = [
        `${HEAD},Category,Dispatch URL,Target URL`,
        `${row('a')},,nonsense,`,
        `${row('b')},nowhere,,`,
        `${row('c', { end: '2026-02-30' })},,,`,
        `${row('d', { end: '2020-01-01' })},,,`,
        `${row('e', { team: 'nobody' })},,,`,
        `${row('f', { team: 'retired' })},,,`,
        `${row('', {})},,,`,
        `${row('g', { cron: '' })},,,`,
        `${row('twice')},,,`,
        `${row('twice')},,,`,
        `${row('taken')},,,`,
        `${row('h', { cron: 'daily' })},,,`,
        `${row('i', { body: '{oops' })},,,`,
        `${row('j', { body: '[1]' })},,,`,
        `${row('k', { repo: 'site' })},,,`,
        `${row('l', { repo: '', workflow: '' })},,,`,
        `${row('m', { repo: '', workflow: '' })},,,ftp://x`,
        `${row('n')},,,,stray`,
      ].join('\n')

      const dry = (await upload(sheet, { dry_run: 'yes' })).body
      const { status, body } = await upload(sheet)

      assert.deepEqual([dry.message, dry.created_count, dry.errors], ['CSV validated successfully', 0, body.errors])
      assert.deepEqual(dry.jobs, [
        { name: 'twice', is_active: true, cron_expression: '0 9 * * *', end_date: '2026-12-31', pic_team: 'payments' },
      ])
      assert.deepEqual([status, body.created_count], [200, 1])
      assert.deepEqual(
        body.errors.map((error: Record<string, unknown>) => [error.row, error.error]),
        [
          [2, 'Invalid dispatch_url'],
          [3, 'Invalid category'],
          [4, 'Invalid end_date'],
          [5, 'Invalid end_date'],
          [6, 'Invalid PIC team'],
          [7, 'Invalid PIC team'],
          [8, 'Missing required fields'],
          [9, 'Missing required fields'],
          [11, 'Duplicate job name in CSV'],
          [12, 'Duplicate job name'],
          [13, 'Invalid cron expression'],
          [14, 'Invalid JSON in Request Body'],
          [15, 'Invalid Request Body'],
          [16, 'Missing GitHub owner'],
          [17, 'Missing target configuration'],
          [18, 'Invalid target_url'],
          [19, 'Invalid row'],
        ],
      )
      assert.deepEqual((await jobs()).map(({ name }) => name).sort(), ['taken', 'twice'])
    })

    test('a default owner fills in what rows leave out, and a branch joins the body', async (t) => {
      const { upload, jobs, team, user } = await aCase(t, prefix)
      const sheet = [
        HEAD,
        row('a', { repo: 'site', body: quoted('{"k":1}') }),
        row('b', { body: quoted('{"branchDetails":"own"}') }),
      ]

      await upload(sheet.join('\n'), { default_github_owner: 'hubot' })

      const byName = async (name: string) => {
        const id = (await jobs()).find((job) => job.name === name)?.id
        return (await team('PUT', `/jobs/${id}`, { token: user.token, body: {} })).body.job
      }
      const [a, b] = [await byName('a'), await byName('b')]
      assert.deepEqual([a.github_owner, a.metadata], ['hubot', { k: 1, branchDetails: 'main' }])
      assert.deepEqual(b.metadata, { branchDetails: 'own' })
    })

    test('no row right: the second prefix answers 400 with the same body', async (t) => {
      const { upload } = await aCase(t, prefix)
      const sheet = `${HEAD}\n${row('x', { cron: 'never' })}\n`

      const real = await upload(sheet)
      const dry = await upload(sheet, { dry_run: '1' })
      const head = await upload(`${HEAD}\n`)

      const isSecond = prefix === '/api/v2'
      assert.deepEqual([real.status, real.body.error_count], [isSecond ? 400 : 200, 1])
      assert.equal(real.body.error, isSecond ? 'Bulk upload failed' : undefined)
      assert.equal(dry.body.error, isSecond ? 'CSV validation failed' : undefined)
      assert.deepEqual([head.status, head.body.created_count, head.body.error_count], [200, 0, 0])
    })

    test('what is no sheet, and who may not, is refused whole', async (t) => {
      const { upload, viewer, jobs, team, user } = await aCase(t, prefix)

      const none = await upload(null, { dry_run: '1' })
      const empty = await upload('')
      const nameless = await upload(',,\n1,2,3\n')
      const other = await upload(`${HEAD}\n${row('x')}\n`, {}, viewer)
      const json = await team('POST', '/jobs/bulk-upload', { token: user.token, body: { file: 'x' } })
      const nobody = await team('POST', '/jobs/bulk-upload', { body: {} })

      assert.deepEqual([none.status, none.body.error], [400, 'Missing file'])
      assert.deepEqual([empty.status, empty.body.error, empty.body.message], [400, 'Invalid CSV', 'CSV is empty.'])
      assert.deepEqual(nameless.body.message, 'CSV header row has no usable column names.')
      assert.deepEqual([other.status, json.status, nobody.status], [403, 400, 401])
      assert.deepEqual(await jobs(), [])
    })
  })
