/** Users at work during a fault run: each changes jobs of its own, one call after the other, and looks again after a call without an answer. */
import type { Call } from '../checker/history.ts'
import type { Client, JobHandle } from './client.ts'
import { everyMs, type JobPlan, mixedPlan, someCron } from './job-plan.ts'
import type { Random } from './random.ts'
import type { Scenario } from './scenario.ts'
import { lasting } from './waiting.ts'

const WRITERS = 4
const PAUSE_MS = 200
const JOBS_PER_WRITER = 8

export type WritersParts = {
  readonly run: Scenario
  readonly client: Client
  /** Distinguishes their jobs from those of other writers. Default `writer`. */
  readonly name?: string
  readonly receiverUrl: string
  /** Resolves when the server may be called: at once while it is well. */
  readonly open: () => Promise<void>
}

export type Writers = {
  /** Ends after the call under way. */
  readonly stop: () => Promise<void>
}

type Owned = JobHandle & { plan: JobPlan; state: 'unborn' | 'active' | 'paused' | 'gone' }

/** About 20 calls a second in all: create, update, pause, resume, delete. */
export const startWriters = (parts: WritersParts): Writers => {
  let stopped = false
  parts.run.atEnd(() => {
    stopped = true
  })
  const work = async (writer: number): Promise<void> => {
    const jobs: Owned[] = []
    let made = 0
    while (!stopped) {
      await parts.open()
      if (stopped) return
      const began = performance.now()
      if (jobs.length < JOBS_PER_WRITER) jobs.push(unborn(`${parts.name ?? 'writer'}-${writer}-${made++}`, parts))
      const job = parts.run.random.pick(jobs)
      await change(job, parts, () => stopped)
      if (job.state === 'gone') jobs.splice(jobs.indexOf(job), 1)
      await lasting(Math.max(0, PAUSE_MS - (performance.now() - began)))
    }
  }
  const all = Promise.all([...Array(WRITERS).keys()].map(work))
  return {
    stop: async () => {
      stopped = true
      await all
    },
  }
}

const unborn = (name: string, { run: { random }, receiverUrl }: WritersParts): Owned => {
  const timing = random.index(4) === 0 ? someCron(random) : everyMs(random.pick([1000, 2000, 5000]), random)
  return { name, id: null, plan: mixedPlan(random.index(10), timing, receiverUrl), state: 'unborn' }
}

/** One write, and, when nobody knows what became of it, reads until an answer tells. */
const change = async (job: Owned, { client, run, open }: WritersParts, isOver: () => boolean): Promise<void> => {
  const { write, plan, state } = nextWrite(job, client, run.random)
  const result = await write()
  if (result === 'ok') Object.assign(job, { plan, state })
  if (result !== 'unknown') return
  while (!isOver()) {
    await open()
    const seen = await client.read(job)
    if (seen === null) job.state = 'gone'
    else if (seen !== undefined) {
      job.state = seen.state === 'paused' ? 'paused' : 'active'
      if (seen.revision === plan.spec.revision) job.plan = plan
    }
    if (seen !== undefined) return
    // Killed once more: `open` is about to say so.
    await lasting(20)
  }
}

type Write = {
  readonly write: () => Promise<Call['result']>
  /** What the job is when the write took effect. */
  readonly plan: JobPlan
  readonly state: Owned['state']
}

const nextWrite = (job: Owned, client: Client, random: Random): Write => {
  const { plan } = job
  if (job.state === 'unborn') return { write: () => client.create(job, plan), plan, state: 'active' }
  const dice = random.index(10)
  if (dice < 2) return { write: () => client.act(job, 'delete'), plan, state: 'gone' }
  if (dice < 6) {
    const revised = revision(plan, random)
    return { write: () => client.update(job, revised), plan: revised, state: job.state }
  }
  return job.state === 'paused'
    ? { write: () => client.act(job, 'resume'), plan, state: 'active' }
    : { write: () => client.act(job, 'pause'), plan, state: 'paused' }
}

/** One edit in four leaves the schedule alone: then no instant may be lost or moved. */
const revision = (plan: JobPlan, random: Random): JobPlan => {
  const dice = random.index(4)
  const other = () => (dice === 1 ? someCron(random) : everyMs(random.pick([1000, 1500, 2000, 3000, 5000]), random))
  const timing = dice === 0 ? plan.spec.timing : other()
  return { ...plan, spec: { ...plan.spec, revision: String(Number(plan.spec.revision) + 1), timing } }
}
