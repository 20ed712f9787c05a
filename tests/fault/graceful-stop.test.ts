/** F36: SIGTERM under load, several times on one database: nothing is cut, nothing runs twice, nothing is left uncertain. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Fault } from './checker/history.ts'
import { createClient } from './support/client.ts'
import { readKept } from './support/database.ts'
import { createGate } from './support/gate.ts'
import { get } from './support/http.ts'
import { createSteadyJobs } from './support/load.ts'
import { startReceiver } from './support/receiver-process.ts'
import { isLong, scenario } from './support/scenario.ts'
import { freePort, type Server, startServer } from './support/server.ts'
import { lasting } from './support/waiting.ts'
import { startWriters } from './support/writers.ts'

const STOPS = isLong ? 50 : 5
const ALLOWANCE_MS = 3000
/** Calls of this length are under way at every stop. */
const SLOW_MS = 1500

test(`a server that is told to end says so first, finishes what it began and exits with 0, ${STOPS} times under load`, async (t) => {
  const run = scenario(t, 'graceful-stop')
  const receiver = await startReceiver(run)
  const settings = { run, port: await freePort() }
  const gate = createGate()
  let server = startServer(settings)
  await server.ready()
  gate.open()
  const client = createClient(() => server.url)
  await client.signIn()
  await createSteadyJobs({ client, random: run.random, receiverUrl: receiver.url, slowMs: SLOW_MS })
  const writers = startWriters({ run, client, receiverUrl: receiver.url, open: gate.passed })

  const faults: Fault[] = []
  let slowestStop = 0
  let stoppedAt = 0
  for (let stops = 1; stops <= STOPS; stops++) {
    await receiver.reachesInstant(Date.now() + run.random.between(1000, 3000), 10_000)
    stoppedAt = Date.now()
    const answers = watchReadiness(server)
    const ended = await server.stop()
    slowestStop = Math.max(slowestStop, ended.tookMs)
    assert.deepEqual({ code: ended.code, signal: ended.signal }, { code: 0, signal: null }, server.said())
    assertNotReadyFirst(await answers)
    if (stops === STOPS) break
    gate.close()
    server = startServer(settings)
    const until = await server.ready()
    gate.open()
    faults.push({ kind: 'outage', from: stoppedAt, until, allowanceMs: ALLOWANCE_MS })
  }
  await writers.stop()
  const receipts = await receiver.finish()

  const kept = readKept(join(run.directory, 'carillon.db'))
  const counts = run.judge(
    { receipts, calls: client.calls, faults, kept, finished: [], stoppedAt },
    { stops: STOPS, slowestStopMs: Math.round(slowestStop) },
  )
  assert.deepEqual(client.surprises, [])
  assert.equal(counts.repeats, 0)
  assert.equal(counts.uncertain, 0)
  assert.ok(counts.fires > STOPS * 100, `${counts.fires} calls are too few to prove anything`)
})

/** Asks until nobody listens any more; the answers in order. */
const watchReadiness = async (server: Server): Promise<readonly (number | undefined)[]> => {
  const answers: (number | undefined)[] = []
  while (server.alive()) {
    answers.push(await get(`${server.url}/readyz`))
    await lasting(5)
  }
  return answers
}

const assertNotReadyFirst = (answers: readonly (number | undefined)[]): void => {
  const firstNo = answers.indexOf(503)
  assert.notEqual(firstNo, -1, `never said 503 before it ended: ${answers.join(' ')}`)
  assert.ok(!answers.slice(firstNo).includes(200), `ready again while ending: ${answers.join(' ')}`)
}
