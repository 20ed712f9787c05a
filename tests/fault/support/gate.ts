/** Lets users through while the server is well, and holds them while it is not. */

export type Gate = {
  readonly open: () => void
  readonly close: () => void
  /** At once while open; else at the next opening. */
  readonly passed: () => Promise<void>
}

/** Closed at first. Closing a closed gate changes nothing: who waits there goes through at the next opening. */
export const createGate = (): Gate => {
  let passage = Promise.withResolvers<void>()
  let isOpen = false
  return {
    open: () => {
      isOpen = true
      passage.resolve()
    },
    close: () => {
      if (isOpen) passage = Promise.withResolvers<void>()
      isOpen = false
    },
    passed: () => passage.promise,
  }
}
