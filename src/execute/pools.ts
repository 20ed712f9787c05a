/** Connections, kept apart by workspace and origin: no socket or TLS session of one serves another. */
import { Pool } from 'undici'
import type { Clock } from '../domain/clock.ts'
import type { Connector } from './connect.ts'
import type { Reach } from './egress.ts'

/** Header sections larger than this end the attempt. */
const MOST_HEADER_BYTES = 16 * 1024
// More than 64 connections to one origin cost throughput (73k/s at 50, 54k/s at 200).
const CONNECTIONS_PER_ORIGIN = 64
// Below the 2 s after which common servers close an idle connection, so that a request rarely meets a closing one.
const IDLE_SOCKET_MS = 1500
const LONGEST_HINTED_IDLE_MS = 4000
const IDLE_POOL_MS = 60_000
const MOST_POOLS = 512

/** A pool on loan to the calls in flight. */
export type Lane = {
  readonly pool: Pool
  readonly connector: Connector
  inFlight: number
  lastUsed: number
}

export type Pools = {
  readonly lane: (workspaceKey: number, origin: string, reach: Reach) => Lane
  /** Gives the lane back; a call that was stopped while it waited may leave connections that nobody wants. */
  readonly release: (lane: Lane) => void
  readonly close: () => Promise<void>
}

export const createPools = (clock: Clock, connectorFor: (reach: Reach) => Connector): Pools => {
  /** By workspace, then by reach and origin. */
  const lanes = new Map<number, Map<string, Lane>>()
  let count = 0
  let sweeping = false

  const open = (origin: string, reach: Reach): Lane => {
    const connector = connectorFor(reach)
    const pool = new Pool(origin, {
      connect: connector.connect,
      connections: CONNECTIONS_PER_ORIGIN,
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: MOST_HEADER_BYTES,
      keepAliveTimeout: IDLE_SOCKET_MS,
      keepAliveMaxTimeout: LONGEST_HINTED_IDLE_MS,
      // The deadline of the attempt bounds them.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    return { pool, connector, inFlight: 0, lastUsed: clock.monotonic() }
  }

  const shut = (lane: Lane): Promise<void> => {
    lane.connector.abandon()
    return lane.pool.destroy()
  }

  /** Closes lanes that nobody uses: those idle since `before`, and the longest idle ones beyond the bound. */
  const sweep = (before: number): void => {
    const idle: { readonly workspaceKey: number; readonly key: string; readonly lane: Lane }[] = []
    for (const [workspaceKey, ofWorkspace] of lanes) {
      for (const [key, lane] of ofWorkspace) if (lane.inFlight === 0) idle.push({ workspaceKey, key, lane })
    }
    idle.sort((a, b) => a.lane.lastUsed - b.lane.lastUsed)
    for (const { workspaceKey, key, lane } of idle) {
      if (lane.lastUsed > before && count < MOST_POOLS) break
      const ofWorkspace = lanes.get(workspaceKey)
      ofWorkspace?.delete(key)
      if (ofWorkspace?.size === 0) lanes.delete(workspaceKey)
      count--
      void shut(lane)
    }
  }

  const sweepLater = (): void => {
    if (sweeping) return
    sweeping = true
    clock.after(IDLE_POOL_MS, () => {
      sweeping = false
      sweep(clock.monotonic() - IDLE_POOL_MS)
      if (count > 0) sweepLater()
    })
  }

  return {
    lane: (workspaceKey, origin, reach) => {
      const key = reach === 'own' ? `own ${origin}` : origin
      const known = lanes.get(workspaceKey)?.get(key)
      if (known !== undefined) {
        known.inFlight++
        return known
      }
      if (count >= MOST_POOLS) sweep(clock.monotonic() - IDLE_POOL_MS)
      const lane = open(origin, reach)
      const ofWorkspace = lanes.get(workspaceKey) ?? new Map<string, Lane>()
      lanes.set(workspaceKey, ofWorkspace.set(key, lane))
      count++
      sweepLater()
      lane.inFlight++
      return lane
    },
    release: (lane) => {
      lane.inFlight--
      lane.lastUsed = clock.monotonic()
      if (lane.inFlight === 0) lane.connector.abandon()
    },
    close: async () => {
      const all = [...lanes.values()].flatMap((ofWorkspace) => [...ofWorkspace.values()])
      lanes.clear()
      count = 0
      await Promise.all(all.map(shut))
    },
  }
}
