/** What Prometheus reads is what was observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics, type QueueDepth } from './metrics.ts'

const EMPTY: QueueDepth = {
  pending: 0,
  running: 0,
  oldestDueAgeSeconds: 0,
  waitingFor: {},
  catchUp: { pending: 7, running: 0 },
}

test('a scrape shows what was counted and timed', async () => {
  const metrics = createMetrics()

  metrics.fired('success', 3)
  metrics.fired('failed')
  metrics.lateness(0.0007)
  metrics.execution(0.2)
  metrics.leasesLost(2)
  metrics.outcomesFenced(1)
  metrics.storeCommit(0.004, 120)
  metrics.httpRequest('GET', '/api/v3/jobs', 200, 0.003)
  metrics.queue({ ...EMPTY, pending: 5, running: 2, oldestDueAgeSeconds: 1.5, waitingFor: { host: 4 } })
  metrics.claiming(true)

  const text = await metrics.text()
  for (const line of [
    'carillon_fires_total{status="success"} 3',
    'carillon_fires_total{status="failed"} 1',
    'carillon_lateness_seconds_bucket{le="0.0005"} 0',
    'carillon_lateness_seconds_bucket{le="0.001"} 1',
    'carillon_lateness_seconds_bucket{le="60"} 1',
    'carillon_execution_seconds_sum 0.2',
    'carillon_leases_lost_total 2',
    'carillon_outcomes_fenced_total 1',
    'carillon_store_commit_rows_sum 120',
    'carillon_store_commit_seconds_count 1',
    'carillon_http_request_seconds_count{method="GET",route="/api/v3/jobs",status="200"} 1',
    'carillon_queue_depth{state="pending"} 5',
    'carillon_queue_depth{state="running"} 2',
    'carillon_oldest_due_age_seconds 1.5',
    'carillon_limited_depth{kind="host"} 4',
    'carillon_catch_up_depth{state="pending"} 7',
    'carillon_claiming 1',
  ]) {
    assert.ok(text.includes(`\n${line}\n`), `no line ${line}`)
  }
  assert.match(text, /process_resident_memory_bytes \d+/)
})

test('a scrape asks for what is only known by asking, and survives when that fails', async () => {
  const metrics = createMetrics()
  metrics.beforeScrape(async () => metrics.queue({ ...EMPTY, pending: 9 }))
  metrics.beforeScrape(async () => {
    throw new Error('database away')
  })

  assert.match(await metrics.text(), /carillon_queue_depth\{state="pending"\} 9/)
})

test('two servers in one process count apart', async () => {
  const [one, other] = [createMetrics(), createMetrics()]

  one.fired('success')

  assert.doesNotMatch(await other.text(), /carillon_fires_total\{/)
})
