/** An executor of HTTP targets for tests: development egress, a clock moved by hand, secrets that open to themselves. */
import { createExecutor, createHttpRunner, type Executor, type HttpRunnerOptions } from '../../src/execute/execute.ts'
import type { NameSources } from '../../src/execute/names.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'

export type TestExecutor = Executor & { readonly clock: ManualClock; readonly faults: readonly unknown[] }

export const DEVELOPMENT = { allowPrivate: true, allow: [], self: null } as const
export const PRODUCTION = { allowPrivate: false, allow: [], self: null } as const

export const httpExecutor = (more: Partial<HttpRunnerOptions> = {}): TestExecutor => {
  const clock = manualClock(Date.UTC(2026, 0, 1))
  const faults: unknown[] = []
  const runner = createHttpRunner({
    clock,
    egress: DEVELOPMENT,
    reveal: ({ sealed }) => sealed,
    version: '1.2.3',
    reports: {
      urlOf: (id) => `https://carillon.example/api/v3/executions/${id}/reports`,
      tokenOf: ({ attempt }) => `report-token-of-attempt-${attempt}`,
    },
    ...more,
  })
  const executor = createExecutor({ clock, runners: [runner], onFault: (error) => faults.push(error) })
  return { ...executor, clock, faults }
}

/** DNS that answers what the test says, never from memory. */
export const dnsAnswering = (answer: (host: string) => readonly string[]): NameSources => ({
  hostsFile: async () => '',
  query: async (host) => answer(host).map((address) => ({ address, family: address.includes(':') ? 6 : 4, ttl: 0 })),
  system: null,
})
