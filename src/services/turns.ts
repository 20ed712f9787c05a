/** Long work in short steps: between them everything else of the server has its turn. */

/** Lets what waits in this thread go first. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Does the work for each item, `atOnce` at a time; the answers come in the order of the items. */
export const forEachOf = async <Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item, at: number) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++
      results[at] = await work(items[at] as Item, at)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  return results
}
