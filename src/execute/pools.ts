/** Connections, kept apart by workspace, origin and client certificate: no socket or TLS session of one serves another. */
import type { Clock } from '../domain/clock.ts'
import type { Connector } from './connect.ts'
import { type Connections, createConnections } from './connections.ts'
import type { Reach } from './egress.ts'
import type { Identity } from './identity.ts'

const IDLE_LANE_MS = 60_000
const MOST_LANES = 512

/** Connections on loan to the calls in flight. */
export type Lane = {
  readonly connections: Connections
  readonly connector: Connector
  inFlight: number
  lastUsed: number
}

export type Pools = {
  readonly lane: (workspaceKey: number, origin: string, reach: Reach, identity: Identity | null) => Lane
  /** Gives the lane back; a call that was stopped while it waited may leave connections that nobody wants. */
  readonly release: (lane: Lane) => void
  readonly close: () => Promise<void>
}

export const createPools = (
  clock: Clock,
  connectorFor: (reach: Reach, identity: Identity | null) => Connector,
): Pools => {
  /** By workspace, then by reach, origin and certificate. */
  const lanes = new Map<number, Map<string, Lane>>()
  let count = 0
  let sweeping = false

  const open = (origin: string, reach: Reach, identity: Identity | null): Lane => {
    const connector = connectorFor(reach, identity)
    const connections = createConnections(origin, connector.connect)
    return { connections, connector, inFlight: 0, lastUsed: clock.monotonic() }
  }

  const shut = (lane: Lane): Promise<void> => {
    lane.connector.abandon()
    return lane.connections.destroy()
  }

  /** Closes lanes that nobody uses: those idle since `before`, and the longest idle ones beyond the bound. */
  const sweep = (before: number): void => {
    const idle: { readonly workspaceKey: number; readonly key: string; readonly lane: Lane }[] = []
    for (const [workspaceKey, ofWorkspace] of lanes) {
      for (const [key, lane] of ofWorkspace) if (lane.inFlight === 0) idle.push({ workspaceKey, key, lane })
    }
    idle.sort((a, b) => a.lane.lastUsed - b.lane.lastUsed)
    for (const { workspaceKey, key, lane } of idle) {
      if (lane.lastUsed > before && count < MOST_LANES) break
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
    clock.after(IDLE_LANE_MS, () => {
      sweeping = false
      sweep(clock.monotonic() - IDLE_LANE_MS)
      if (count > 0) sweepLater()
    })
  }

  return {
    lane: (workspaceKey, origin, reach, identity) => {
      const reached = reach === 'own' ? `own ${origin}` : origin
      const key = identity === null ? reached : `${reached} ${identity.key}`
      const known = lanes.get(workspaceKey)?.get(key)
      if (known !== undefined) {
        known.inFlight++
        return known
      }
      if (count >= MOST_LANES) sweep(clock.monotonic() - IDLE_LANE_MS)
      const lane = open(origin, reach, identity)
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
