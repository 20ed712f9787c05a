/** One wheel of deadlines for all calls in flight: setting and clearing one costs a list operation, not a timer. */
import type { Clock } from '../domain/clock.ts'

/** A deadline rings at most this much late, never early. */
export const GRANULARITY_MS = 50
// 512 slots of 50 ms: one turn of the wheel takes 25.6 s, about the default timeout of a job.
const SLOTS = 512

export class Deadline<Owner> {
  readonly owner: Owner
  readonly tick: number
  previous: Deadline<Owner> | null = null
  next: Deadline<Owner> | null = null
  pending = true

  constructor(owner: Owner, tick: number) {
    this.owner = owner
    this.tick = tick
  }
}

export type Deadlines<Owner> = {
  readonly set: (owner: Owner, now: number, delayMs: number) => Deadline<Owner>
  readonly clear: (deadline: Deadline<Owner>) => void
}

/** `now` and the ticks are of the monotonic clock. The wheel turns only while a deadline is pending. */
export const createDeadlines = <Owner>(clock: Clock, ring: (owner: Owner) => void): Deadlines<Owner> => {
  const slots: (Deadline<Owner> | null)[] = Array(SLOTS).fill(null)
  let pending = 0
  let turning = false
  let lastTick = 0

  const turn = (): void => {
    const tick = Math.floor(clock.monotonic() / GRANULARITY_MS)
    const due: Owner[] = []
    // After a long stall each slot still needs only one visit.
    const first = Math.max(lastTick + 1, tick - SLOTS + 1)
    for (let at = first; at <= tick; at++) {
      for (let entry = slots[at % SLOTS] ?? null; entry !== null; entry = entry.next) {
        // Later turns of the wheel share the slot.
        if (entry.tick <= tick) due.push(unlink(entry).owner)
      }
    }
    lastTick = tick
    turning = pending > 0
    if (turning) turnAtNextTick()
    for (const owner of due) ring(owner)
  }

  const turnAtNextTick = (): void => {
    clock.after(Math.ceil(GRANULARITY_MS - (clock.monotonic() % GRANULARITY_MS)), turn)
  }

  const unlink = (entry: Deadline<Owner>): Deadline<Owner> => {
    if (entry.previous === null) slots[entry.tick % SLOTS] = entry.next
    else entry.previous.next = entry.next
    if (entry.next !== null) entry.next.previous = entry.previous
    entry.previous = null
    entry.pending = false
    pending--
    return entry
  }

  return {
    set: (owner, now, delayMs) => {
      if (!turning) {
        turning = true
        lastTick = Math.floor(now / GRANULARITY_MS)
        turnAtNextTick()
      }
      const entry = new Deadline(owner, Math.max(lastTick + 1, Math.ceil((now + delayMs) / GRANULARITY_MS)))
      const slot = entry.tick % SLOTS
      const head = slots[slot] ?? null
      entry.next = head
      if (head !== null) head.previous = entry
      slots[slot] = entry
      pending++
      return entry
    },
    clear: (deadline) => {
      if (deadline.pending) unlink(deadline)
    },
  }
}
