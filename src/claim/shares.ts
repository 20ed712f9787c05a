/** How the places of a node are shared: between workspaces, and between what is on time and what is made up for. Pure. */

/** Places taken just now. */
export type Load = { readonly byWorkspace: ReadonlyMap<number, number>; readonly catchUp: number }

/** Where several workspaces live, this part of the places is never given to one that already holds much. */
const RESERVED = 1 / 8

export const reserveOf = (capacity: number, isShared: boolean): number =>
  isShared ? Math.floor(capacity * RESERVED) : 0

/** Who has less than this part of the places is no hog, however little the others have. */
const LEAST_OF_A_HOG = 1 / 32

/** Workspaces that have at least half of what would be an even part of it all: the others' turn comes first. */
export const hogsOf = (counts: ReadonlyMap<number, number>, capacity: number): readonly number[] => {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const much = Math.max(all / counts.size / 2, capacity * LEAST_OF_A_HOG)
  return [...counts].filter(([, count]) => count >= much).map(([workspaceKey]) => workspaceKey)
}

/** So many executions may be made up for at once: a part of the places, so that on-time work finds room at any moment. */
export const mostCatchUp = (capacity: number, share: number): number => Math.max(1, Math.floor(capacity * share))
