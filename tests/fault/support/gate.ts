/** Lets users through while the server is well, and holds them while it is not. */

export type Gate = {
  readonly open: () => void
  readonly close: () => void
  /** At once while open; else at the next opening. */
  readonly passed: () => Promise<void>
}

export const createGate = (): Gate => {
  let passage = Promise.withResolvers<void>()
  return {
    open: () => passage.resolve(),
    close: () => {
      // Who waits at the closed gate keeps waiting for the same opening.
      passage = Promise.withResolvers<void>()
    },
    passed: () => passage.promise,
  }
}
