/** F40: kill -9 while a client repeats its writes: each Idempotency-Key does its work once, and is answered the same ever after. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from './support/client.ts'
import type { Answer } from './support/http.ts'
import { isLong, scenario } from './support/scenario.ts'
import { freePort, startServer } from './support/server.ts'
import { eventually, lasting } from './support/waiting.ts'

const KILLS = isLong ? 100 : 4
const KEYS_A_KILL = 10
const IMPORTED = 1200
const ANSWERED_WITHIN_MS = 30_000

test(`over ${KILLS} kills each repeated creation makes exactly one job, and an import is whole`, async (t) => {
  const run = scenario(t, 'repeats')
  const { random } = run
  const settings = { run, port: await freePort() }
  let server = startServer(settings)
  const client = createClient(() => server.url)
  await server.ready()
  await client.signIn()

  const post = (path: string, key: string, body: unknown) =>
    client.ask({ method: 'POST', path: `/api/v3${path}`, body, headers: { 'idempotency-key': key } })
  let unknown = 0
  /** Asks until there is an answer that says it is done. */
  const untilDone = (path: string, key: string, body: unknown): Promise<unknown> =>
    eventually(
      async () => {
        const answer = await post(path, key, body)
        if (answer.kind === 'broken') unknown += 1
        return isDone(answer) ? answer.body : undefined
      },
      { what: `an answer under ${key}`, withinMs: ANSWERED_WITHIN_MS, everyMs: 50 },
    )

  const first = new Map<string, unknown>()
  for (let kill = 0; kill < KILLS; kill++) {
    const keys = Array.from({ length: KEYS_A_KILL }, (_, n) => `kill ${kill} key ${n}`)
    const asked = keys.map(async (key) => {
      await lasting(random.between(0, 40))
      first.set(key, await untilDone('/jobs', key, aJob(key)))
    })
    await lasting(random.between(5, 45))
    await server.kill()
    server = startServer(settings)
    await Promise.all([server.ready(), ...asked])
  }
  const imported = untilDone('/jobs/import', 'import', {
    jobs: Array.from({ length: IMPORTED }, (_, n) => aJob(`i ${n}`)),
  })
  await lasting(random.between(50, 250))
  await server.kill()
  server = startServer(settings)
  await Promise.all([server.ready(), imported])

  for (const [key, body] of first) {
    const again = await post('/jobs', key, aJob(key))
    assert.deepEqual([again.kind === 'answer' && again.status, again.kind === 'answer' && again.body], [201, body], key)
    const other = await post('/jobs', key, aJob('another'))
    assert.equal(other.kind === 'answer' && other.status, 409, key)
  }
  const names = await namesOf(client)
  const created = names.filter((name) => name.startsWith('kill'))
  run.tell({ kills: KILLS + 1, keys: first.size, unknown, jobs: names.length })
  assert.deepEqual(created.sort(), [...first.keys()].sort())
  assert.equal(names.length - created.length, IMPORTED)
  assert.equal(new Set(names).size, names.length)
  assert.ok(unknown > 0, 'no kill met a request that was under way')
  await server.stop()
})

const isDone = (answer: Answer): answer is Extract<Answer, { kind: 'answer' }> => {
  if (answer.kind !== 'answer' || answer.status === 503) return false
  if (answer.status === 201) return true
  const { code } = answer.body as { code: string }
  assert.equal(code, 'idempotency.under_way', JSON.stringify(answer.body))
  return false
}

const aJob = (name: string) => ({
  name,
  schedules: [{ kind: 'manual' }],
  target: { kind: 'http', url: 'http://127.0.0.1:8099/' },
})

const namesOf = async (client: ReturnType<typeof createClient>): Promise<string[]> => {
  const answer = await client.ask({ method: 'GET', path: '/api/v3/jobs/export' })
  assert.ok(answer.kind === 'answer' && answer.status === 200)
  return (answer.body as { jobs: { name: string }[] }).jobs.map(({ name }) => name)
}
