/** Who holds the places of this node: counts by workspace, and of catch-up work. */
import type { Assignment } from '../domain/attempt.ts'

export type Load = { readonly byWorkspace: ReadonlyMap<number, number>; readonly catchUp: number }

export type Places = {
  readonly take: (assignment: Assignment) => void
  readonly free: (assignment: Assignment) => void
  readonly load: () => Load
}

export const createPlaces = (): Places => {
  const byWorkspace = new Map<number, number>()
  let catchUp = 0

  const change = ({ workspaceKey, trigger }: Assignment, by: 1 | -1): void => {
    const count = (byWorkspace.get(workspaceKey) ?? 0) + by
    if (count === 0) byWorkspace.delete(workspaceKey)
    else byWorkspace.set(workspaceKey, count)
    if (trigger === 'catch_up') catchUp += by
  }

  return {
    take: (assignment) => change(assignment, 1),
    free: (assignment) => change(assignment, -1),
    load: () => ({ byWorkspace, catchUp }),
  }
}
