/** The steady load of fault runs: about 150 calls a second of jobs that no one touches, and users at work beside them. */
import type { Client } from './client.ts'
import { everyMs, mixedPlan, someCron } from './job-plan.ts'
import type { Random } from './random.ts'

const EVERY_SECOND = 100
const EVERY_FIVE = 100
const CRON = 100
const AT_ONCE = 8
export const STEADY_JOBS = EVERY_SECOND + EVERY_FIVE + CRON

export type LoadParts = {
  readonly client: Client
  readonly random: Random
  readonly receiverUrl: string
  /** Length of the slow calls; default as `mixedPlan` has them. */
  readonly slowMs?: number
}

/** 100 jobs every second, 100 every five, 100 by cron. */
export const createSteadyJobs = async ({ client, random, receiverUrl, slowMs }: LoadParts): Promise<void> => {
  const timings = [
    ...Array.from({ length: EVERY_SECOND }, () => everyMs(1000, random)),
    ...Array.from({ length: EVERY_FIVE }, () => everyMs(5000, random)),
    ...Array.from({ length: CRON }, () => someCron(random)),
  ]
  const plans = timings.map((timing, index) => mixedPlan(index, timing, receiverUrl, slowMs))
  const work = plans.map((plan, index) => ({ plan, name: `steady-${index}` }))
  const drain = async (): Promise<void> => {
    for (let next = work.shift(); next !== undefined; next = work.shift()) {
      const result = await client.create({ name: next.name, id: null }, next.plan)
      if (result !== 'ok') throw new Error(`create ${next.name}: ${result} ${client.surprises.at(-1)}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, drain))
}
