/** F10: two processes on one database file: one fires, both serve; when the first is killed the second takes over. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Fault } from './checker/history.ts'
import { createClient } from './support/client.ts'
import { integrityOf, readKept } from './support/database.ts'
import { createSteadyJobs, STEADY_JOBS } from './support/load.ts'
import { startReceiver } from './support/receiver-process.ts'
import { isLong, scenario } from './support/scenario.ts'
import { freePort, type Server, startServer } from './support/server.ts'
import { eventually } from './support/waiting.ts'
import { startWriters } from './support/writers.ts'

const TAKEOVERS = isLong ? 20 : 4
/** F10 promises a take-over within this time of the kill. */
const TAKE_OVER_MS = 5000
/** What was due meanwhile starts this soon after. */
const ALLOWANCE_MS = 3000

test(`a second process on the same file serves and fires nothing, and takes over when the first is killed, ${TAKEOVERS} times`, async (t) => {
  const run = scenario(t, 'two-processes')
  const receiver = await startReceiver(run)
  const ports = [await freePort(), await freePort()] as const
  const startAt = (port: number) => startServer({ run, port, name: `server-${port}` })
  let first = startAt(ports[0])
  await first.ready()
  let second = startAt(ports[1])
  await second.ready()
  // Everything is asked of the process that does not schedule.
  const client = createClient(() => second.url)
  await client.signIn()
  await createSteadyJobs({ client, random: run.random, receiverUrl: receiver.url })
  assert.equal(await jobsSeenBy(first), STEADY_JOBS, 'the first process does not see what the second one made')
  const writers = startWriters({ run, client, receiverUrl: receiver.url, open: async () => {} })

  const faults: Fault[] = []
  let slowestTakeOver = 0
  for (let kills = 0; kills < TAKEOVERS; kills++) {
    assert.equal(await isScheduling(first), true)
    assert.equal(await isScheduling(second), false)
    await receiver.reachesInstant(Date.now() + run.random.between(500, 2500), 10_000)
    assert.equal(await firesOf(second), 0, 'the process that does not schedule has fired')
    assert.ok((await firesOf(first)) > 0)

    const killedAt = await first.kill()
    const survivor = second
    const until = await eventually(async () => ((await isScheduling(survivor)) ? Date.now() : undefined), {
      what: 'the second process takes over',
      withinMs: TAKE_OVER_MS,
      everyMs: 50,
    })
    await receiver.reachesInstant(killedAt, TAKE_OVER_MS)
    slowestTakeOver = Math.max(slowestTakeOver, until - killedAt)
    faults.push({ kind: 'kill', from: killedAt, until, allowanceMs: ALLOWANCE_MS })

    // The port of the one that was killed gets the new second; users move on to it.
    const next = startAt(ports[kills % 2] as number)
    await next.ready()
    first = survivor
    second = next
  }
  await writers.stop()
  await receiver.reachesInstant((faults.at(-1)?.until ?? 0) + ALLOWANCE_MS, 15_000)
  await second.stop()
  const stoppedAt = Date.now()
  await first.stop()
  const receipts = await receiver.finish()

  const database = join(run.directory, 'carillon.db')
  assert.equal(integrityOf(database), 'ok')
  const counts = run.judge(
    { receipts, calls: client.calls, faults, kept: readKept(database), finished: [], stoppedAt },
    { slowestTakeOverMs: slowestTakeOver },
  )
  assert.deepEqual(client.surprises, [])
  assert.ok(counts.repeats <= counts.inFlight)
  assert.ok(counts.fires > TAKEOVERS * 100, `${counts.fires} calls are too few to prove anything`)
})

const jobsSeenBy = async (server: Server): Promise<number> => {
  const client = createClient(() => server.url)
  await client.signIn()
  const answer = await client.ask({ method: 'GET', path: '/api/v3/system' })
  assert.ok(answer.kind === 'answer' && answer.status === 200)
  return (answer.body as { readonly scheduled_jobs: number }).scheduled_jobs
}

const isScheduling = async (server: Server): Promise<boolean | undefined> => {
  const answer = await createClient(() => server.url).ask({ method: 'GET', path: '/api/health' })
  if (answer.kind !== 'answer') return undefined
  return (answer.body as { readonly scheduler_running: boolean }).scheduler_running
}

/** Calls that the process itself has recorded. */
const firesOf = async (server: Server): Promise<number> => {
  const answer = await createClient(() => server.url).ask({ method: 'GET', path: '/metrics' })
  assert.ok(answer.kind === 'answer' && answer.status === 200)
  const lines = String(answer.body).match(/^carillon_fires_total\{[^}]*\} \d+$/gm) ?? []
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}
