/** The numbers one field allows, with every question the search asks answered by a table. */
import { Interned } from './interned.ts'

export const NONE = -1

export class FieldSet {
  readonly min: number
  readonly max: number
  readonly first: number
  readonly last: number
  readonly size: number
  private readonly nexts: Int16Array
  private readonly prevs: Int16Array
  private readonly belows: Int16Array

  constructor(min: number, max: number, has: (n: number) => boolean) {
    const span = max - min + 1
    this.min = min
    this.max = max
    this.nexts = new Int16Array(span + 1).fill(NONE)
    this.prevs = new Int16Array(span + 1).fill(NONE)
    this.belows = new Int16Array(span + 1)
    for (let i = 0; i < span; i++) {
      const member = has(min + i)
      this.prevs[i] = member ? min + i : i > 0 ? (this.prevs[i - 1] as number) : NONE
      this.belows[i + 1] = (this.belows[i] as number) + (member ? 1 : 0)
    }
    this.prevs[span] = this.prevs[span - 1] as number
    for (let i = span - 1; i >= 0; i--) this.nexts[i] = has(min + i) ? min + i : (this.nexts[i + 1] as number)
    this.first = this.next(min)
    this.last = this.prev(max)
    this.size = this.belows[span] as number
  }

  has(n: number): boolean {
    return n >= this.min && n <= this.max && this.nexts[n - this.min] === n
  }

  /** The smallest member from n on (n in min..max + 1), or NONE. */
  next(n: number): number {
    return this.nexts[n - this.min] as number
  }

  /** The largest member up to n (n in min..max), or NONE. */
  prev(n: number): number {
    return this.prevs[n - this.min] as number
  }

  /** How many members are smaller than n (n in min..max + 1). */
  below(n: number): number {
    return this.belows[n - this.min] as number
  }

  get isFull(): boolean {
    return this.size === this.max - this.min + 1
  }

  members(): number[] {
    const all: number[] = []
    for (let n = this.min; n <= this.max; n++) if (this.has(n)) all.push(n)
    return all
  }
}

const sets = new Interned<FieldSet>(20_000)

/** A stretch of numbers walked by a step. */
export type Steps = { readonly from: number; readonly to: number; readonly step: number }

/** Marks rather than lists its members: hostile text may name each of 600 years a hundred times. */
export const fieldSet = (min: number, max: number, parts: readonly Steps[]): FieldSet => {
  const marks = new Uint8Array(max - min + 1)
  for (const { from, to, step } of parts) {
    for (let n = from; n <= to && n <= max; n += step) marks[n - min] = 1
  }
  return sets.get(`${min}:${marks.join('')}`, () => new FieldSet(min, max, (n) => marks[n - min] === 1))
}

export const oneNumber = (n: number): Steps => ({ from: n, to: n, step: 1 })
