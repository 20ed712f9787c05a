/** What the rounds measured, by name, with the CPU that others used meanwhile; medians are taken of quiet rounds. */

/** A round with more foreign CPU than this, in cores, is left out of a median while a quieter one exists. */
export const QUIET = 0.25

export type Sample = { readonly value: number; readonly foreign: number }

export type Samples = {
  readonly add: (name: string, value: number, foreign: number) => void
  /** Null when nothing of that name was measured. */
  readonly median: (name: string) => number | null
  /** The median foreign CPU of the rounds that `median` is taken of. */
  readonly foreign: (...names: readonly string[]) => number | undefined
  readonly all: () => ReadonlyMap<string, readonly Sample[]>
}

export const createSamples = (): Samples => {
  const byName = new Map<string, Sample[]>()
  const counted = (name: string): readonly Sample[] => {
    const all = byName.get(name) ?? []
    const quiet = all.filter((sample) => sample.foreign <= QUIET)
    return quiet.length > 0 ? quiet : all
  }
  return {
    add: (name, value, foreign) => {
      const all = byName.get(name)
      if (all === undefined) byName.set(name, [{ value, foreign }])
      else all.push({ value, foreign })
    },
    median: (name) => median(counted(name).map((sample) => sample.value)),
    foreign: (...names) => {
      const worst = names.map((name) => median(counted(name).map((sample) => sample.foreign)) ?? 0)
      return worst.length === 0 ? undefined : Math.max(...worst)
    },
    all: () => byName,
  }
}

export const median = (values: readonly number[]): number | null => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  if (upper === undefined) return null
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}
