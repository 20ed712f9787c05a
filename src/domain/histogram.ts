/** Times counted in buckets that grow by a tenth: small to keep, easy to add, and within 5 % of the truth when read back. */

/** By bucket, how many. Bucket 0 holds what took less than a millisecond (or came early). */
export type Histogram = Map<number, number>

/** From one bound to the next. A time stands for the middle of its bucket, at most √1.1 away: 4.9 %. */
const GROWTH = 1.1
const LOG_GROWTH = Math.log(GROWTH)

export const bucketOf = (ms: number): number => (ms < 1 ? 0 : 1 + Math.floor(Math.log(ms) / LOG_GROWTH))

export const middleOf = (bucket: number): number => (bucket === 0 ? 0 : Math.round(GROWTH ** (bucket - 0.5)))

export const addTo = (histogram: Histogram, bucket: number, count = 1): void =>
  void histogram.set(bucket, (histogram.get(bucket) ?? 0) + count)

export const addAll = (histogram: Histogram, other: Histogram): void => {
  for (const [bucket, count] of other) addTo(histogram, bucket, count)
}

/** `12:3 40:1`, in order; empty for none. */
export const histogramText = (histogram: Histogram): string =>
  [...histogram]
    .sort(([one], [other]) => one - other)
    .map(([bucket, count]) => `${bucket}:${count}`)
    .join(' ')

export const histogramOf = (text: string): Histogram =>
  new Map(
    text
      .split(' ')
      .filter((pair) => pair !== '')
      .map((pair) => pair.split(':').map(Number) as [number, number]),
  )

/** The time below which `percent` of all lie, nearest rank; null for an empty histogram. */
export const percentileOf = (histogram: Histogram, percent: number): number | null => {
  const sorted = [...histogram].sort(([one], [other]) => one - other)
  const total = sorted.reduce((sum, [, count]) => sum + count, 0)
  let rank = Math.ceil((percent / 100) * total)
  for (const [bucket, count] of sorted) {
    rank -= count
    if (rank <= 0) return middleOf(bucket)
  }
  return null
}
