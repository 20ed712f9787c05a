/** Applications and API definitions, as clients of the document send and read them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/domain/ids.ts'
import { aJob } from '../../support/api-world.ts'
import { HOUR, runWaiting } from '../../support/services-world.ts'
import { anApplication, ROOT, refused } from './world.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

test('the examples of the document, as they are printed', async (t) => {
  const { as } = await anApplication(t)

  const application = await as('POST', '/applications', {
    appName: 'api-something-something',
    description: 'some description',
    handshakeUrl: 'https://example.com/auth/handshake',
  })
  const { _id: appId } = application.body
  const api = await as('POST', `/applications/${appId}/apis`, {
    apiName: 'fetch_user_data',
    requestType: 'GET',
    frequency: 'daily',
  })
  const jobs = await as('GET', '/cronjobs')

  assert.equal(application.status, 201, application.text)
  assert.match(appId, UUID)
  assert.deepEqual(
    [application.body.appName, application.body.description, application.body.handshakeUrl, application.body.apiList],
    ['api-something-something', 'some description', 'https://example.com/auth/handshake', []],
  )
  assert.equal(api.status, 201, api.text)
  assert.match(api.body._id, UUID)
  assert.deepEqual([api.body.appId, api.body.frequency, api.body.isActive], [appId, 'Daily', true])
  assert.deepEqual(jobs.body, [
    {
      jobId: api.body.jobId,
      appId,
      appName: 'api-something-something',
      apiName: 'fetch_user_data',
      requestType: 'GET',
      frequency: 'Daily',
      cronConfig: '0 0 * * *',
      isActive: true,
      status: 'scheduled',
      nextRunAt: jobs.body[0].nextRunAt,
      lastRunAt: null,
      lastStatus: null,
    },
  ])
  for (const body of [{ apiName: 'fetch_user_data', frequency: 'daily' }, {}])
    refused(await as('POST', '/applications/12345/apis', body), 404)
  refused(await as('POST', '/applications', { appName: 'api-something-something' }), 409, 'appName')
})

test('a definition becomes a job: route, query, headers, payload and overrides, as objects or as the text of JSON', async (t) => {
  const { ask, as, define, admin, apis } = await anApplication(t)
  const fields = {
    requestType: 'post',
    queryParams: { page: 1, tag: ['a', 'b'] },
    headerParams: { 'X-Team': 'billing', 'X-Mode': 'full', Authorization: 'Token canary' },
    payload: { of: 'day' },
    callConfig: { requestType: 'PUT', headers: { 'x-mode': 'quick' }, timeout: 5000 },
  }
  const texts = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  )

  for (const [apiName, given] of [
    ['objects', fields],
    ['texts', texts],
  ] as const) {
    const made = await define({ ...given, apiName })
    const { target, policies } = (await ask('GET', `/jobs/${made.jobId}`, { token: admin.token })).body
    assert.deepEqual([target.method, target.url], ['PUT', `${ROOT}/invoices`])
    assert.deepEqual(target.query, { page: '1', tag: ['a', 'b'] })
    assert.deepEqual(target.headers, { 'X-Team': 'billing', 'x-mode': 'quick' })
    assert.deepEqual(target.body, { type: 'json', content: { of: 'day' } })
    assert.deepEqual([target.auth.kind, target.auth.name, policies.timeout_seconds], ['header', 'authorization', 5])
    const read = (value: unknown) => (apiName === 'texts' ? JSON.parse(value as string) : value)
    assert.equal(made.requestType, 'POST')
    assert.deepEqual(read(made.queryParams), { page: '1', tag: ['a', 'b'] })
    assert.deepEqual(read(made.headerParams), { 'X-Team': 'billing', 'X-Mode': 'full', Authorization: '********' })
    assert.deepEqual([read(made.payload), read(made.callConfig)], [fields.payload, fields.callConfig])
    assert.doesNotMatch(JSON.stringify(made), /canary/)

    // Sent back as it was read, it stays what it is; without overrides the base comes out again.
    const again = await as('PUT', `${apis}/${apiName}`, { headerParams: made.headerParams, callConfig: null })
    assert.equal(again.status, 200, again.text)
    const after = (await ask('GET', `/jobs/${made.jobId}`, { token: admin.token })).body.target
    assert.deepEqual([after.method, after.headers], ['POST', { 'X-Team': 'billing', 'X-Mode': 'full' }])
    assert.deepEqual(after.auth, target.auth)
  }
})

test('payloads go out as JSON, XML or text, by what they are or by the content type of the headers', async (t) => {
  const { ask, define, admin } = await anApplication(t)
  const typed = (type: string) => ({ 'Content-Type': type })

  for (const [at, [payload, headerParams, body]] of (
    [
      ['{"a":1}', {}, { type: 'json', content: { a: 1 } }],
      ['<a/>', {}, { type: 'xml', content: '<a/>' }],
      ['hello', {}, { type: 'text', content: 'hello' }],
      ['{"a":1}', typed('text/plain'), { type: 'text', content: '{"a":1}' }],
      ['a', typed('application/xml'), { type: 'xml', content: 'a' }],
      ['7', typed('application/json'), { type: 'json', content: 7 }],
      [[1, 2], {}, { type: 'json', content: [1, 2] }],
    ] as const
  ).entries()) {
    const { jobId } = await define({ apiName: `p${at}`, requestType: 'POST', payload, headerParams })
    assert.deepEqual(
      (await ask('GET', `/jobs/${jobId}`, { token: admin.token })).body.target.body,
      body,
      String(payload),
    )
  }
})

test('credentials of the call are sealed, never returned, and stay while they are not given anew', async (t) => {
  const { ask, as, define, admin, apis } = await anApplication(t)

  for (const [at, [authType, authCredentials, kind]] of (
    [
      ['basic', 'ada:canary', 'basic'],
      ['Basic', { username: 'ada', password: 'canary' }, 'basic'],
      ['BearerToken', '{"token":"canary"}', 'bearer'],
      ['bearer', 'canary', 'bearer'],
    ] as const
  ).entries()) {
    const made = await define({ apiName: `c${at}`, authType, authCredentials })
    const auth = async () => (await ask('GET', `/jobs/${made.jobId}`, { token: admin.token })).body.target.auth
    const before = await auth()
    const changed = await as('PUT', `${apis}/c${at}`, { requestType: 'POST' })

    assert.deepEqual([made.authType, before.kind], [kind === 'basic' ? 'Basic' : 'BearerToken', kind])
    assert.doesNotMatch(JSON.stringify([made, changed.body]), /canary/)
    assert.deepEqual(await auth(), before)
    await as('PUT', `${apis}/c${at}`, { authType: null })
    assert.equal(await auth(), null)
  }
})

test('PUT changes what it names: name, state, frequency; and a cron configuration wins over the frequency', async (t) => {
  const { as, define, apis } = await anApplication(t)
  const made = await define({ queryParams: { a: '1' } })
  const put = async (path: string, fields: object) => (await as('PUT', `${apis}/${path}`, fields)).body

  const off = await put('invoices', { isActive: false })
  const cron = await put('invoices/cronConfig', { cronConfig: '*/5 * * * *' })
  const weekly = await put('invoices', { frequency: 'WEEKLY' })
  const back = await put('invoices', { cronConfig: null, isActive: true })
  const renamed = await put('invoices', { apiName: 'bills' })
  const [job] = (await as('GET', '/cronjobs')).body

  assert.deepEqual([off.isActive, cron.isActive], [false, false])
  assert.deepEqual(cron, { ...made, isActive: false, cronConfig: '*/5 * * * *' }, 'all other fields are untouched')
  assert.deepEqual([cron.cronConfig, cron.frequency, cron.queryParams], ['*/5 * * * *', 'Daily', { a: '1' }])
  assert.deepEqual([weekly.cronConfig, weekly.frequency, weekly.dayOfWeek], ['*/5 * * * *', 'Weekly', 'Sunday'])
  assert.deepEqual([back.cronConfig, back.isActive, renamed.apiName, renamed._id], [null, true, 'bills', made._id])
  assert.deepEqual([job.cronConfig, job.apiName, job.frequency], ['0 0 * * 0', 'bills', 'Weekly'])
  refused(await as('PUT', `${apis}/invoices`, {}), 404)
})

test('a list of definitions comes with its application, whole or not at all', async (t) => {
  const { as, application } = await anApplication(t)
  const apiList = [
    { apiName: 'one', frequency: 'daily' },
    { apiName: 'two', cronConfig: '0 9 * * 1-5' },
  ]

  const made = await application({ appName: 'with a list', apiList })
  const wrong = await as('POST', '/applications', {
    appName: 'w',
    appRootPath: ROOT,
    apiList: [apiList[0], apiList[0]],
  })

  assert.deepEqual(
    made.apiList.map(({ apiName }: { apiName: string }) => apiName),
    ['one', 'two'],
  )
  refused(wrong, 409, 'apiList[1].apiName')
  for (const [field, second] of [
    ['apiList[1].apiRoute', { apiName: 'x', frequency: 'daily', apiRoute: 'https://elsewhere.example.com/' }],
    ['apiList[1].cronConfig', { apiName: 'x', cronConfig: '61 * * * *' }],
    ['apiList[1].frequency', { apiName: 'x', frequency: 'hourly' }],
    ['apiList[1].apiName', { frequency: 'daily' }],
  ] as const) {
    const fields = { appName: 'w', appRootPath: ROOT, apiList: [apiList[0], second] }
    refused(await as('POST', '/applications', fields), 400, field)
  }
  refused(await as('POST', '/applications', { appName: 'w', apiList: 'text' }), 400, 'apiList')
  const names = (await as('GET', '/applications')).body.map(({ appName }: { appName: string }) => appName)
  assert.deepEqual(names, ['billing', 'with a list'])
  assert.equal((await as('GET', '/cronjobs')).body.length, 2)
})

test('what is wrong is named with its field, and nothing is written', async (t) => {
  const { as, ask, admin, define, apis, appId } = await anApplication(t)
  await define()
  const before = (await as('GET', '/applications')).body
  const api = (fields: object) => as('POST', apis, { apiName: 'x', frequency: 'daily', ...fields })

  for (const [field, value] of [
    ['apiName', ''],
    ['apiName', 7],
    ['frequency', 'hourly'],
    ['frequency', null],
    ['timeOfDay', '25:00'],
    ['dayOfWeek', 1],
    ['dayOfMonth', 3],
    ['requestType', 'FETCH'],
    ['queryParams', '{broken'],
    ['queryParams', [1]],
    ['headerParams', { Host: 'evil' }],
    ['payload', '{broken'],
    ['callConfig', 'text'],
    ['cronConfig', '61 * * * *'],
    ['cronConfig', '0 0 31 2 *'],
    ['timeZone', 'Mars/Olympus'],
    ['isActive', 'yes'],
    ['authType', 'Digest'],
    ['authCredentials', 'x'],
    ['handshakeUrl', 'ftp://example.com'],
    ['handshakeUrl', 'http://169.254.169.254/'],
    ['apiRoute', 'https://elsewhere.example.com/'],
  ] as const) {
    const reply = await api({ [field]: value })
    assert.equal(reply.status, 400, `${field} ${JSON.stringify(value)}: ${reply.text}`)
    assert.ok(
      reply.body.errors.some((fault: { field: string }) => fault.field.startsWith(field) || fault.field === 'authType'),
      `${field} ${JSON.stringify(value)}: ${reply.text}`,
    )
  }
  refused(await api({ callConfig: { retries: 3 } }), 400, 'callConfig.retries')
  refused(await api({ queryParams: { a: { b: 1 } } }), 400, 'queryParams.a')
  refused(await api({ apiName: 'invoices' }), 409, 'apiName')
  refused(await as('PUT', `${apis}/invoices/cronConfig`, { cronConfig: 'nonsense' }), 400, 'cronConfig')
  refused(await as('PUT', `${apis}/invoices/cronConfig`, {}), 400, 'cronConfig')
  refused(await as('PUT', `${apis}/unknown/cronConfig`, { cronConfig: '* * * * *' }), 404)
  refused(await as('POST', '/applications', {}), 400, 'appName')
  refused(await as('POST', '/applications', { appName: 'y', appRootPath: '/api' }), 400, 'appRootPath')
  const raw = (body: string, headers = {}) =>
    ask('POST', `//applications/${appId}/apis`, { token: admin.token, raw: body, headers })
  refused(await raw('{"apiName":'), 400)
  refused(await raw('[]'), 400)
  refused(await raw('apiName=x', { 'content-type': 'application/x-www-form-urlencoded' }), 400)
  refused(await raw(`{"apiName":"${'x'.repeat(3 * 1024 * 1024)}"}`), 413)
  assert.deepEqual((await as('GET', '/applications')).body, before)
})

test('roles and workspaces: viewers look, users keep their own, others find nothing', async (t) => {
  const { as, ask, admin, member, stranger, define, apis, appId } = await anApplication(t)
  const { jobId } = await define()
  const [viewer, user, other] = [await member(admin, 'viewer'), await member(admin, 'user'), await stranger()]
  const routes = [
    ['GET', '/cronjobs'],
    ['GET', '/applications'],
    ['GET', `${apis}/invoices/history`],
    ['POST', apis, { apiName: 'x', frequency: 'daily' }],
    ['PUT', `${apis}/invoices`, { requestType: 'POST' }],
    ['PUT', `${apis}/invoices/cronConfig`, { cronConfig: '* * * * *' }],
    ['POST', `/cronjobs/${jobId}/trigger`],
    ['POST', '/applications', { appName: 'mine' }],
  ] as const
  const answers = async (token: string) => {
    const statuses = []
    for (const [method, path, body] of routes) statuses.push((await as(method, path, body, token)).status)
    return statuses
  }

  assert.deepEqual(await answers(viewer.token), [200, 200, 200, 403, 403, 403, 403, 403])
  assert.deepEqual(await answers(user.token), [200, 200, 200, 403, 403, 403, 403, 201])
  assert.deepEqual(await answers(other.token), [200, 200, 404, 404, 404, 404, 404, 201])
  assert.deepEqual((await as('GET', '/cronjobs', undefined, other.token)).body, [])
  for (const [method, path] of routes) refused(await ask(method, `/${path}`), 401)
  const tellsOf = async (id: string) => (await as('POST', `/applications/${id}/apis`, {}, other.token)).text
  assert.equal((await tellsOf(appId)).replace(appId, 'ID'), (await tellsOf('nonsense')).replace('nonsense', 'ID'))
})

test('cron jobs are of all applications and of none, filtered, triggered, and their history is told newest first', async (t) => {
  const { as, ask, admin, define, apis, application, appId, world } = await anApplication(t)
  const { jobId } = await define()
  await define({ apiName: 'paused', isActive: false })
  const other = await application({ appName: 'other' })
  await as('POST', `/applications/${other._id}/apis`, { apiName: 'invoices', frequency: 'yearly' })
  await ask('POST', '/jobs', { token: admin.token, body: aJob({ name: 'plain' }) })
  const names = async (query: string) =>
    (await as('GET', `/cronjobs${query}`)).body.map(
      (job: { appName: string; apiName: string }) => `${job.appName}/${job.apiName}`,
    )

  assert.deepEqual(await names(''), ['billing/invoices', 'billing/paused', 'other/invoices', 'null/plain'])
  assert.deepEqual(await names(`?appId=${appId}`), ['billing/invoices', 'billing/paused'])
  assert.deepEqual(await names(`?appId=${appId}&isActive=false`), ['billing/paused'])
  assert.deepEqual(await names('?isActive=true&limit=1'), ['billing/invoices'])
  assert.deepEqual(await names(`?appId=${newId()}`), [])
  refused(await as('GET', '/cronjobs?isActive=yes'), 400, 'isActive')

  const trigger = await as('POST', `/cronjobs/${jobId}/trigger`)
  assert.deepEqual([trigger.status, trigger.body.jobId], [202, jobId])
  await runWaiting(world, 'failed')
  world.clock.advance(HOUR)
  const second = (await as('POST', `/cronjobs/${jobId}/trigger`)).body.executionId
  await runWaiting(world, 'success')
  const history = `${apis}/invoices/history`
  const runs = (await as('GET', history)).body

  assert.deepEqual(
    runs.map(({ executionId }: { executionId: string }) => executionId),
    [second, trigger.body.executionId],
  )
  assert.deepEqual(runs[1], {
    executionId: trigger.body.executionId,
    status: 'failed',
    triggerType: 'manual',
    startedAt: runs[1].startedAt,
    completedAt: runs[1].completedAt,
    durationMs: 42,
    responseStatus: 500,
    error: 'status 500',
  })
  assert.equal((await as('GET', `${history}?limit=1&page=2`)).body[0].executionId, trigger.body.executionId)
  assert.deepEqual((await as('GET', `${history}?to=2020-01-01`)).body, [])
  assert.equal((await as('GET', `${history}?from=2020-01-01`)).body.length, 2)
  refused(await as('GET', `${history}?from=yesterday`), 400, 'from')
  refused(await as('GET', `${history}?limit=0`), 400, 'limit')
  const [job] = (await as('GET', '/cronjobs')).body
  assert.equal(job.lastStatus, 'success')
  for (const id of [newId(), 'nonsense']) refused(await as('POST', `/cronjobs/${id}/trigger`), 404)
})
