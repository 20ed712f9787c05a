/** F05: the disk is full for a while: writes are refused and say so, reads go on, nothing is half written, and work resumes by itself. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Fault } from './checker/history.ts'
import { type Client, createClient } from './support/client.ts'
import { integrityOf, readKept } from './support/database.ts'
import { disks } from './support/disks.ts'
import { createGate } from './support/gate.ts'
import { everyMs, mixedPlan } from './support/job-plan.ts'
import { startReceiver } from './support/receiver-process.ts'
import { isLong, scenario } from './support/scenario.ts'
import { freePort, startServer } from './support/server.ts'
import { eventually, lasting } from './support/waiting.ts'
import { startWriters } from './support/writers.ts'

const FULL_TIMES = isLong ? 20 : 2
const JOBS = 40
/** F05 promises that a write is refused, and that work resumes, within these times. */
const REFUSED_MS = 1000
const RESUMED_MS = 10_000

/** Limits on files and looks at processes are those of Linux. */
const LINUX = { skip: process.platform === 'linux' ? false : 'needs Linux' }

test(
  'while the disk is full writes are refused as unavailable and reads go on; then everything resumes without a restart',
  LINUX,
  async (t) => {
    const run = scenario(t, 'disk-full')
    for (const disk of disks(run)) {
      const receiver = await startReceiver(run, disk.name)
      const database = join(disk.directory, 'carillon.db')
      const server = startServer({ run, port: await freePort(), database, options: disk.options })
      await server.ready()
      const client = createClient(() => server.url)
      await client.signIn()
      for (let index = 0; index < JOBS; index++) {
        const plan = mixedPlan(index, everyMs(1000, run.random), receiver.url)
        assert.equal(await client.create({ name: `steady-${index}`, id: null }, plan), 'ok')
      }
      const probe = prober(client, receiver.url)
      const gate = createGate()
      gate.open()
      const writers = startWriters({ run, client, receiverUrl: receiver.url, open: gate.passed })

      const faults: Fault[] = []
      let refused = 0
      let slowestResume = 0
      for (let times = 0; times < FULL_TIMES; times++) {
        await receiver.reachesInstant(Date.now() + 1000, 10_000)
        const from = Date.now()
        disk.fill(server.pid)
        await eventually(async () => ((await probe()) ? true : undefined), {
          what: 'a write is refused',
          withinMs: REFUSED_MS * 2,
        })
        const stretch = run.random.between(1500, 4000)
        for (const until = Date.now() + stretch; Date.now() < until; await lasting(100)) {
          const began = performance.now()
          assert.equal(await probe(), true, 'a write went through on a full disk')
          assert.ok(performance.now() - began < REFUSED_MS * 2, 'a refusal took too long')
          refused += 1
          const read = await client.ask({ method: 'GET', path: '/api/v3/jobs?limit=100' })
          assert.ok(read.kind === 'answer' && read.status === 200, `a read answered ${JSON.stringify(read)}`)
        }
        disk.free(server.pid)
        const freedAt = Date.now()
        await eventually(async () => ((await probe()) === false ? true : undefined), {
          what: 'a write goes through again',
          withinMs: RESUMED_MS,
        })
        await receiver.reachesInstant(freedAt, RESUMED_MS)
        slowestResume = Math.max(slowestResume, Date.now() - freedAt)
        faults.push({ kind: 'outage', from, until: freedAt, allowanceMs: RESUMED_MS })
        assert.ok(server.alive())
      }
      await receiver.reachesInstant((faults.at(-1)?.until ?? 0) + 4000, 15_000)
      await writers.stop()
      const stoppedAt = Date.now()
      assert.equal((await server.stop()).code, 0)
      const receipts = await receiver.finish()

      assert.equal(integrityOf(database), 'ok')
      const counts = run.judge(
        { receipts, calls: client.calls, faults, kept: readKept(database), finished: [], stoppedAt },
        { disk: disk.name, refused, slowestResumeMs: slowestResume },
      )
      assert.deepEqual(client.surprises, [])
      assert.equal(counts.unknownWrites, 0, 'a refusal left open whether the change happened')
      assert.equal(counts.repeats, 0)
    }
  },
)

/** Tries a small write: whether it was refused; undefined: no answer. Each makes a job of a new name, which never fires. */
const prober = (client: Client, url: string): (() => Promise<boolean | undefined>) => {
  let number = 0
  return async () => {
    const answer = await client.ask({
      method: 'POST',
      path: '/api/v3/jobs',
      body: { name: `probe-${number++}`, schedules: [{ kind: 'manual' }], target: { kind: 'http', url } },
    })
    if (answer.kind !== 'answer') return undefined
    if (answer.status < 300) return false
    const problem = answer.body as { readonly code?: string }
    assert.ok(answer.status === 503 || answer.status === 507, `a write was answered ${JSON.stringify(answer)}`)
    assert.equal(problem.code, 'unavailable')
    return true
  }
}
