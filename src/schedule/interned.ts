/** One shared value per text: a million jobs use few different schedules. */

/** The cache starts over when full, so that hostile variety costs time but never memory; holders keep what they hold. */
export class Interned<T> {
  private readonly values = new Map<string, T>()
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  get(key: string, make: () => T): T {
    const found = this.values.get(key)
    if (found !== undefined) return found
    const made = make()
    if (this.values.size >= this.most) this.values.clear()
    this.values.set(key, made)
    return made
  }
}
