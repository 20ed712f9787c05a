/** The ground for all others: the same load with nothing done to the server, so that nothing may be excused by a fault. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient } from './support/client.ts'
import { readKept } from './support/database.ts'
import { createSteadyJobs } from './support/load.ts'
import { startReceiver } from './support/receiver-process.ts'
import { isLong, scenario } from './support/scenario.ts'
import { freePort, startServer } from './support/server.ts'
import { startWriters } from './support/writers.ts'

const RUN_MS = isLong ? 120_000 : 10_000

test('with two processes, users at work on both and no fault, every occurrence runs once and in time', async (t) => {
  const run = scenario(t, 'no-fault')
  const receiver = await startReceiver(run)
  const first = startServer({ run, port: await freePort(), name: 'first' })
  await first.ready()
  const second = startServer({ run, port: await freePort(), name: 'second' })
  await second.ready()
  const clients = [first, second].map((server) => createClient(() => server.url))
  for (const client of clients) await client.signIn()
  const [client] = clients as [ReturnType<typeof createClient>]
  await createSteadyJobs({ client, random: run.random, receiverUrl: receiver.url })
  const writers = clients.map((one, index) =>
    startWriters({ run, client: one, name: `writer-of-${index}`, receiverUrl: receiver.url, open: async () => {} }),
  )

  await receiver.reachesInstant(Date.now() + RUN_MS, RUN_MS + 10_000)
  for (const one of writers) await one.stop()
  // What the last calls made due may still run.
  await receiver.reachesInstant(Date.now() + 1000, 10_000)
  const stoppedAt = Date.now()
  assert.equal((await first.stop()).code, 0)
  assert.equal((await second.stop()).code, 0)
  const receipts = await receiver.finish()

  const kept = readKept(join(run.directory, 'carillon.db'))
  const calls = clients.flatMap((one) => one.calls)
  const counts = run.judge({ receipts, calls, faults: [], kept, finished: [], stoppedAt })
  assert.deepEqual(
    clients.flatMap((one) => one.surprises),
    [],
  )
  assert.deepEqual([counts.repeats, counts.uncertain, counts.unknownWrites], [0, 0, 0])
  assert.ok(counts.fires > 1000 && counts.writes > 300, `${counts.fires} calls and ${counts.writes} writes are too few`)
})
