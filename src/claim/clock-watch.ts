/** Notices that the wall clock jumped against the monotonic one. Pure, but for its memory of the last look. */

/** Smaller differences are slewing and rounding, not jumps. */
const JUMP_MS = 2000

/** Answers by how much the wall clock jumped since the last call (negative: back), or 0. */
export const watchClock = (): ((wall: number, monotonic: number) => number) => {
  let offset: number | null = null
  return (wall, monotonic) => {
    const present = wall - monotonic
    const jump = offset === null ? 0 : present - offset
    if (offset === null || Math.abs(jump) >= JUMP_MS) offset = present
    // Slow drift is followed, so that it never adds up to a jump.
    else offset += jump / 8
    return Math.abs(jump) >= JUMP_MS ? jump : 0
  }
}
