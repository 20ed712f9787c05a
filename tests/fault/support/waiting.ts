/** Waiting for what other processes do: by looking often, and never for ever. */
import { setTimeout as delay } from 'node:timers/promises'

export type Bound = { readonly what: string; readonly withinMs: number; readonly everyMs?: number }

/** Resolves with the first answer that is not undefined; rejects, naming what was waited for, when the time is up. */
export const eventually = async <T>(ask: () => Promise<T | undefined> | T | undefined, bound: Bound): Promise<T> => {
  const until = performance.now() + bound.withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (performance.now() >= until) throw new Error(`${bound.what}: not within ${bound.withinMs} ms`)
    await delay(bound.everyMs ?? 20)
  }
}

/** For faults that are a duration: how long something is let alone. */
export const lasting = (ms: number): Promise<void> => delay(ms)
