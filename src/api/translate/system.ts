/** The server as the use cases see it, put on the wire. */
import type { Held, Operations } from '../../services/services.ts'
import type { Paused, System } from '../contract/system.ts'
import { instant, instantOrNull, toSeconds } from './values.ts'

export const pausedToWire = ({ since, by, note }: Held): Paused => ({ since: instant(since), by, note })

export const operationsToWire = (operations: Operations): NonNullable<System['operations']> => {
  const { schema, leaseSeconds, nodes, clock, sizes, lastBackup, upkeep, warnings } = operations
  return {
    schema,
    lease_seconds: leaseSeconds,
    nodes: nodes.map(({ id, host, pid, startedAt, leaseUntil }) => ({
      id,
      host,
      pid,
      started_at: instant(startedAt),
      lease_until: instantOrNull(leaseUntil === 0 ? null : leaseUntil),
    })),
    clock: {
      now: instant(clock.now),
      jumps: clock.count,
      last_jump: clock.last === null ? null : { at: instant(clock.last.at), seconds: toSeconds(clock.last.ms) },
    },
    database: { bytes: sizes.database, free_bytes: sizes.free, log_bytes: sizes.log },
    last_backup: lastBackup === null ? null : { at: instant(lastBackup.at), bytes: lastBackup.bytes },
    upkeep:
      upkeep === null
        ? null
        : {
            started_at: instant(upkeep.startedAt),
            finished_at: instant(upkeep.finishedAt),
            hours_summed_up: upkeep.hours,
            forgotten: { ...upkeep.forgotten },
            trouble: upkeep.trouble,
          },
    warnings: [...warnings],
  }
}
