/** When to look again: soon enough for the next instant, seldom enough to batch. Pure. */

/** Jobs are claimed this long before their instant, so that the commit is not on the way of the call. */
export const CLAIM_AHEAD_MS = 50
/** Looks are at least this far apart: what falls due in between is claimed in one transaction. */
export const LOOK_SPACING_MS = 15
/** The most jobs one look takes. */
export const LARGEST_LOOK = 1000
/** With more due than fits, looks wait a moment for this many free places: a full batch costs little more than a row. */
export const WORTHWHILE_ROOM = 750
/** While others are found behind a flood, so many at most of the flood: they share the commit, and wait for it. */
export const LOOK_BESIDE_OTHERS = 350
export const BESIDE_OTHERS_MS = 1000
/** With no place free but those that are kept for who holds little, looks are this far apart. */
export const NEIGHBOUR_LOOK_MS = 50

export type Situation = {
  readonly now: number
  /** The earliest instant not yet claimed, and the earliest time a pending execution waits for; null: none. */
  readonly nextAt: number | null
  /** The last look found more than it could take. */
  readonly backlog: boolean
  readonly room: number
  /** The longest wait: other processes' changes arrive without a signal. */
  readonly boundMs: number
}

/** Milliseconds until the next look; null: not before room is made. */
export const untilNextLook = ({ now, nextAt, backlog, room, boundMs }: Situation): number | null => {
  // Only a moment: places held by slow targets must not keep the free ones empty.
  if (backlog) return room >= WORTHWHILE_ROOM ? 0 : room > 0 ? LOOK_SPACING_MS : null
  if (nextAt === null) return boundMs
  return Math.min(boundMs, Math.max(LOOK_SPACING_MS, nextAt - CLAIM_AHEAD_MS - now))
}
