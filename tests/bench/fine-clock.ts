/** The machine's wall clock in fractions of a millisecond: `Date.now()` gives whole ones, and half a millisecond is a goal here. */

const SET_EVERY_MS = 1000

/** Follows the wall clock (which is slewed) by setting itself against it once a second. */
export const fineClock = (): (() => number) => {
  let offset = wallMinusMonotonic()
  let setAt = performance.now()
  return () => {
    const monotonic = performance.now()
    if (monotonic - setAt > SET_EVERY_MS) {
      offset = wallMinusMonotonic()
      setAt = monotonic
    }
    return monotonic + offset
  }
}

/** Waits for the wall clock's millisecond to change: at that moment its fraction is nothing. Takes a millisecond. */
const wallMinusMonotonic = (): number => {
  const before = Date.now()
  let wall = before
  while (wall === before) wall = Date.now()
  return wall - performance.now()
}
