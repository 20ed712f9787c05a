/** F01: kill -9 at random moments under load, over and over, each time on the database that the last kill left. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Fault, Finished } from './checker/history.ts'
import { createClient } from './support/client.ts'
import { copyOf, finishedSince, integrityOf, readKept } from './support/database.ts'
import { createGate } from './support/gate.ts'
import { createSteadyJobs } from './support/load.ts'
import { startReceiver } from './support/receiver-process.ts'
import { isLong, scenario } from './support/scenario.ts'
import { freePort, startServer } from './support/server.ts'
import { lasting } from './support/waiting.ts'
import { startWriters } from './support/writers.ts'

const KILLS = isLong ? 300 : 25
/** F of promise.md F01. */
const ALLOWANCE_MS = 3000
/** Runs are looked up again for this long, to see that what had finished stays as it was. */
const LOOK_BACK_MS = 60_000

test(`no occurrence and no acknowledged write is lost over ${KILLS} kills, and nothing runs twice but what was under way`, async (t) => {
  const run = scenario(t, 'kill-loop')
  const { random, directory, judge } = run
  const receiver = await startReceiver(run)
  const settings = { run, port: await freePort() }
  const database = join(directory, 'carillon.db')
  let server = startServer(settings)
  const gate = createGate()
  let ready = server.ready()
  const client = createClient(() => server.url)
  await ready
  gate.open()
  await client.signIn()
  await createSteadyJobs({ client, random, receiverUrl: receiver.url })
  const writers = startWriters({ run, client, receiverUrl: receiver.url, open: gate.passed })

  const faults: Fault[] = []
  const finished = new Map<string, Finished>()
  let slowestStart = 0
  let kills = 0
  while (kills < KILLS) {
    await lasting(random.between(200, 4000))
    gate.close()
    const killedAt = await server.kill()
    kills += 1
    const copy = copyOf(database, join(directory, 'after-kill'))
    server = startServer(settings)
    // A kill may come before this start is through: then the fault lasts until the next one.
    const began = Date.now()
    const fault = { kind: 'kill' as const, from: killedAt, until: Number.POSITIVE_INFINITY, allowanceMs: ALLOWANCE_MS }
    const index = faults.push(fault) - 1
    ready = server.ready().then((at) => {
      gate.open()
      faults[index] = { ...fault, until: at }
      slowestStart = Math.max(slowestStart, at - began)
      return at
    })
    ready.catch(() => {})
    assert.equal(integrityOf(copy), 'ok', `after kill ${kills}`)
    for (const run of finishedSince(copy, killedAt - LOOK_BACK_MS)) if (!finished.has(run.id)) finished.set(run.id, run)
  }

  const readyAt = await ready
  await receiver.reachesInstant(readyAt + ALLOWANCE_MS, 15_000)
  await writers.stop()
  const stoppedAt = Date.now()
  const ended = await server.stop()
  const receipts = await receiver.finish()

  const counts = judge(
    {
      receipts,
      calls: client.calls,
      faults: endedByTheNext(faults),
      kept: readKept(database),
      finished: [...finished.values()],
      stoppedAt,
    },
    { slowestStartMs: slowestStart },
  )
  assert.deepEqual(client.surprises, [])
  assert.equal(ended.code, 0)
  assert.ok(counts.repeats <= counts.inFlight, `${counts.repeats} repeats of ${counts.inFlight} calls in flight`)
  assert.ok(counts.fires > KILLS * 100, `${counts.fires} calls are too few to prove anything`)
  assert.ok(slowestStart <= SLOWEST_START_MS, `a start took ${slowestStart} ms`)
})

/** P4 promises 3 s on a machine of its own; here tests share two cores. */
const SLOWEST_START_MS = 6000

const endedByTheNext = (faults: readonly Fault[]): Fault[] =>
  faults.map((fault, index) => ({ ...fault, until: Math.min(fault.until, faults[index + 1]?.from ?? fault.until) }))
