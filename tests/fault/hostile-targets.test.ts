/** F33: targets that hang, drip, flood, lie and reset beside good ones: the good ones notice nothing, memory and sockets stay bounded. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Receipt } from './checker/history.ts'
import { type Client, createClient, type JobHandle } from './support/client.ts'
import { readKept } from './support/database.ts'
import { everyMs, type JobPlan } from './support/job-plan.ts'
import { startReceiver } from './support/receiver-process.ts'
import { sampleOf, watchProcess } from './support/samples.ts'
import { isLong, type Scenario, scenario } from './support/scenario.ts'
import { freePort, type Server, startServer } from './support/server.ts'
import { eventually } from './support/waiting.ts'

const GOOD_JOBS = 60
const HOSTILE_PATHS = [
  '/slow/2500',
  '/hang',
  '/reset',
  '/500',
  '/redirect',
  '/endless-body',
  '/endless-headers',
  '/drip',
  '/bomb',
  '/short',
  '/junk',
]
const JOBS_PER_PATH = isLong ? 40 : 6
const HOSTILE_MS = isLong ? 600_000 : 15_000
/** Until connections stand and code is warm, both servers are slower. */
const WARM_MS = 3000
const TIMEOUT_SECONDS = 3
/** A call every two seconds of which each may take three; one more for those whose end is under way. */
const MOST_CALLS_AT_ONCE = HOSTILE_PATHS.length * JOBS_PER_PATH * 3
const SOCKETS_OF_OTHERS = 64 + 32
const MOST_LATER_MS = 100
const MOST_MORE_RSS_MB = 200

/** Limits on files and looks at processes are those of Linux. */
const LINUX = { skip: process.platform === 'linux' ? false : 'needs Linux' }

test(
  'hostile targets make good jobs at most 100 ms later than on a server without them, in bounded memory and sockets',
  LINUX,
  async (t) => {
    const run = scenario(t, 'hostile-targets')
    const good = await startReceiver(run, 'good')
    const hostile = await startReceiver(run, 'hostile')
    // Both live through the same minutes of the same machine: what else runs there makes both late alike.
    const [control, tried] = [await startUser(run, 'control'), await startUser(run, 'tried')]
    for (let index = 0; index < GOOD_JOBS; index++)
      for (const { client } of [control, tried])
        await client.create(handle(`good-${index}`), planFor(index, `${good.url}/fast`, 1000))
    await good.reachesInstant(Date.now() + WARM_MS, WARM_MS + 10_000)
    const before = sampleOf(tried.server.pid)

    const jobs = HOSTILE_PATHS.flatMap((path) =>
      Array.from({ length: JOBS_PER_PATH }, (_, index) => ({ job: handle(`hostile${path}-${index}`), path })),
    )
    const most = watchProcess(tried.server.pid)
    for (const [index, { job, path }] of jobs.entries())
      await tried.client.create(job, planFor(index, `${hostile.url}${path}`, 2000))
    const from = Date.now()
    await good.reachesInstant(from + HOSTILE_MS, HOSTILE_MS + 10_000)
    const until = Date.now()
    for (const { job } of jobs) await tried.client.act(job, 'pause')
    const during = most()
    const after = await eventually(
      () => {
        const now = sampleOf(tried.server.pid)
        return now.sockets <= before.sockets + SOCKETS_LEFT ? now : undefined
      },
      { what: 'sockets of hostile targets are closed', withinMs: (TIMEOUT_SECONDS + 4) * 1000, everyMs: 100 },
    )
    await good.reachesInstant(Date.now() + 1000, 10_000)
    const stoppedAt = Date.now()
    assert.equal((await tried.server.stop()).code, 0)
    await control.server.stop()
    const goodReceipts = await good.finish()
    const hostileReceipts = await hostile.finish()

    const kept = readKept(tried.database)
    const idsOf = new Set(kept.jobs.map(({ id }) => id))
    const isTried = ({ jobId }: Receipt) => idsOf.has(jobId)
    const controlP99 = lateP99(goodReceipts, from, until, (one) => !isTried(one))
    const triedP99 = lateP99(goodReceipts, from, until, isTried)
    run.judge(
      {
        receipts: [...goodReceipts.filter(isTried), ...firstHops(hostileReceipts)],
        calls: tried.client.calls,
        faults: [],
        kept,
        finished: [],
        stoppedAt,
      },
      {
        hostileCalls: hostileReceipts.length,
        goodLateP99: `${triedP99.toFixed(1)} (${controlP99.toFixed(1)} without)`,
        rssMb: `${before.rssMb}→${during.rssMb}→${after.rssMb}`,
        sockets: `${before.sockets}→${during.sockets}→${after.sockets}`,
      },
    )
    assert.deepEqual(tried.client.surprises, [])
    assert.ok(hostileReceipts.length > jobs.length * 3, `${hostileReceipts.length} hostile calls are too few`)
    assert.ok(triedP99 - controlP99 <= MOST_LATER_MS, `p99 ${triedP99} ms, ${controlP99} ms without hostile targets`)
    assert.ok(during.rssMb - before.rssMb <= MOST_MORE_RSS_MB, `${before.rssMb} MB grew to ${during.rssMb} MB`)
    assert.ok(during.sockets <= MOST_CALLS_AT_ONCE + SOCKETS_OF_OTHERS, `${during.sockets} sockets`)
    const mustFail = new Set(kept.jobs.filter(({ name }) => MUST_FAIL.test(name)).map(({ key }) => key))
    const fooled = kept.executions.filter((row) => row.status === 'success' && mustFail.has(row.jobKey))
    assert.deepEqual(fooled, [])
  },
)

type User = { readonly server: Server; readonly client: Client; readonly database: string }

const startUser = async (run: Scenario, name: string): Promise<User> => {
  const database = join(run.directory, `${name}.db`)
  const server = startServer({ run, port: await freePort(), database, name })
  await server.ready()
  const client = createClient(() => server.url)
  await client.signIn()
  return { server, client, database }
}

/** Idle connections that are kept for the next call. */
const SOCKETS_LEFT = 40
/** What must never count as a success. Of an endless body, or a bomb, only the beginning is read; its status stands. */
const MUST_FAIL = /^hostile\/(hang|reset|500|redirect|endless-headers|drip|short|junk)/

const handle = (name: string): JobHandle => ({ name, id: null })

const planFor = (index: number, url: string, ms: number): JobPlan => ({
  // Evenly spread: nothing but the fault makes one call wait for another.
  spec: {
    revision: '1',
    timing: everyMs(ms, { index: (below) => (index * 137) % below }),
    delivery: 'at_least_once',
    tries: 1,
  },
  url,
  overlap: 'allow',
  misfire: 'latest',
  timeoutSeconds: TIMEOUT_SECONDS,
})

const lateP99 = (
  receipts: readonly Receipt[],
  from: number,
  until: number,
  counts: (receipt: Receipt) => boolean,
): number => {
  const late = receipts
    .filter((one) => one.scheduledFor >= from && one.scheduledFor < until && counts(one))
    .map(({ at, scheduledFor }) => at - scheduledFor)
    .sort((a, b) => a - b)
  return late[Math.floor(late.length * 0.99)] ?? Number.NaN
}

/** Each hop of a redirect is a request; the first one stands for the call. */
const firstHops = (receipts: readonly Receipt[]): Receipt[] => {
  const firsts = new Map<string, Receipt>()
  for (const receipt of receipts) if (!firsts.has(receipt.executionId)) firsts.set(receipt.executionId, receipt)
  return [...firsts.values()]
}
