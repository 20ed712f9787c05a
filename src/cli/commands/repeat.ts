/** A write that is sent again when its answer was lost on the way: the server does it once. */
import { randomUUID } from 'node:crypto'
import { type Client, Refusal } from '../client/client.ts'
import { CommandFailure } from '../exit-codes.ts'
import { safe } from '../safe-text.ts'
import type { World } from '../world.ts'

const TRIES = 4
const FIRST_WAIT_MS = 1000

export const postOnce = <T>(world: World, client: Client, path: string, body: unknown): Promise<T> =>
  once(world, (idempotencyKey) => client.post<T>(path, body, { idempotencyKey }))

export const once = async <T>(
  { terminal, pause, untilStopped }: World,
  send: (idempotencyKey: string) => Promise<T>,
): Promise<T> => {
  const idempotencyKey = randomUUID()
  for (let tries = 1; ; tries++) {
    try {
      return await send(idempotencyKey)
    } catch (error) {
      if (!isPassing(error) || tries === TRIES) throw error
      terminal.remark(safe(`${error.message}; trying again`))
      const stop = untilStopped()
      await pause(FIRST_WAIT_MS * 2 ** (tries - 1), stop)
      if (stop.aborted) throw error
    }
  }
}

/** No answer, an outage, or the first try is still under way. */
const isPassing = (error: unknown): error is CommandFailure =>
  error instanceof Refusal
    ? error.problem.code === 'unavailable' || error.problem.code === 'idempotency.under_way'
    : error instanceof CommandFailure && error.exit === 'unreachable'
