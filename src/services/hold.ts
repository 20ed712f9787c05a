/** The operator's brake: while it is on, nothing is claimed, by whatever process and after any restart. */
import type { PeopleStore } from '../store/store.ts'

export type Held = {
  readonly since: number
  /** User id; null when it was the shell of the machine. */
  readonly by: string | null
  readonly note: string | null
  /** Shut down rather than paused, for clients that tell the two apart; nothing is claimed under either. */
  readonly stopped?: true
}

type Values = Pick<PeopleStore, 'serverValue' | 'setServerValue'>

export type Hold = {
  /** As it was last read. */
  readonly held: () => Held | null
  /** Reads it: another process may have set it. */
  readonly refresh: () => Promise<void>
  /** `through`: the records that tell of it; by default it is told to nobody. */
  readonly set: (held: Held | null, through?: Values) => Promise<void>
}

const NAME = 'scheduling.held'

export const createHold = (values: Values): Hold => {
  let held: Held | null = null
  return {
    held: () => held,
    refresh: async () => {
      const text = await values.serverValue(NAME)
      held = text === null ? null : (JSON.parse(text) as Held)
    },
    set: async (next, through = values) => {
      await through.setServerValue(NAME, next === null ? null : JSON.stringify(next))
      held = next
    },
  }
}
