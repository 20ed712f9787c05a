/** What an HTTP target gets: every byte of the request that Carillon answers for. */
import assert from 'node:assert/strict'
import { after, afterEach, describe, test } from 'node:test'

import { httpExecutor } from '../../tests/support/http-runner.ts'
import { anAssignment, aTarget, httpTarget, type TargetServer } from '../../tests/support/targets.ts'
import { HTTP_METHODS, type HttpBody, type HttpTarget } from '../domain/target.ts'

const executor = httpExecutor()
let server: TargetServer

const run = (path: string, more: Partial<HttpTarget> = {}) =>
  executor.execute(anAssignment(aTarget(server.origin + path, more)))

after(() => executor.close())
afterEach(() => server?.close())

describe('the request', () => {
  for (const method of HTTP_METHODS) {
    test(`${method} reaches the target as ${method}`, async () => {
      server = await httpTarget()

      const outcome = await run('/x', { method })

      assert.equal(outcome.kind, 'success')
      assert.equal(outcome.statusCode, 200)
      assert.equal(outcome.output, method === 'HEAD' ? null : 'ok')
      assert.deepEqual([server.received[0]?.method, server.received[0]?.path], [method, '/x'])
    })
  }

  test('the query is added behind the one in the URL, which stays as it was written', async () => {
    server = await httpTarget()

    await run('/x?a=b+c&d=%20#f', {
      query: [
        { name: 'ä b', value: '1&2+3=4' },
        { name: 'e', value: '' },
      ],
    })

    assert.equal(server.received[0]?.path, '/x?a=b+c&d=%20&%C3%A4%20b=1%262%2B3%3D4&e=')
  })

  test('the query is added to a URL that has none', async () => {
    server = await httpTarget()

    await run('/x', { query: [{ name: 'a', value: '1' }] })

    assert.equal(server.received[0]?.path, '/x?a=1')
  })

  const bodies: readonly (readonly [body: HttpBody, type: string, bytes: string])[] = [
    [{ type: 'json', content: { a: ['ä', null] } }, 'application/json', '{"a":["ä",null]}'],
    [{ type: 'json', content: 'text' }, 'application/json', '"text"'],
    [{ type: 'text', content: 'Grüße\n' }, 'text/plain; charset=utf-8', 'Grüße\n'],
    [{ type: 'xml', content: '<a/>' }, 'application/xml; charset=utf-8', '<a/>'],
    [
      {
        type: 'form',
        content: [
          { name: 'a b', value: 'ä&=' },
          { name: 'a b', value: '2' },
        ],
      },
      'application/x-www-form-urlencoded',
      'a+b=%C3%A4%26%3D&a+b=2',
    ],
  ]
  for (const [body, type, bytes] of bodies) {
    test(`a ${body.type} body is sent as ${type}`, async () => {
      server = await httpTarget()

      await run('/', { method: 'POST', body })

      assert.equal(server.received[0]?.body, bytes)
      assert.equal(server.received[0]?.headers['content-type'], type)
      assert.equal(server.received[0]?.headers['content-length'], String(Buffer.byteLength(bytes)))
    })
  }

  test('a content type that the job gives stays', async () => {
    server = await httpTarget()

    await run('/', {
      method: 'POST',
      headers: [{ name: 'Content-Type', value: 'application/vnd.api+json' }],
      body: { type: 'json', content: 1 },
    })

    assert.equal(server.received[0]?.headers['content-type'], 'application/vnd.api+json')
  })

  test('each call says who calls, which execution it is, which attempt, and for when', async () => {
    server = await httpTarget()
    const assignment = anAssignment(aTarget(server.origin), { attempt: 3, trigger: 'catch_up' })

    await executor.execute(assignment)

    const { host, connection, ...headers } = server.received[0]?.headers ?? assert.fail()
    assert.deepEqual(headers, {
      'user-agent': 'carillon/1.2.3',
      accept: '*/*',
      'accept-encoding': 'identity',
      'idempotency-key': assignment.executionId,
      'webhook-id': assignment.executionId,
      'carillon-attempt': '3',
      'carillon-scheduled-for': '2026-03-29T01:30:00.000Z',
      'carillon-job-id': assignment.jobId,
      'carillon-trigger': 'catch_up',
    })
    assert.equal(host, `127.0.0.1:${server.port}`)
    assert.equal(connection, 'keep-alive')
  })

  test('the id stays the same from attempt to attempt, and the milliseconds of the scheduled time are sent', async () => {
    server = await httpTarget()
    for (const [attempt, scheduledFor] of [
      [1, 1_790_000_000_007],
      [2, 1_790_000_000_999],
      [3, 1_790_000_001_000],
    ] as const) {
      await executor.execute(anAssignment(aTarget(server.origin), { attempt, scheduledFor }))
    }

    assert.equal(new Set(server.received.map(({ headers }) => headers['idempotency-key'])).size, 1)
    assert.deepEqual(
      server.received.map(({ headers }) => headers['carillon-scheduled-for']),
      ['2026-09-21T14:13:20.007Z', '2026-09-21T14:13:20.999Z', '2026-09-21T14:13:21.000Z'],
    )
  })

  test('headers of the job are sent in its letter case, several of one name too', async () => {
    server = await httpTarget()

    await run('/', {
      headers: [
        { name: 'X-One', value: 'a' },
        { name: 'x-one', value: 'b' },
        { name: 'Accept', value: 'text/html' },
        { name: 'X-Latin', value: 'é' },
      ],
    })

    const headers = server.received[0]?.headers ?? assert.fail()
    assert.equal(headers['x-one'], 'a, b')
    assert.equal(headers.accept, 'text/html')
    assert.equal(headers['x-latin'], 'é')
  })

  test('S55: proxy settings of the environment are ignored', async (context) => {
    server = await httpTarget()
    const proxy = 'http://127.0.0.1:1'
    const settings = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, http_proxy: proxy, ALL_PROXY: proxy, NO_PROXY: '' }
    context.mock.property(process, 'env', settings)

    assert.equal((await run('/')).kind, 'success')
  })
})

describe('auth', () => {
  test('basic, bearer and a header of its own carry the opened secret', async () => {
    server = await httpTarget()

    await run('/', { auth: { kind: 'basic', username: 'ann', password: { sealed: 'pässword' } } })
    await run('/', { auth: { kind: 'bearer', token: { sealed: 'token-1' } } })
    await run('/', { auth: { kind: 'header', name: 'X-Api-Key', value: { sealed: 'key-1' } } })

    const [basic, bearer, header] = server.received.map(({ headers }) => headers)
    assert.equal(basic?.authorization, `Basic ${Buffer.from('ann:pässword').toString('base64')}`)
    assert.equal(bearer?.authorization, 'Bearer token-1')
    assert.equal(header?.['x-api-key'], 'key-1')
  })

  test('the secret is opened anew for each attempt, for the assignment it belongs to', async () => {
    server = await httpTarget()
    const opened: string[] = []
    const own = httpExecutor({
      reveal: ({ sealed }, { workspaceKey, attempt }) => {
        opened.push(`${sealed} ${workspaceKey} ${attempt}`)
        return 'secret'
      },
    })
    const target = aTarget(server.origin, { auth: { kind: 'bearer', token: { sealed: 'v1.abc' } } })

    await own.execute(anAssignment(target, { workspaceKey: 4 }))
    await own.execute(anAssignment(target, { workspaceKey: 4, attempt: 2 }))
    await own.close()

    assert.deepEqual(opened, ['v1.abc 4 1', 'v1.abc 4 2'])
  })

  test('a secret that cannot be opened fails the attempt for good, and nothing of it shows', async () => {
    server = await httpTarget()
    const own = httpExecutor({
      reveal: () => {
        throw new Error('cannot decrypt hunter2')
      },
    })

    const outcome = await own.execute(
      anAssignment(aTarget(server.origin, { auth: { kind: 'bearer', token: { sealed: 'x' } } })),
    )
    await own.close()

    assert.deepEqual([outcome.failure, outcome.retryable], ['secret', false])
    assert.equal(JSON.stringify([outcome, own.faults]).includes('hunter2'), false)
    assert.equal(server.received.length, 0)
  })

  test('a secret with a line break cannot begin another header', async () => {
    server = await httpTarget()

    const outcome = await run('/', { auth: { kind: 'bearer', token: { sealed: 'a\r\nx-evil: 1' } } })

    assert.equal(outcome.failure, 'secret')
    assert.equal(server.received.length, 0)
  })

  test('S69: a target that echoes the secrets gets them redacted', async () => {
    server = await httpTarget(({ headers }, response) => {
      response.statusCode = 500
      response.end(JSON.stringify(headers))
    })

    const basic = await run('/', { auth: { kind: 'basic', username: 'ann', password: { sealed: 'hunter2hunter2' } } })
    const bearer = await run('/', { auth: { kind: 'bearer', token: { sealed: 'tok"en-0123456789' } } })

    for (const outcome of [basic, bearer]) {
      assert.match(outcome.output ?? '', /\[redacted\]/)
      for (const secret of ['hunter2', Buffer.from('ann:hunter2hunter2').toString('base64'), 'en-0123456789']) {
        assert.equal(JSON.stringify(outcome).includes(secret), false)
      }
    }
  })

  test('a rule on the body sees the answer before redaction', async () => {
    server = await httpTarget(({ headers }, response) => response.end(headers.authorization))

    const outcome = await run('/', {
      auth: { kind: 'bearer', token: { sealed: 'secret-token' } },
      success: { bodyContains: 'secret-token' },
    })

    assert.equal(outcome.kind, 'success')
    assert.equal(outcome.output, 'Bearer [redacted]')
  })
})
