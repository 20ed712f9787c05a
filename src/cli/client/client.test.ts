/** The client: where tokens go, when they are renewed, and what refusals become. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { createClient, sessionFile } from './client.ts'

type Asked = { method: string; path: string; token: string | undefined; body: unknown; ifMatch: string | undefined }
type Answer = { status: number; body?: unknown; type?: string }

let server: Server
let url: string
let asked: Asked[]
let answerTo: (asked: Asked) => Answer
let folder: string

const askedBy = async (request: IncomingMessage): Promise<Asked> => {
  const body = await text(request)
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    token: request.headers.authorization?.replace('Bearer ', ''),
    body: body === '' ? undefined : JSON.parse(body),
    ifMatch: request.headers['if-match'],
  }
}

before(async () => {
  server = createServer(async (request, reply) => {
    const one = await askedBy(request)
    asked.push(one)
    const { status, body, type = status < 400 ? 'application/json' : 'application/problem+json' } = answerTo(one)
    reply.writeHead(status, body === undefined ? {} : { 'content-type': type })
    reply.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked = []
  answerTo = () => ({ status: 200, body: { fine: true } })
  folder = mkdtempSync(join(tmpdir(), 'carillon-client-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const session = () => sessionFile({ XDG_CONFIG_HOME: folder })
const signedIn = (at = url) =>
  session().write({ url: at, username: 'ada', access_token: 'access-1', refresh_token: 'refresh-1' })
const client = (environment = {}, given?: string) => createClient({ server: given, environment, session: session() })

describe('the client', () => {
  it('asks the server that somebody signed in to, with the kept token', async () => {
    signedIn()

    assert.deepEqual(await client().get('/jobs', { search: 'a b', status: ['x', 'y'], cursor: undefined }), {
      fine: true,
    })

    assert.deepEqual(asked, [
      {
        method: 'GET',
        path: '/api/v3/jobs?search=a+b&status=x&status=y',
        token: 'access-1',
        body: undefined,
        ifMatch: undefined,
      },
    ])
  })

  it('sends a body as JSON and the version as If-Match', async () => {
    signedIn()

    await client().patch('/jobs/1', { name: 'x' }, 7)

    assert.deepEqual(asked[0], {
      method: 'PATCH',
      path: '/api/v3/jobs/1',
      token: 'access-1',
      body: { name: 'x' },
      ifMatch: '"7"',
    })
  })

  it('never sends the tokens of one server to another', async () => {
    signedIn('https://elsewhere.example')

    await assert.rejects(client({}, url).get('/jobs'), {
      exit: 'forbidden',
      message: `not signed in to ${url}; run: carillon login`,
    })

    assert.deepEqual(asked, [])
  })

  it('--server goes before CARILLON_URL, and that before the kept session', () => {
    signedIn('http://kept.example')

    assert.equal(client().url, 'http://kept.example')
    assert.equal(client({ CARILLON_URL: 'http://said.example/' }).url, 'http://said.example')
    assert.equal(
      client({ CARILLON_URL: 'http://said.example' }, 'http://given.example/base/').url,
      'http://given.example/base',
    )
  })

  it('CARILLON_TOKEN stands for a session and is not renewed', async () => {
    answerTo = () => ({ status: 401, body: { code: 'unauthenticated' } })

    await assert.rejects(client({ CARILLON_URL: url, CARILLON_TOKEN: 'fixed' }).get('/me'), { exit: 'forbidden' })

    assert.deepEqual(
      asked.map(({ path, token }) => [path, token]),
      [['/api/v3/me', 'fixed']],
    )
  })

  it('renews a token that has run out, keeps the new ones, and asks again', async () => {
    signedIn()
    answerTo = ({ path, token }) => {
      if (path.endsWith('/refresh'))
        return { status: 200, body: { access_token: 'access-2', refresh_token: 'refresh-2' } }
      return token === 'access-2' ? { status: 200, body: { ok: 1 } } : { status: 401, body: {} }
    }

    assert.deepEqual(await client().get('/me'), { ok: 1 })

    assert.deepEqual(
      asked.map(({ path, token, body }) => [path, token, body]),
      [
        ['/api/v3/me', 'access-1', undefined],
        ['/api/v3/sessions/refresh', undefined, { refresh_token: 'refresh-1' }],
        ['/api/v3/me', 'access-2', undefined],
      ],
    )
    assert.deepEqual(session().read(), { url, username: 'ada', access_token: 'access-2', refresh_token: 'refresh-2' })
  })

  it('takes the tokens that another command has renewed meanwhile', async () => {
    signedIn()
    answerTo = ({ token }) => {
      if (token !== 'access-1') return { status: 200, body: { ok: 1 } }
      session().write({ url, username: 'ada', access_token: 'access-9', refresh_token: 'refresh-9' })
      return { status: 401, body: {} }
    }

    assert.deepEqual(await client().get('/me'), { ok: 1 })

    assert.deepEqual(
      asked.map(({ path }) => path),
      ['/api/v3/me', '/api/v3/me'],
    )
  })

  it('a session that cannot be renewed is over, and says how to begin another', async () => {
    signedIn()
    answerTo = () => ({ status: 401, body: { code: 'token.invalid' } })

    await assert.rejects(client().get('/me'), {
      exit: 'forbidden',
      message: `the session at ${url} is over; run: carillon login`,
    })
  })

  it('a refusal keeps what the server said about it', async () => {
    signedIn()
    const problem = {
      code: 'invalid',
      detail: 'name: "": too short',
      errors: [{ field: 'name', message: 'too short' }],
    }
    answerTo = () => ({ status: 422, body: problem })

    await assert.rejects(client().post('/jobs', {}), { exit: 'usage', message: problem.detail, problem })
  })

  it('what is no Carillon server is not taken for one', async () => {
    signedIn()
    answerTo = () => ({ status: 200, body: '<html>hello</html>', type: 'text/html' })

    await assert.rejects(client().get('/me'), {
      exit: 'unreachable',
      message: `what answers at ${url} is no Carillon server (status 200)`,
    })
  })

  it('a server that is not there is named', async () => {
    const gone = createServer().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const address = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`
    gone.close()
    await once(gone, 'close')

    const asking = client({ CARILLON_URL: address, CARILLON_TOKEN: 'x' }).get('/me')

    await assert.rejects(asking, {
      exit: 'unreachable',
      message: new RegExp(`^${address} does not answer: .*ECONNREFUSED`),
    })
  })

  for (const wrong of ['localhost:5001', 'ftp://x', 'http://user:pw@x', 'http://x?a=b'])
    it(`${wrong} is no address of a server`, () => {
      assert.throws(() => client({}, wrong), { exit: 'usage', message: /write the address of a server/ })
    })
})

describe('the kept session', () => {
  it('can be read by its owner alone', () => {
    signedIn()

    assert.equal(statSync(session().path).mode & 0o777, 0o600)
    assert.equal(statSync(join(folder, 'carillon')).mode & 0o777, 0o700)
  })

  it('is forgotten on request, and what is broken counts as none', () => {
    signedIn()
    writeFileSync(session().path, readFileSync(session().path, 'utf8').slice(0, 20))

    assert.equal(session().read(), null)
    session().remove()
    session().remove()
    assert.equal(session().read(), null)
  })
})
