/** Lets calls in until the store closes, and then waits for those inside: one use case may be several questions to the database. */
import { DomainError } from '../../domain/errors.ts'

type Methods<Port> = { readonly [name in keyof Port]: (...given: never[]) => Promise<unknown> }

export type Gate = {
  /** The same methods, each of which passes the gate. */
  readonly before: <Port extends Methods<Port>>(port: Port) => Port
  /** Refuses every later call; resolves when the last one inside is done. */
  readonly shut: () => Promise<void>
}

export const openGate = (): Gate => {
  const inside = new Set<Promise<unknown>>()
  let open = true

  const pass = (call: () => Promise<unknown>): Promise<unknown> => {
    if (!open) return Promise.reject(new DomainError('unavailable', 'The store is closed.'))
    const running = call()
    inside.add(running)
    const leave = () => inside.delete(running)
    running.then(leave, leave)
    return running
  }

  return {
    before: (port) =>
      Object.fromEntries(
        Object.entries<(...given: never[]) => Promise<unknown>>(port).map(([name, method]) => [
          name,
          (...given: never[]) => pass(() => method(...given)),
        ]),
      ) as typeof port,
    shut: async () => {
      open = false
      await Promise.allSettled(inside)
    },
  }
}
