/** `/jobs`: made, read, changed and deleted, as clients of either prefix do it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/domain/ids.ts'
import type { Body } from '../../support/api-world.ts'
import { anInput, HOUR, runWaiting } from '../../support/services-world.ts'
import { aWorkshop, jobBody } from './job-world.ts'
import { PREFIXES, refused } from './world.ts'

const WORKFLOW = { github_owner: 'myorg', github_repo: 'test-automation', github_workflow_name: 'qa-tests.yml' }

for (const prefix of PREFIXES) {
  test(`${prefix}: a webhook job is made, and read as the document shows it`, async (t) => {
    const { team, user, viewer, made, isFirst, world } = await aWorkshop(t, prefix)

    const reply = await made(user, { name: '  Hourly Health Check ', category: 'DR Testing' })

    assert.equal(reply.status, 201)
    assert.equal(reply.body.message, 'Job created successfully')
    const { job } = reply.body
    assert.match(job.created_at, /^2026-11-20T09:30:00\.\d{6}$/)
    assert.deepEqual(job, {
      id: job.id,
      name: 'Hourly Health Check',
      cron_expression: '0 * * * *',
      target_url: 'https://api.example.com/health',
      github_owner: null,
      github_repo: null,
      github_workflow_name: null,
      metadata: {},
      category: 'dr-testing',
      end_date: isFirst ? '2027-11-20' : '2026-12-31',
      pic_team: isFirst ? null : 'payments',
      enable_email_notifications: false,
      notification_emails: [],
      notify_on_success: false,
      created_by: user.id,
      is_active: true,
      created_at: job.created_at,
      updated_at: job.created_at,
    })
    const read = await team('GET', `/jobs/${job.id}`, { token: viewer.token })
    assert.deepEqual(read.body, {
      job: { ...job, last_execution_at: null, next_execution_at: '2026-11-20T19:00:00+09:00' },
    })

    world.clock.advance(HOUR / 4)
    await world.services.jobs.run(await world.services.sessions.authenticate(user.token), job.id)
    await runWaiting(world, 'success')
    const later = await team('GET', `/jobs/${job.id}`, { token: viewer.token })
    assert.match(later.body.job.last_execution_at, /^2026-11-20T09:45:00\.\d{6}$/)
  })

  test(`${prefix}: all jobs are listed to every role, newest first`, async (t) => {
    const { team, admin, user, viewer, made, world } = await aWorkshop(t, prefix)
    for (const [who, name] of [
      [admin, 'one'],
      [user, 'two'],
      [user, 'three'],
    ] as const) {
      await made(who, { name, is_active: name !== 'two' })
      world.clock.advance(1000)
    }

    for (const { token } of [admin, user, viewer]) {
      const { body } = await team('GET', '/jobs', { token })
      assert.deepEqual(
        [body.count, body.jobs.map((job: Body) => [job.name, job.is_active, job.next_execution_at])],
        [
          3,
          [
            ['three', true, '2026-11-20T19:00:00+09:00'],
            ['two', false, null],
            ['one', true, '2026-11-20T19:00:00+09:00'],
          ],
        ],
      )
    }

    const actor = await world.services.sessions.authenticate(user.token)
    const rowAt = (row: number) => anInput({ name: `imported ${row}` })
    await world.services.importJobs(actor, { count: 230, rowAt }, { dryRun: false })
    const { body } = await team('GET', '/jobs', { token: viewer.token })
    assert.equal(body.count, 233)
    assert.equal(new Set(body.jobs.map(({ id }: Body) => id)).size, 233)
  })

  test(`${prefix}: what is called without metadata is got, and with metadata is sent them; the document's deadline holds`, async (t) => {
    const { ask, user, made, change } = await aWorkshop(t, prefix)
    const metadata = { environment: 'QA', count: 5, tags: ['a', 'b'] }
    const targetOf = async (id: string) => {
      const { target, policies } = (await ask('GET', `/jobs/${id}`, { token: user.token })).body
      return [target.url, target.method, target.body, policies.timeout_seconds, policies.retry.attempts]
    }
    const url = 'https://api.example.com/health'
    const sent = { type: 'json', content: metadata }

    const bare = (await made(user, { name: 'bare' })).body.job
    const full = (await made(user, { name: 'full', metadata })).body.job

    assert.deepEqual(full.metadata, metadata)
    assert.deepEqual(await targetOf(bare.id), [url, 'GET', null, 10, 1])
    assert.deepEqual(await targetOf(full.id), [url, 'POST', sent, 10, 1])
    await change(user, bare.id, { metadata })
    await change(user, full.id, { metadata: null, target_url: 'https://api.example.com/other' })
    assert.deepEqual(await targetOf(bare.id), [url, 'POST', sent, 10, 1])
    assert.deepEqual(await targetOf(full.id), ['https://api.example.com/other', 'GET', null, 10, 1])
  })

  test(`${prefix}: a workflow is named by its parts, or by any form of its address`, async (t) => {
    const { user, made, ask } = await aWorkshop(t, prefix)
    const named = async (name: string, fields: object) => {
      const { status, body, text } = await made(user, { name, target_url: undefined, ...fields })
      assert.equal(status, 201, text)
      const { github_owner, github_repo, github_workflow_name, target_url } = body.job
      const { target } = (await ask('GET', `/jobs/${body.job.id}`, { token: user.token })).body
      return [github_owner, github_repo, github_workflow_name, target_url, target.kind]
    }
    const asked = ['myorg', 'test-automation', 'qa-tests.yml', null, 'github']

    assert.deepEqual(await named('parts', { ...WORKFLOW, metadata: { branch: 'master' } }), asked)
    const forms = [
      'myorg/test-automation/qa-tests.yml',
      '/myorg/test-automation/actions/workflows/qa-tests.yml',
      'https://github.com/myorg/test-automation/actions/workflows/qa-tests.yml',
      'https://api.github.com/repos/myorg/test-automation/actions/workflows/qa-tests.yml/dispatches',
    ]
    for (const form of forms) {
      assert.deepEqual(await named(`url ${form}`, { target_url: form }), asked)
      assert.deepEqual(await named(`dispatch ${form}`, { dispatch_url: form }), asked)
    }
    const both = await named('both', { ...WORKFLOW, target_url: 'https://api.example.com/x' })
    assert.deepEqual(both, ['myorg', 'test-automation', 'qa-tests.yml', 'https://api.example.com/x', 'github'])
  })

  test(`${prefix}: a schedule that never fires is taken, and has no next run`, async (t) => {
    const { team, user, made, change } = await aWorkshop(t, prefix)

    const { job } = (await made(user, { cron_expression: '0 0 31 2 *' })).body
    const other = (await made(user, { name: 'other' })).body.job
    assert.equal((await change(user, other.id, { cron_expression: '0 0 30 2 *' })).status, 200)

    for (const { id } of [job, other]) {
      const read = (await team('GET', `/jobs/${id}`, { token: user.token })).body.job
      assert.deepEqual([read.is_active, read.next_execution_at], [true, null])
    }
  })

  test(`${prefix}: only what is sent is changed, and all of it in one go`, async (t) => {
    const { team, user, made, change } = await aWorkshop(t, prefix)
    const metadata = { branch: 'main' }
    const { job } = (await made(user, { metadata, category: 'regression' })).body

    const reply = await change(user, job.id, {
      name: 'Updated Job Name',
      cron_expression: '*/10 * * * *',
      end_date: '2027-01-31',
      is_active: false,
    })

    assert.deepEqual([reply.status, reply.body.message], [200, 'Job updated successfully'])
    assert.deepEqual(reply.body.job, {
      ...job,
      name: 'Updated Job Name',
      cron_expression: '*/10 * * * *',
      end_date: '2027-01-31',
      is_active: false,
      updated_at: reply.body.job.updated_at,
    })
    const off = (await team('GET', `/jobs/${job.id}`, { token: user.token })).body.job
    assert.equal(off.next_execution_at, null)
    await change(user, job.id, { is_active: true, category: null })
    const on = (await team('GET', `/jobs/${job.id}`, { token: user.token })).body.job
    assert.deepEqual([on.is_active, on.next_execution_at, on.category], [true, '2026-11-20T18:40:00+09:00', 'general'])
  })

  test(`${prefix}: a job keeps its own name, and may be sent back as it was read`, async (t) => {
    const { ask, team, admin, user, made, change } = await aWorkshop(t, prefix)
    const { job } = (await made(user, {})).body
    const { body } = await team('GET', `/jobs/${job.id}`, { token: user.token })

    const reply = await change(user, job.id, body.job)

    assert.equal(reply.status, 200, reply.text)
    assert.deepEqual({ ...reply.body.job, updated_at: '' }, { ...job, updated_at: '' })
    assert.equal((await change(user, job.id, {})).status, 200)
    const audit = await ask('GET', `/audit?subject=${job.id}`, { token: admin.token })
    assert.deepEqual(
      audit.body.items.map(({ action }: Body) => action),
      ['job.changed', 'job.changed', 'job.created'],
    )
  })

  test(`${prefix}: an address beside a workflow waits until the workflow is taken away`, async (t) => {
    const { ask, user, made, change } = await aWorkshop(t, prefix)
    const { job } = (await made(user, { target_url: undefined, ...WORKFLOW })).body
    const kind = async () => (await ask('GET', `/jobs/${job.id}`, { token: user.token })).body.target.kind

    const beside = (await change(user, job.id, { target_url: 'https://new-url.com/x' })).body.job
    assert.deepEqual(
      [beside.target_url, beside.github_owner, await kind()],
      ['https://new-url.com/x', 'myorg', 'github'],
    )
    const gone = { github_owner: null, github_repo: null, github_workflow_name: null }
    const alone = (await change(user, job.id, gone)).body.job
    assert.deepEqual([alone.target_url, alone.github_owner, await kind()], ['https://new-url.com/x', null, 'http'])
    refused(
      await change(user, job.id, { target_url: null }),
      400,
      'Missing target configuration',
      'Job must have either target_url or complete GitHub Actions configuration',
    )
    const back = (await change(user, job.id, WORKFLOW)).body.job
    assert.deepEqual([back.github_repo, await kind()], ['test-automation', 'github'])
  })

  test(`${prefix}: e-mail addresses are kept while notifications are on, and cleared with them`, async (t) => {
    const { user, made, change } = await aWorkshop(t, prefix)
    const to = ['admin@example.com', 'devops@example.com']
    const mailOf = ({ body }: { body: Body }) => [
      body.job.enable_email_notifications,
      body.job.notification_emails,
      body.job.notify_on_success,
    ]

    const off = await made(user, { name: 'off', notification_emails: to, notify_on_success: true })
    const on = await made(user, { name: 'on', enable_email_notifications: true, notification_emails: to })
    const { id } = on.body.job

    assert.deepEqual(mailOf(off), [false, [], false])
    assert.deepEqual(mailOf(on), [true, to, false])
    assert.deepEqual(mailOf(await change(user, id, { notify_on_success: true })), [true, to, true])
    assert.deepEqual(mailOf(await change(user, id, { notification_emails: ['a@b.io'] })), [true, ['a@b.io'], true])
    assert.deepEqual(mailOf(await change(user, id, { enable_email_notifications: false })), [false, [], false])
    assert.deepEqual(mailOf(await change(user, id, { notification_emails: to })), [false, [], false])
  })

  test(`${prefix}: a deleted job is gone with what it ran`, async (t) => {
    const { team, user, made, world } = await aWorkshop(t, prefix)
    const { job } = (await made(user, {})).body
    const execution = await world.services.jobs.run(await world.services.sessions.authenticate(user.token), job.id)
    await runWaiting(world, 'success')
    const get = (path: string) => team('GET', path, { token: user.token })

    const reply = await team('DELETE', `/jobs/${job.id}`, { token: user.token })

    assert.deepEqual(
      [reply.status, reply.body],
      [200, { message: 'Job deleted successfully', deleted_job: { id: job.id, name: job.name } }],
    )
    refused(await get(`/jobs/${job.id}`), 404, 'Job not found', `No job found with ID: ${job.id}`)
    refused(await get(`/executions/${execution.id}`), 404, 'Execution not found')
    assert.deepEqual([(await get('/jobs')).body.count, (await get('/executions')).body.total], [0, 0])
    refused(await team('DELETE', `/jobs/${job.id}`, { token: user.token }), 404, 'Job not found')
    assert.equal((await made(user, { name: job.name })).status, 201)
  })

  test(`${prefix}: of many who want one name at once, one gets it`, async (t) => {
    const { team, user, made } = await aWorkshop(t, prefix)

    const replies = await Promise.all(Array.from({ length: 6 }, () => made(user, { name: 'wanted' })))

    const [first, ...others] = replies.sort((one, other) => one.status - other.status)
    assert.equal(first?.status, 201)
    for (const reply of others) refused(reply, 400, 'Duplicate job name')
    assert.equal((await team('GET', '/jobs', { token: user.token })).body.count, 1)
  })

  test(`${prefix}: another workspace has names of its own, and sees none of these jobs`, async (t) => {
    const { team, user, made, stranger } = await aWorkshop(t, prefix)
    const { job } = (await made(user, {})).body
    const other = await stranger()
    const by = (method: string, path: string, body?: object) => team(method, path, { token: other.token, body })

    for (const id of [job.id, newId(), 'nonsense']) {
      const words = [404, 'Job not found', `No job found with ID: ${id}`] as const
      refused(await by('GET', `/jobs/${id}`), ...words)
      refused(await by('PUT', `/jobs/${id}`, { name: 'x' }), ...words)
      refused(await by('DELETE', `/jobs/${id}`), ...words)
      refused(await by('POST', `/jobs/${id}/execute`), ...words)
    }
    const theirs = await by('POST', '/jobs', { ...jobBody(prefix, {}), pic_team: undefined })
    if (prefix === '/api') assert.equal(theirs.status, 201, theirs.text)
    else refused(theirs, 400, 'Invalid PIC team', '"pic_team" is required.')
    assert.equal((await by('GET', '/jobs')).body.count, prefix === '/api' ? 1 : 0)
  })
}
