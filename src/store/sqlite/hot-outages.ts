/** When nobody scheduled: the time between a node's last sign of life and the next one that joins. */
import type { DatabaseSync } from 'node:sqlite'

export type Outages = {
  /** The node that schedules lives. */
  readonly seen: (at: number) => void
  /** Another one begins. */
  readonly over: (at: number) => void
}

/** A sign of life comes every 5 s: what is shorter cannot be told from a quick restart. */
const SHORTEST_MS = 10_000
const MOST_KEPT = 1000
const NAME = 'node.seen'

export const openOutages = (db: DatabaseSync): Outages => {
  const seen = db.prepare('insert or replace into server_value (name, value) values (?1, ?2)')
  const lastSeen = db.prepare('select value from server_value where name = ?1')
  const insert = db.prepare('insert or replace into outage (from_at, until_at) values (?1, ?2)')
  const forget = db.prepare(`
    delete from outage where from_at <= (select from_at from outage order by from_at desc limit 1 offset ?1)`)

  return {
    seen: (at) => void seen.run(NAME, String(at)),
    over: (at) => {
      const row = lastSeen.get(NAME)
      const from = row === undefined ? at : Number(row.value)
      if (at - from >= SHORTEST_MS) {
        insert.run(from, at)
        forget.run(MOST_KEPT)
      }
      seen.run(NAME, String(at))
    },
  }
}
