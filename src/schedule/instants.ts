/** A set of instants, in epoch milliseconds: what every kind of schedule becomes once compiled. */

export type Instants = {
  /** The first instant strictly after `t`, or Infinity. */
  after(t: number): number
  /** The last instant in (from, upTo], or -Infinity. */
  latest(from: number, upTo: number): number
  /** How many instants lie in (from, upTo]. */
  count(from: number, upTo: number): number
}

export const NEVER = Number.POSITIVE_INFINITY
export const NOT_YET = Number.NEGATIVE_INFINITY

export const noInstants: Instants = { after: () => NEVER, latest: () => NOT_YET, count: () => 0 }

/** `every` must be above 0. The grid has no beginning: start and end cut it. */
export const grid = (every: number, anchor: number): Instants => ({
  after: (t) => anchor + (Math.floor((t - anchor) / every) + 1) * every,
  latest: (from, upTo) => {
    const last = anchor + Math.floor((upTo - anchor) / every) * every
    return last > from ? last : NOT_YET
  },
  count: (from, upTo) => Math.max(0, Math.floor((upTo - anchor) / every) - Math.floor((from - anchor) / every)),
})

export const single = (at: number): Instants => ({
  after: (t) => (t < at ? at : NEVER),
  latest: (from, upTo) => (from < at && at <= upTo ? at : NOT_YET),
  count: (from, upTo) => (from < at && at <= upTo ? 1 : 0),
})

/** What lies in [first, last]. */
export const cut = (instants: Instants, first: number, last: number): Instants => {
  if (first === NOT_YET && last === NEVER) return instants
  return {
    after: (t) => {
      const found = instants.after(Math.max(t, first - 1))
      return found <= last ? found : NEVER
    },
    latest: (from, upTo) => instants.latest(Math.max(from, first - 1), Math.min(upTo, last)),
    count: (from, upTo) => instants.count(Math.max(from, first - 1), Math.min(upTo, last)),
  }
}

/**
 * Each instant once, however many members name it. Counting costs what the fullest member costs, plus one step for each
 * instant of the others: they are walked, and asked whether a fuller one has them already.
 */
export const union = (members: readonly Instants[]): Instants => {
  const [only] = members
  if (only === undefined) return noInstants
  if (members.length === 1) return only
  return {
    after: (t) => members.reduce((first, member) => Math.min(first, member.after(t)), NEVER),
    latest: (from, upTo) => members.reduce((last, member) => Math.max(last, member.latest(from, upTo)), NOT_YET),
    count: (from, upTo) => {
      const counted = members.map((member) => ({ member, count: member.count(from, upTo) }))
      counted.sort((a, b) => b.count - a.count)
      return counted.reduce((total, { member, count }, index) => {
        const fuller = counted.slice(0, index).map((other) => other.member)
        return total + (index === 0 || count === 0 ? count : countNew(member, fuller, from, upTo))
      }, 0)
    },
  }
}

const countNew = (member: Instants, fuller: readonly Instants[], from: number, upTo: number): number => {
  let total = 0
  for (let t = member.after(from); t <= upTo; t = member.after(t)) {
    if (!fuller.some((other) => other.after(t - 1) === t)) total++
  }
  return total
}
