/** What is counted and timed, for Prometheus. Observing costs well under a microsecond; reading happens only on a scrape. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type QueueDepth = {
  readonly pending: number
  readonly running: number
  /** Seconds since the oldest due instant that nobody has claimed; 0 when nothing waits. */
  readonly oldestDueAgeSeconds: number
  /** Pending ones that a limit holds up, by its kind. */
  readonly waitingFor: Readonly<Record<string, number>>
  readonly catchUp: { readonly pending: number; readonly running: number }
}

export type Metrics = {
  /** Executions that ended, by status. */
  readonly fired: (status: string, count?: number) => void
  /** From the scheduled instant to the first byte sent. */
  readonly lateness: (seconds: number) => void
  readonly execution: (seconds: number) => void
  readonly leasesLost: (count: number) => void
  readonly outcomesFenced: (count: number) => void
  readonly storeCommit: (seconds: number, rows: number) => void
  readonly httpRequest: (method: string, route: string, status: number, seconds: number) => void
  readonly queue: (depth: QueueDepth) => void
  readonly claiming: (on: boolean) => void
  /** Bytes of the database, of what is free inside of it, of its log. */
  readonly sizes: (sizes: { readonly database: number; readonly free: number; readonly log: number }) => void
  /** A round of upkeep is over: when (epoch seconds), what it forgot by kind, whether it went through. */
  readonly upkeep: (at: number, forgotten: Readonly<Record<string, number>>, ok: boolean) => void
  /** A try to send a message ended so: sent, delayed or failed. */
  readonly delivery: (channel: string, how: string) => void
  /** Messages that wait, and seconds since the oldest of them was written. */
  readonly outbox: (waiting: number, oldestAgeSeconds: number) => void
  /** Called before each scrape, to set what is only known by asking. A failure leaves the last values standing. */
  readonly beforeScrape: (refresh: () => Promise<void>) => void
  readonly contentType: string
  readonly text: () => Promise<string>
}

const LATENESS_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60]
const EXECUTION_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600]
const COMMIT_BUCKETS = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]
const ROWS_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500]
const REQUEST_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30]

export const createMetrics = (): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  const fires = new Counter({
    name: 'carillon_fires_total',
    help: 'Executions that ended, by status.',
    labelNames: ['status'],
    registers,
  })
  const lateness = new Histogram({
    name: 'carillon_lateness_seconds',
    help: 'From the scheduled instant to the start of the first attempt.',
    buckets: LATENESS_BUCKETS,
    registers,
  })
  const execution = new Histogram({
    name: 'carillon_execution_seconds',
    help: 'How long an attempt took.',
    buckets: EXECUTION_BUCKETS,
    registers,
  })
  const depth = new Gauge({
    name: 'carillon_queue_depth',
    help: 'Executions that wait or run, by state.',
    labelNames: ['state'],
    registers,
  })
  const oldestDue = new Gauge({
    name: 'carillon_oldest_due_age_seconds',
    help: 'Age of the oldest due instant that nobody has claimed.',
    registers,
  })
  const limited = new Gauge({
    name: 'carillon_limited_depth',
    help: 'Pending executions that a limit holds up, by its kind: shared, host, workspace, job.',
    labelNames: ['kind'],
    registers,
  })
  const catchUpDepth = new Gauge({
    name: 'carillon_catch_up_depth',
    help: 'Catch-up executions that wait or run, by state.',
    labelNames: ['state'],
    registers,
  })
  const leasesLost = new Counter({
    name: 'carillon_leases_lost_total',
    help: 'Attempts whose node lost its lease before it recorded an outcome.',
    registers,
  })
  const fenced = new Counter({
    name: 'carillon_outcomes_fenced_total',
    help: 'Outcomes refused because a later attempt or another node holds the execution.',
    registers,
  })
  const request = new Histogram({
    name: 'carillon_http_request_seconds',
    help: 'Time to answer a request, by method, route pattern and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS,
    registers,
  })
  const commitSeconds = new Histogram({
    name: 'carillon_store_commit_seconds',
    help: 'Time of one commit of the scheduling path.',
    buckets: COMMIT_BUCKETS,
    registers,
  })
  const commitRows = new Histogram({
    name: 'carillon_store_commit_rows',
    help: 'Claims and outcomes carried by one commit.',
    buckets: ROWS_BUCKETS,
    registers,
  })
  const claiming = new Gauge({
    name: 'carillon_claiming',
    help: '1 while this process claims due jobs, else 0.',
    registers,
  })

  const bytes = new Gauge({
    name: 'carillon_database_bytes',
    help: 'Bytes of the database file, of the free pages inside of it, and of its write-ahead log.',
    labelNames: ['part'],
    registers,
  })
  const upkeepAt = new Gauge({
    name: 'carillon_upkeep_last_success_timestamp_seconds',
    help: 'When the last round of upkeep of this process went through.',
    registers,
  })
  const forgotten = new Counter({
    name: 'carillon_forgotten_total',
    help: 'Rows that upkeep let go, by kind.',
    labelNames: ['kind'],
    registers,
  })

  const deliveries = new Counter({
    name: 'carillon_deliveries_total',
    help: 'Tries to send a message, by channel and how they ended: sent, delayed, failed.',
    labelNames: ['channel', 'result'],
    registers,
  })
  const deliveriesWaiting = new Gauge({
    name: 'carillon_deliveries_waiting',
    help: 'Messages that wait to be sent.',
    registers,
  })
  const oldestDelivery = new Gauge({
    name: 'carillon_oldest_delivery_age_seconds',
    help: 'Age of the oldest message that waits to be sent.',
    registers,
  })

  const refreshers: (() => Promise<void>)[] = []

  return {
    fired: (status, count = 1) => fires.inc({ status }, count),
    lateness: (seconds) => lateness.observe(Math.max(0, seconds)),
    execution: (seconds) => execution.observe(Math.max(0, seconds)),
    leasesLost: (count) => leasesLost.inc(count),
    outcomesFenced: (count) => fenced.inc(count),
    storeCommit: (seconds, rows) => {
      commitSeconds.observe(seconds)
      commitRows.observe(rows)
    },
    httpRequest: (method, route, status, seconds) =>
      request.observe({ method, route, status: String(status) }, Math.max(0, seconds)),
    queue: ({ pending, running, oldestDueAgeSeconds, waitingFor, catchUp }) => {
      depth.set({ state: 'pending' }, pending)
      depth.set({ state: 'running' }, running)
      oldestDue.set(Math.max(0, oldestDueAgeSeconds))
      for (const [kind, count] of Object.entries(waitingFor)) limited.set({ kind }, count)
      catchUpDepth.set({ state: 'pending' }, catchUp.pending)
      catchUpDepth.set({ state: 'running' }, catchUp.running)
    },
    claiming: (on) => claiming.set(on ? 1 : 0),
    sizes: (sizes) => {
      for (const [part, size] of Object.entries(sizes)) bytes.set({ part }, size)
    },
    upkeep: (at, rows, ok) => {
      for (const [kind, count] of Object.entries(rows)) forgotten.inc({ kind }, count)
      if (ok) upkeepAt.set(at)
    },
    delivery: (channel, result) => deliveries.inc({ channel, result }),
    outbox: (waiting, oldestAgeSeconds) => {
      deliveriesWaiting.set(waiting)
      oldestDelivery.set(Math.max(0, oldestAgeSeconds))
    },
    beforeScrape: (refresh) => void refreshers.push(refresh),
    contentType: registry.contentType,
    text: async () => {
      await Promise.allSettled(refreshers.map((refresh) => refresh()))
      return registry.metrics()
    },
  }
}
