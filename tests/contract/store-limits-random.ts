/** Limits under whatever is done to them, in whatever order: never more than allowed, and nobody waits where there is room. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Job } from '../../src/domain/job.ts'
import type { Rate } from '../../src/domain/rate.ts'
import { createRandom, type Random } from '../fault/support/random.ts'
import { anIdAt, HOUR, NOON, SECOND } from '../support/builders.ts'
import { newWorld, type OpenStore, type World } from './world.ts'

const SEQUENCES = 12
const STEPS = 70
/** The same sequences each time; give another seed to look further. A failure prints its own, and what was done. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_124)

type Bound = { concurrency: number | null; rate: Rate | null }
type Run = { readonly id: string; readonly job: Job; notBefore: number; attempt: number; holds: readonly string[] }

const JOBS = [
  { limits: ['db'] },
  { limits: ['db', 'mail'] },
  { limits: ['mail'] },
  { limits: ['db'], concurrency: 1 },
  { limits: [], concurrency: 2 },
  { limits: ['slow'] },
  { limits: ['slow', 'db'] },
  { limits: [] },
]
const SLOW: Rate = { count: 3, perMs: 10 * SECOND, burst: 2 }

/** What should be, kept beside what is. */
const model = () => {
  const bounds = new Map<string, Bound>([
    ['db', { concurrency: 2, rate: null }],
    ['mail', { concurrency: 1, rate: null }],
    ['slow', { concurrency: null, rate: SLOW }],
  ])
  const running = new Map<string, Run>()
  const pending = new Map<string, Run>()
  const starts = new Map<string, number[]>()
  const held = (name: string) => [...running.values()].filter(({ holds }) => holds.includes(name)).length
  const limitsOf = ({ job }: Run): string[] => [
    ...(job.policies.limits ?? []),
    ...(job.policies.concurrency === undefined ? [] : [`job ${job.key}`]),
  ]
  const boundOf = (name: string, { job }: Run): Bound =>
    bounds.get(name) ?? { concurrency: job.policies.concurrency ?? null, rate: null }
  /** By the definition of the bucket: burst tokens at first, then one every perMs / count, and never more than burst of them. */
  const hasToken = (name: string, rate: Rate, now: number): boolean => {
    let full = Number.NEGATIVE_INFINITY
    for (const at of starts.get(name) ?? []) full = Math.max(full, at) + rate.perMs / rate.count
    return full - ((rate.burst - 1) * rate.perMs) / rate.count <= now
  }
  return {
    bounds,
    running,
    pending,
    start: (run: Run, now: number): void => {
      const holds = limitsOf(run)
      pending.delete(run.id)
      running.set(run.id, { ...run, attempt: run.attempt + 1, holds })
      for (const name of holds) {
        const { concurrency, rate } = boundOf(name, run)
        assert.ok(concurrency === null || held(name) <= concurrency, `${held(name)} hold ${name}`)
        assert.ok(rate === null || hasToken(name, rate, now), `${name} had no token`)
        starts.set(name, [...(starts.get(name) ?? []), now])
      }
    },
    /** Why it may wait; null: it may not. */
    excuse: (run: Run, now: number): string | null => {
      if (run.notBefore > now) return 'its time'
      for (const name of limitsOf(run)) {
        const { concurrency, rate } = boundOf(name, run)
        if (concurrency !== null && held(name) >= concurrency) return `a place of ${name}`
        if (rate !== null && !hasToken(name, rate, now)) return `a token of ${name}`
      }
      return null
    },
  }
}

const sequence = async (world: World, random: Random) => {
  const { pick, index } = random
  const { limits, executions, ledger, workspaceKey } = world
  const known = model()
  const done: string[] = []
  let now = NOON
  let nodeKey = world.nodeKey
  const write = (name: string, bound: Bound) =>
    limits.set(workspaceKey, { kind: 'shared', name, ...bound, ifVersion: null, now })
  for (const [name, bound] of known.bounds) await write(name, bound)
  const jobs: Job[] = []
  for (const policies of JOBS) jobs.push(await world.job({ policies: { overlap: 'allow', ...policies } }))

  const add = async (count: number) => {
    for (let n = 0; n < count; n++) {
      const job = pick(jobs)
      const run = { id: anIdAt(now), workspaceKey, jobKey: job.key, now, exclusive: false }
      await executions.createManual({ ...run, requestedBy: null, target: null })
      known.pending.set(run.id, { id: run.id, job, notBefore: now, attempt: 0, holds: [] })
    }
  }
  const lease = async (limit: number, sweep: boolean): Promise<number> => {
    const { leased } = await ledger.lease({ nodeKey, now, leaseNow: now, limit, sweep })
    for (const { executionId } of leased) {
      known.start(known.pending.get(executionId) ?? assert.fail('It was not pending.'), now)
    }
    return leased.length
  }
  const end = async (to: 'success' | 'failed' | 'pending') => {
    if (known.running.size === 0) return
    const run = pick([...known.running.values()])
    known.running.delete(run.id)
    const notBefore = to === 'pending' ? now + index(3 * SECOND) : null
    const { recorded } = await ledger.commit({
      nodeKey,
      now,
      leaseNow: now,
      claims: [],
      outcomes: [
        {
          workspaceKey,
          jobKey: run.job.key,
          executionId: run.id,
          attempt: run.attempt,
          to,
          notBefore,
          handedBack: false,
          reason: null,
          startedAt: now,
          finishedAt: now,
          statusCode: 200,
          error: null,
          output: null,
          keepAttempt: true,
          pauseAfterFailures: null,
        },
      ],
    })
    assert.deepEqual(recorded, [true])
    if (notBefore !== null) known.pending.set(run.id, { ...run, notBefore, holds: [] })
  }
  const cancel = async (from: ReadonlyMap<string, Run>) => {
    if (from.size === 0) return
    const { id } = pick([...from.values()])
    await executions.cancel(workspaceKey, id, now)
    known.pending.delete(id)
    known.running.delete(id)
  }
  const bound = async () => {
    const name = pick(['db', 'mail'])
    const allowed = { concurrency: 1 + index(3), rate: null }
    await write(name, allowed)
    known.bounds.set(name, allowed)
  }
  /** A node ends without a word; another one takes over what it ran. */
  const crash = async () => {
    await ledger.leave(nodeKey)
    nodeKey = (await ledger.join({ id: 'next', host: 'here', pid: 1, startedAt: now }, now, now + HOUR)) ?? 0
    for (const lost of await ledger.lost(now, 100)) {
      await ledger.recover(lost, 'pending', { now, leaseNow: now, isCrash: false })
      const run = known.running.get(lost.executionId) ?? assert.fail('It did not run.')
      known.running.delete(run.id)
      known.pending.set(run.id, { ...run, notBefore: now, holds: [] })
    }
  }
  /** All that may start has started: who still waits has an excuse. */
  const settle = async () => {
    await lease(100, true)
    while ((await lease(100, false)) > 0);
    for (const run of known.pending.values()) {
      assert.notEqual(known.excuse(run, now), null, `a run of ${JSON.stringify(run.job.policies)} waits for nothing`)
    }
  }
  const steps: Readonly<Record<string, () => Promise<unknown>>> = {
    add: () => add(1 + index(4)),
    'add many': () => add(12),
    'lease a few': () => lease(1 + index(3), false),
    lease: () => lease(100, false),
    success: () => end('success'),
    failure: () => end('failed'),
    'try again': () => end('pending'),
    'cancel a waiting one': () => cancel(known.pending),
    'cancel a running one': () => cancel(known.running),
    'change a limit': bound,
    crash,
    settle,
    'time passes': async () => {
      now += index(4 * SECOND)
    },
  }
  const often = ['add', 'lease a few', 'lease', 'success', 'success', 'time passes', 'settle']
  const names = [...Object.keys(steps), ...often, ...often]

  try {
    for (let step = 0; step < STEPS; step++) {
      const name = pick(names)
      done.push(name)
      await steps[name]?.()
    }
    // With time and with ends, everybody comes to run.
    for (let turn = 0; known.pending.size + known.running.size > 0; turn++) {
      assert.ok(turn < 1000, `${known.pending.size} wait for ever`)
      await settle()
      while (known.running.size > 0) await end('success')
      now += SECOND
    }
  } catch (error) {
    throw new Error(`${String(error)} after ${done.join(', ')}`, { cause: error })
  }
}

export const randomLimitsContract = (open: OpenStore): void => {
  describe('limits are kept, and nobody is forgotten', () => {
    for (let seed = SEED; seed < SEED + SEQUENCES; seed++) {
      it(`in the random life of a workspace with seed ${seed}`, async (t) => {
        const world = await newWorld(await open(t))

        await sequence(world, createRandom(seed))

        assert.ok((await world.ledger.depth()).pending === 0)
        const left = await world.limits.list(world.workspaceKey)
        assert.deepEqual(
          left.map(({ running, waiting }) => [running, waiting]),
          left.map(() => [0, 0]),
        )
      })
    }
  })
}
