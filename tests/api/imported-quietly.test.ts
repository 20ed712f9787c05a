/** Many jobs that are made at once are in the audit log, each of them, and in nobody's inbox: a notice for each would bury the others. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notifyOf } from '../engine/notify-world.ts'
import { aJob, anApi } from '../support/api-world.ts'

const MANY = 60
const TO_ALL = { announce: 'all' }
const names = (of: string): string[] => Array.from({ length: MANY }, (_, at) => `${of} ${at}`)

test('an import and sheets of many jobs write no notice for each, and a deed for each', async (t) => {
  const { ask, stranger, member, world } = await anApi(t)
  const admin = await stranger()
  const viewer = await member(admin, 'viewer')
  const as = (method: string, path: string, body?: unknown) => ask(method, path, { token: admin.token, body })
  const upload = (path: string, sheet: string) =>
    ask('POST', path, { token: admin.token, raw: sheet, headers: { 'content-type': 'text/csv' } })
  const notify = notifyOf(world)

  await as('POST', '/jobs', aJob({ name: 'by hand', alerts: TO_ALL }))
  const imported = await as('POST', '/jobs/import', {
    jobs: names('imported').map((name) => aJob({ name, alerts: TO_ALL })),
  })
  const sheet = names('sheet').map((name) => `${name},0 9 * * *,https://example.com/`)
  const uploaded = await upload('/jobs/upload', ['name,cron,url', ...sheet].join('\n'))
  const teams = names('team').map((name) => `${name},octo/site,nightly,main,0 9 * * *,enable,2026-12-31`)
  const head = 'Job Name,Repo,Workflow Name,Branch,Cron schedule (JST),Status,End Date'
  const ofTeam = await ask('POST', '//api/jobs/bulk-upload', {
    token: admin.token,
    raw: [
      '--line',
      'Content-Disposition: form-data; name="file"; filename="jobs.csv"',
      'Content-Type: text/csv',
      '',
      [head, ...teams].join('\n'),
      '--line--',
      '',
    ].join('\r\n'),
    headers: { 'content-type': 'multipart/form-data; boundary=line' },
  })
  await notify.tick()

  assert.deepEqual([imported.status, uploaded.status, uploaded.body.made], [201, 200, MANY], uploaded.text)
  for (const { token } of [admin, viewer]) {
    const { items } = (await ask('GET', '/notifications?limit=100', { token })).body
    assert.deepEqual(
      items.map(({ message }: { message: string }) => message.includes('"by hand"')),
      [true],
    )
  }
  assert.deepEqual([notify.posts, notify.faults], [[], []])
  assert.equal(ofTeam.body.created_count ?? ofTeam.text, MANY)
  const first = (await as('GET', '/audit?action=job.imported&limit=100')).body
  const second = (await as('GET', `/audit?action=job.imported&limit=100&cursor=${first.next_cursor}`)).body
  const deeds: { readonly job_id: string }[] = [...first.items, ...second.items]
  assert.deepEqual([deeds.length, second.next_cursor], [3 * MANY, null])
  assert.equal(new Set(deeds.map(({ job_id }) => job_id)).size, 3 * MANY)
})
