/** The operator's brake: while it is on, nothing is claimed, by whatever process and after any restart. */
import type { PeopleStore } from '../store/store.ts'

export type Held = {
  readonly since: number
  /** User id; null when it was the shell of the machine. */
  readonly by: string | null
  readonly note: string | null
}

export type Hold = {
  /** As it was last read. */
  readonly held: () => Held | null
  /** Reads it: another process may have set it. */
  readonly refresh: () => Promise<void>
  readonly set: (held: Held | null) => Promise<void>
}

const NAME = 'scheduling.held'

export const createHold = (values: Pick<PeopleStore, 'serverValue' | 'setServerValue'>): Hold => {
  let held: Held | null = null
  return {
    held: () => held,
    refresh: async () => {
      const text = await values.serverValue(NAME)
      held = text === null ? null : (JSON.parse(text) as Held)
    },
    set: async (next) => {
      await values.setServerValue(NAME, next === null ? null : JSON.stringify(next))
      held = next
    },
  }
}
