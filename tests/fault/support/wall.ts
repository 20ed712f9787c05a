/** The wall clock to a fraction of a millisecond, and never at odds with what Date.now says in another process. */

let offset = Date.now() - performance.now()

/** performance.now alone drifts from the wall; within the wall's present millisecond it is believed. */
export const wall = (): number => {
  const whole = Date.now()
  const fine = performance.now() + offset
  if (fine >= whole && fine < whole + 1) return fine
  offset = whole - performance.now()
  return whole
}
