/** Station 3: holds what was claimed ahead until its instant, then sends it; never early, never without a lease. */
import type { Assignment, Outcome } from '../domain/attempt.ts'
import type { Cancel, Clock } from '../domain/clock.ts'
import { createPlaces, type Load } from './places.ts'
import type { Transport } from './transport.ts'

export { createInProcessTransport } from './in-process.ts'
export type { Transport } from './transport.ts'

export type DispatchParts = {
  readonly clock: Clock
  readonly transport: Transport
  /** Assignments held and under way at most. */
  readonly capacity: number
  /** False when too little of the node's lease is left to begin a call. */
  readonly mayStartCalls: () => boolean
  readonly onOutcome: (assignment: Assignment, outcome: Outcome) => void
  /** Was never sent: goes back to where it came from, its attempt number with it. */
  readonly onHandBack: (assignment: Assignment) => void
}

export type DispatchStation = {
  readonly assign: (assignments: readonly Assignment[]) => void
  readonly room: () => number
  readonly inFlight: () => number
  /** Who holds the places that are taken. */
  readonly load: () => Load
  /** The instant of the last call that is still held of a job; null: none is. */
  readonly heldUntil: (jobKey: number) => number | null
  readonly cancel: (executionId: string) => void
  /** The same, unless a later attempt is under way by now. */
  readonly cancelAttempt: (executionId: string, attempt: number) => void
  /** Hands back everything that is held. */
  readonly handBackHeld: () => void
  /** Forgets everything without a word: the lease is lost, others own it now. Calls under way are cut. */
  readonly abandon: () => void
  /** Takes nothing more, hands back what is held, waits for calls under way, cuts them after `graceMs`. */
  readonly drain: (graceMs: number) => Promise<void>
}

export const createDispatchStation = (parts: DispatchParts): DispatchStation => {
  const { clock, transport } = parts
  // Held assignments by their millisecond: there are at most as many keys as milliseconds are claimed ahead.
  const held = new Map<number, Assignment[]>()
  const underWay = new Map<string, Assignment>()
  const places = createPlaces()
  let heldCount = 0
  let timer: Cancel | null = null
  let timerAt = Number.POSITIVE_INFINITY
  let draining = false
  let onEmpty: (() => void) | null = null

  const send = (assignment: Assignment) => {
    if (draining || !parts.mayStartCalls()) return parts.onHandBack(assignment)
    underWay.set(assignment.executionId, assignment)
    places.take(assignment)
    transport.send(assignment, (outcome) => {
      // After `abandon`, or when a later attempt has taken its place, the outcome belongs to nobody.
      if (underWay.get(assignment.executionId) !== assignment) return
      underWay.delete(assignment.executionId)
      places.free(assignment)
      parts.onOutcome(assignment, outcome)
      if (underWay.size === 0) onEmpty?.()
    })
  }

  const hold = (assignment: Assignment) => {
    const list = held.get(assignment.scheduledFor)
    if (list === undefined) held.set(assignment.scheduledFor, [assignment])
    else list.push(assignment)
    places.take(assignment)
    heldCount += 1
  }

  const release = () => {
    timer = null
    timerAt = Number.POSITIVE_INFINITY
    const now = clock.now()
    for (const [at, assignments] of held) {
      if (at > now) continue
      held.delete(at)
      heldCount -= assignments.length
      for (const assignment of assignments) {
        places.free(assignment)
        send(assignment)
      }
    }
    arm()
  }

  const arm = () => {
    if (held.size === 0) return
    const earliest = Math.min(...held.keys())
    if (earliest >= timerAt) return
    timer?.()
    timerAt = earliest
    timer = clock.after(earliest - clock.now(), release)
  }

  const takeHeld = (): Assignment[] => {
    const all = [...held.values()].flat()
    held.clear()
    heldCount = 0
    all.forEach(places.free)
    return all
  }

  const handBackHeld = () => {
    for (const assignment of takeHeld()) parts.onHandBack(assignment)
  }

  return {
    assign: (assignments) => {
      const now = clock.now()
      for (const assignment of assignments) {
        if (assignment.scheduledFor <= now) send(assignment)
        else hold(assignment)
      }
      arm()
    },
    room: () => (draining ? 0 : Math.max(0, parts.capacity - heldCount - underWay.size)),
    inFlight: () => underWay.size,
    load: places.load,
    heldUntil: (jobKey) => {
      const instants = [...held].flatMap(([at, assignments]) =>
        assignments.some((one) => one.jobKey === jobKey) ? [at] : [],
      )
      return instants.length === 0 ? null : Math.max(...instants)
    },
    cancel: (executionId) => transport.cancel(executionId),
    cancelAttempt: (executionId, attempt) => {
      if (underWay.get(executionId)?.attempt === attempt) transport.cancel(executionId)
    },
    handBackHeld,
    abandon: () => {
      takeHeld()
      const ids = [...underWay.keys()]
      for (const assignment of underWay.values()) places.free(assignment)
      underWay.clear()
      for (const id of ids) transport.cancel(id)
    },
    drain: async (graceMs) => {
      draining = true
      timer?.()
      handBackHeld()
      if (underWay.size === 0) return
      const empty = new Promise<void>((resolve) => {
        onEmpty = resolve
      })
      const cut = clock.after(graceMs, () => {
        for (const id of [...underWay.keys()]) transport.cancel(id)
      })
      await empty
      cut()
    },
  }
}
