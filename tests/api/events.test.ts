/** The stream of events over a real connection: resumed, filtered, ended in time, and never faster than it is read. */
import assert from 'node:assert/strict'
import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { createServer } from '../../src/api/server.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { anEntry } from '../contract/store-audit.ts'
import { SETTINGS } from '../support/api-world.ts'
import { anInput, aWorld, CALLER, MINUTE, runWaiting, START } from '../support/services-world.ts'

type Heard = {
  readonly id: number
  readonly type: string
  readonly data: { readonly subject: { readonly id: string } }
}

type Stream = {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** Waits, while the clock moves, until so many events have come. */
  readonly until: (count: number) => Promise<readonly Heard[]>
  /** Waits until the server has ended it; answers whether it did, within so much time of the clock. */
  readonly over: (withinMs: number) => Promise<boolean>
  readonly close: () => void
  readonly text: () => string
}

const aServer = async (t: TestContext) => {
  const world = await aWorld(t)
  const { services, clock, store } = world
  const server = await createServer({
    services,
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
    clock,
    settings: SETTINGS,
  })
  t.after(() => server.close())
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  const admin = await world.admin('ada')
  const { accessToken } = await world.signIn('ada')

  /** A turn of the event loop and of real sockets, and a step of the clock. */
  const pass = async (ms: number) => {
    clock.advance(ms)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }

  const open = async (query = '', headers: Record<string, string> = {}, token = accessToken): Promise<Stream> => {
    const request = get(`${url}/api/v3/events${query}`, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...headers },
    })
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request.on('response', resolve)
      request.on('error', reject)
    })
    t.after(() => request.destroy())
    let text = ''
    let ended = false
    answer.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    answer.on('error', () => {})
    answer.on('close', () => {
      ended = true
    })
    const heard = (): Heard[] =>
      [...text.matchAll(/^id: (\d+)\nevent: (\S+)\ndata: (.*)\n\n/gm)].map(([, id, type = '', data = '']) => ({
        id: Number(id),
        type,
        data: JSON.parse(data),
      }))
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      text: () => text,
      until: async (count) => {
        for (let turns = 0; heard().length < count && turns < 2000; turns++) await pass(50)
        return heard()
      },
      over: async (withinMs) => {
        for (let passed = 0; !ended && passed < withinMs; passed += 100) await pass(100)
        for (let turns = 0; !ended && turns < 50; turns++) await pass(0)
        return ended
      },
      close: () => request.destroy(),
    }
  }
  const happen = (count: number) =>
    Promise.all(Array.from({ length: count }, () => store.audit.append(anEntry(admin.workspaceKey))))
  return { ...world, admin, accessToken, open, happen, pass, url }
}

const ids = (events: readonly Heard[]): number[] => events.map(({ id }) => id)

describe('the stream of events', () => {
  it('begins with what happens from now on, each with its id, its type and its facts', async (t) => {
    const { open, happen } = await aServer(t)
    await happen(3)
    const stream = await open()

    await stream.until(0)
    await happen(1)
    const [event] = await stream.until(1)

    assert.equal(stream.status, 200)
    assert.match(String(stream.headers['content-type']), /^text\/event-stream/)
    assert.deepEqual(
      [stream.headers['cache-control'], stream.headers['x-content-type-options']],
      ['no-store', 'nosniff'],
    )
    assert.deepEqual([event?.type, event?.data.subject.id], ['job.changed', 'a job'])
  })

  it('is taken up after the last event that came: none is lost, none comes twice', async (t) => {
    const { open, happen } = await aServer(t)
    await happen(150)
    const first = await open('?after=0')
    const before = await first.until(40)
    first.close()
    await happen(90)
    const last = before.at(-1)?.id ?? 0

    const resumed = await open('?after=1', { 'last-event-id': String(last) })
    await resumed.until(240 - before.length)
    await happen(10)
    const rest = await resumed.until(250 - before.length)

    const all = [...ids(before), ...ids(rest)]
    assert.deepEqual(
      all,
      Array.from({ length: all.length }, (_, at) => at + 1),
    )
    assert.ok(all.length >= 250)
  })

  it('tells only of the types and the job that are asked for', async (t) => {
    const { open, happen, services, admin } = await aServer(t)
    const job = await services.jobs.create(admin, anInput())
    await happen(2)
    await services.jobs.pause(admin, job.id)
    await services.jobs.create(admin, anInput())

    const byJob = await open(`?after=0&job_id=${job.id}`)
    const byType = await open('?after=0&types=job.paused&types=user.signed_up')

    assert.deepEqual(
      (await byJob.until(2)).map(({ type }) => type),
      ['job.created', 'job.paused'],
    )
    assert.deepEqual(
      (await byType.until(2)).map(({ type }) => type),
      ['user.signed_up', 'job.paused'],
    )
  })

  it('makes successes be told while it is open, and for a while after, so that one that comes back misses none', async (t) => {
    const { open, services, admin, store, clock, pass } = await aServer(t)
    const stream = await open()
    await stream.until(0)
    for (let turns = 0; turns < 20; turns++) await pass(50)
    stream.close()

    assert.deepEqual(
      (await store.events.interests(clock.now())).map(({ workspaceKey, jobKey, types }) => [
        workspaceKey,
        jobKey,
        types,
      ]),
      [[admin.workspaceKey, null, null]],
    )
    assert.deepEqual(await store.events.interests(clock.now() + 2 * MINUTE), [])
    const failures = await open('?types=execution.failed')
    await failures.until(0)
    const job = await services.jobs.create(admin, anInput())
    await services.jobs.run(admin, job.id)
    await runWaiting({ store, clock }, 'failed')
    assert.deepEqual(
      (await failures.until(1)).map(({ type }) => type),
      ['execution.failed'],
    )
  })

  it('S07: ends when the session does, and says that it is still there until then', async (t) => {
    const { open, services, accessToken } = await aServer(t)
    const stream = await open()
    assert.equal(await stream.over(20_000), false)
    assert.match(stream.text(), /^: still here$/m)

    await services.sessions.signOut(await services.sessions.authenticate(accessToken))

    assert.equal(await stream.over(1000), true)
  })

  it('S07: ends within seconds when the user is disabled by another process', async (t) => {
    const { open, admin, store, signIn, services, clock } = await aServer(t)
    const member = await services.users.create(admin, {
      username: 'bob',
      email: 'bob@example.com',
      password: 'a fine long pass phrase',
      role: 'viewer',
    })
    const stream = await open('', {}, (await signIn('bob')).accessToken)
    await stream.until(0)
    const user = (await store.people.userById(member.id)) ?? assert.fail()

    await store.people.updateUser(user, { enabled: false }, { now: clock.now(), revokeSessions: true })

    assert.equal(await stream.over(5000), true)
  })

  it('tells people who are no administrators nothing of accounts and sessions', async (t) => {
    const { open, admin, services, signIn } = await aServer(t)
    await services.users.create(admin, {
      username: 'bob',
      email: 'bob@example.com',
      password: 'a fine long pass phrase',
      role: 'viewer',
    })
    await services.jobs.create(admin, anInput())
    const { accessToken } = await signIn('bob')

    const stream = await open('?after=0', {}, accessToken)
    const refused = await open('?types=user.created', {}, accessToken)

    assert.deepEqual(
      (await stream.until(1)).map(({ type }) => type),
      ['job.created'],
    )
    assert.equal(refused.status, 403)
  })

  it('tells another workspace nothing, and does not know its jobs', async (t) => {
    const { open, admin, services, happen, signIn } = await aServer(t)
    const job = await services.jobs.create(admin, anInput())
    await services.sessions.signUp({
      ...CALLER,
      username: 'eve',
      email: 'eve@example.com',
      password: 'a fine long pass phrase',
    })
    const { accessToken } = await signIn('eve')
    await happen(5)

    const stream = await open('?after=0', {}, accessToken)
    const foreign = await open(`?job_id=${job.id}`, {}, accessToken)

    assert.deepEqual(
      (await stream.until(3)).map(({ id, type }) => [id, type]),
      [
        [1, 'user.signed_up'],
        [2, 'session.started'],
        [3, 'session.started'],
      ],
    )
    assert.equal(foreign.status, 404)
  })

  it('S91: a reader that does not read is ended, and the server keeps next to nothing for it', async (t) => {
    const { admin, accessToken, url, store, pass } = await aServer(t)
    const fields = Array.from({ length: 400 }, (_, at) => `a field with a long name ${at}`)
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 100 }, () => store.audit.append(anEntry(admin.workspaceKey, { fields }))))
    }
    const { port } = new URL(url)
    const socket = connect(Number(port), '127.0.0.1')
    t.after(() => socket.destroy())
    socket.write(
      `GET /api/v3/events?after=0 HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${accessToken}\r\n\r\n`,
    )
    socket.pause()
    let closed = false
    socket.on('close', () => {
      closed = true
    })
    socket.on('error', () => {})
    const heapBefore = process.memoryUsage().external
    for (let turns = 0; turns < 400; turns++) await pass(50)
    const grown = process.memoryUsage().external - heapBefore

    // What lies in the buffers of the kernel is read first; then the connection is over.
    let received = 0
    socket.on('data', (chunk) => {
      received += chunk.length
    })
    socket.resume()
    for (let turns = 0; !closed && turns < 2000; turns++) await pass(0)

    assert.equal(closed, true)
    assert.ok(received < 10_000_000, `${received} bytes came`)
    assert.ok(grown < 8_000_000, `${grown} bytes were kept`)
  })

  it('is open at most ten times for a user, and closing one makes room', async (t) => {
    const { open, pass } = await aServer(t)
    const streams = await Promise.all(Array.from({ length: 10 }, () => open()))
    const refused = await open()
    assert.equal(refused.status, 429)
    assert.equal(refused.headers['retry-after'], '10')

    streams[0]?.close()
    for (let turns = 0; turns < 20; turns++) await pass(50)

    assert.equal((await open()).status, 200)
  })

  it('refuses a last event id that is none of ours, and begins anew after one that was never given', async (t) => {
    const { open, happen } = await aServer(t)
    await happen(2)

    assert.equal((await open('', { 'last-event-id': 'x' })).status, 400)
    const stream = await open('', { 'last-event-id': '999999' })
    await stream.until(0)
    await happen(1)
    assert.equal((await stream.until(1)).length, 1)
  })

  it('does not hold up the stop of the server', async (t) => {
    const world = await aWorld(t)
    const { services, clock } = world
    const server = await createServer({
      services,
      log: createLog({ level: 'silent' }),
      metrics: createMetrics(),
      clock,
      settings: SETTINGS,
    })
    const url = await server.listen({ host: '127.0.0.1', port: 0 })
    await world.admin('ada')
    const { accessToken } = await world.signIn('ada')
    const headers = { authorization: `Bearer ${accessToken}`, accept: 'text/event-stream' }
    const answer = await new Promise<IncomingMessage>((resolve) => get(`${url}/api/v3/events`, { headers }, resolve))
    const over = new Promise((resolve) => answer.resume().on('close', resolve))

    await server.close()

    await over
    assert.equal(clock.now() - START < MINUTE, true)
  })
})
