/** A second reader, for upkeep: what takes long never makes people wait, and its thread is there only while it is needed. */
import type { Statement, StatementResult } from '../sql/unit.ts'
import type { Line } from './line.ts'

export type Reading = { readonly read: (query: Statement) => StatementResult['rows'] }

export type Background = {
  readonly read: (query: Statement) => Promise<StatementResult['rows']>
  /** Ends the thread; the next question starts another. */
  readonly rest: () => Promise<void>
}

export const openBackground = (open: () => Promise<Line<Reading>>): Background => {
  let line: Promise<Line<Reading>> | null = null

  const present = (): Promise<Line<Reading>> => {
    line ??= open().catch((error: unknown) => {
      line = null
      throw error
    })
    return line
  }

  return {
    read: async (query) => (await present()).ask('read', query),
    rest: async () => {
      const resting = line
      line = null
      await (await resting?.catch(() => null))?.close()
    },
  }
}
