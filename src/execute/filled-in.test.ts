/** Template variables and bodies, as a real target receives them. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { httpExecutor, type TestExecutor } from '../../tests/support/http-runner.ts'
import { anAssignment, aTarget, httpTarget, type Received, type TargetServer } from '../../tests/support/targets.ts'
import type { HttpTarget } from '../domain/target.ts'

let server: TargetServer
let executor: TestExecutor
before(async () => {
  server = await httpTarget()
  executor = httpExecutor()
})
after(async () => {
  await executor.close()
  await server.close()
})

const received = async (path: string, more: Partial<HttpTarget>, attempt = 1): Promise<Received> => {
  const target = aTarget(server.origin + path, { method: 'POST', ...more })
  const outcome = await executor.execute(anAssignment(target, { attempt, jobName: 'a "b" <c> & d/é' }))
  assert.equal(outcome.kind, 'success', outcome.error ?? '')
  return server.received.at(-1) ?? assert.fail('nothing came')
}

describe('variables', () => {
  it('are filled in anew for each attempt, in path, query, headers and body', async () => {
    const target: Partial<HttpTarget> = {
      query: [{ name: 'due', value: '{{scheduled_for}}' }],
      headers: [{ name: 'x-run', value: '{{execution.id}} try {{attempt}} by {{trigger}}' }],
      body: { type: 'json', content: { of: 'for {{metadata.team}}', n: 1 } },
      variables: { team: 'R&D "x"' },
    }

    const first = await received('/jobs/{{job.id}}', target, 1)
    const second = await received('/jobs/{{job.id}}', target, 2)

    assert.equal(first.path, '/jobs/01990000-0000-7000-8000-00000000000a?due=2026-03-29T01%3A30%3A00.000Z')
    assert.equal(first.headers['x-run'], '01990000-0000-7000-8000-000000000001 try 1 by schedule')
    assert.equal(second.headers['x-run'], '01990000-0000-7000-8000-000000000001 try 2 by schedule')
    assert.deepEqual(JSON.parse(first.body), { of: 'for R&D "x"', n: 1 })
    assert.equal(first.headers['content-length'], String(Buffer.byteLength(first.body)))
  })

  it('are escaped for where they stand', async () => {
    const variables = {}
    const xml = await received('/{{job.name}}', { variables, body: { type: 'xml', content: '<j n="{{job.name}}"/>' } })
    const form = await received('/', {
      variables,
      body: { type: 'form', content: [{ name: 'n', value: '{{job.name}}' }] },
    })
    const header = await received('/', { variables, headers: [{ name: 'x-name', value: '{{job.name}}' }] })

    assert.equal(xml.path, '/a%20%22b%22%20%3Cc%3E%20%26%20d%2F%C3%A9')
    assert.equal(xml.body, '<j n="a &quot;b&quot; &lt;c&gt; &amp; d/é"/>')
    assert.equal(new URLSearchParams(form.body).get('n'), 'a "b" <c> & d/é')
    assert.equal(header.headers['x-name'], 'a "b" <c> & d/%C3%A9')
  })

  it('in a target that was saved without any are text like any other', async () => {
    const request = await received('/', { body: { type: 'text', content: '{{job.id}}' } })

    assert.equal(request.body, '{{job.id}}')
  })

  it('are part of what is signed', async () => {
    const signing = { secret: { sealed: `whsec_${Buffer.alloc(32).toString('base64')}` } }
    const body = { type: 'text', content: 'try {{attempt}}' } as const

    const one = await received('/', { variables: {}, signing, body }, 1)
    const two = await received('/', { variables: {}, signing, body }, 2)

    assert.equal(one.body, 'try 1')
    assert.notEqual(one.headers['webhook-signature'], two.headers['webhook-signature'])
  })

  it('S52: a value that would lead to another path ends the attempt before anything is sent', async () => {
    const before = server.received.length
    const target = aTarget(`${server.origin}/a/{{metadata.up}}/b`, { variables: { up: '..' } })

    const outcome = await executor.execute(anAssignment(target))

    assert.deepEqual([outcome.failure, outcome.retryable, server.received.length], ['malformed', false, before])
  })
})

describe('a body', () => {
  const bodies: readonly (readonly [body: NonNullable<HttpTarget['body']>, type: string, sent: string])[] = [
    [{ type: 'json', content: { a: [1, null, 'é'] } }, 'application/json', '{"a":[1,null,"é"]}'],
    [{ type: 'text', content: 'héllo' }, 'text/plain; charset=utf-8', 'héllo'],
    [{ type: 'xml', content: '<a>é</a>' }, 'application/xml; charset=utf-8', '<a>é</a>'],
    [
      {
        type: 'form',
        content: [
          { name: 'a', value: '1 & 2' },
          { name: 'a', value: 'é' },
        ],
      },
      'application/x-www-form-urlencoded',
      'a=1+%26+2&a=%C3%A9',
    ],
  ]
  for (const [body, type, sent] of bodies) {
    it(`of the type ${body.type} is sent as ${type}`, async () => {
      const request = await received('/', { body })

      assert.deepEqual([request.headers['content-type'], request.body], [type, sent])
    })
  }

  it('has the content type that the job’s own header names, if it names one', async () => {
    const headers = [{ name: 'Content-Type', value: 'application/soap+xml' }]

    const request = await received('/', { headers, body: { type: 'xml', content: '<a/>' } })

    assert.equal(request.headers['content-type'], 'application/soap+xml')
  })
})
