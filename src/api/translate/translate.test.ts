/** What a caller writes, what is kept, and what is shown mean the same. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asHttp } from '../../../tests/support/as-http.ts'
import { DEFAULT_POLICIES } from '../../domain/policies.ts'
import type { HttpTargetView, JobView } from '../../services/services.ts'
import { Job, JobCreate } from '../contract/jobs.ts'
import type { ScheduleInput } from '../contract/schedules.ts'
import { jobEdit, jobInput, jobToWire } from './jobs.ts'
import { targetEdit, targetFrom, targetToWire } from './targets.ts'
import { timetableEdit, timetableFrom, timetableToWire } from './timetables.ts'
import { pairsFrom, pairsToWire } from './values.ts'

const NOW = Date.parse('2026-03-28T15:30:00Z')
const ground = { now: NOW, zone: 'Asia/Tokyo' }

const aView = (change: Partial<JobView> = {}): JobView => ({
  id: '019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b',
  ownerId: '019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0c',
  externalId: null,
  name: 'j',
  description: null,
  timetable: { schedules: [{ kind: 'cron', expression: '0 9 * * *', zone: 'Asia/Tokyo' }], zone: 'Asia/Tokyo' },
  target: { kind: 'http', url: 'https://example.com/a', method: 'GET' },
  policies: DEFAULT_POLICIES,
  metadata: {},
  category: null,
  team: null,
  endsOn: null,
  state: 'active',
  pauseReason: null,
  pausedAt: null,
  scheduleVersion: 1,
  version: 3,
  runs: 0,
  createdAt: NOW,
  updatedAt: NOW,
  nextRunAt: NOW + 1,
  scheduleText: 'every day',
  lastRun: null,
  ...change,
})

test('a schedule that leaves things open gets them from the job, the server and the moment', () => {
  const schedules: ScheduleInput[] = [
    { kind: 'cron', expression: '0 9 * * *' },
    { kind: 'fields', day_of_week: 'mon', hour: '9', time_zone: 'UTC' },
    { kind: 'interval', every_seconds: 1.5 },
    { kind: 'calendar', every: 2, unit: 'week', at: '09:00' },
    { kind: 'once', at: '2026-04-01T00:00:00+09:00' },
    { kind: 'manual' },
  ]

  const kept = timetableFrom({ schedules, jitter_seconds: 0, spread_seconds: 2, end: null }, ground)

  assert.deepEqual(kept, {
    schedules: [
      { kind: 'cron', expression: '0 9 * * *', zone: 'Asia/Tokyo' },
      { kind: 'fields', zone: 'UTC', dayOfWeek: 'mon', hour: '9' },
      { kind: 'interval', everyMs: 1500, anchor: NOW },
      // Already the 29th in Tokyo.
      { kind: 'calendar', every: 2, unit: 'week', start: '2026-03-29', at: '09:00', zone: 'Asia/Tokyo' },
      { kind: 'once', at: Date.parse('2026-03-31T15:00:00Z') },
      { kind: 'manual' },
    ],
    zone: 'Asia/Tokyo',
    spreadMs: 2000,
  })
})

test('a calendar in a zone that does not exist is refused by its own field', () => {
  const schedules: ScheduleInput[] = [
    { kind: 'manual' },
    { kind: 'calendar', every: 1, unit: 'day', at: '09:00', time_zone: 'Mars/One' },
  ]

  assert.throws(() => timetableFrom({ schedules }, ground), /schedules\[1\]\.time_zone: "Mars\/One"/)
})

test('a timetable that is read and sent back as it was means the same', () => {
  const kept = timetableFrom(
    {
      schedules: [
        { kind: 'cron', expression: '*/5 * * * *', dst_gap: 'skip', dst_overlap: 'both' },
        { kind: 'fields', hour: '9', day: 'last' },
        { kind: 'interval', every_seconds: 90, anchor: '2026-01-01T00:00:00Z' },
        { kind: 'calendar', every: 1, unit: 'month', start: '2026-01-31', at: '09:30:15' },
        { kind: 'once', at: '2026-04-01T00:00:00.123Z' },
        { kind: 'manual' },
      ],
      time_zone: 'Europe/Berlin',
      start: '2026-01-01',
      end: '2027-01-01T00:00:00+01:00',
      max_runs: 7,
      jitter_seconds: 0.5,
    },
    ground,
  )

  const again = timetableFrom(timetableToWire(kept), { now: 0, zone: 'UTC' })

  assert.deepEqual(timetableToWire(again), timetableToWire(kept))
})

test('an edit of one part of the timetable leaves the others, and one of none leaves it alone', () => {
  const present = timetableFrom(
    {
      schedules: [
        { kind: 'cron', expression: '0 9 * * *' },
        { kind: 'cron', expression: '0 8 * * *', time_zone: 'UTC' },
      ],
      start: '2026-01-01',
      max_runs: 3,
      jitter_seconds: 5,
    },
    ground,
  )

  assert.equal(timetableEdit(present, {}, ground), undefined)
  assert.deepEqual(timetableEdit(present, { max_runs: null, end: '2027-01-01' }, ground), {
    schedules: present.schedules,
    zone: 'Asia/Tokyo',
    start: '2026-01-01',
    end: '2027-01-01',
    jitterMs: 5000,
  })
  assert.deepEqual(
    timetableEdit(present, { time_zone: 'Europe/Berlin' }, ground)?.schedules.map(
      (schedule) => 'zone' in schedule && schedule.zone,
    ),
    ['Europe/Berlin', 'UTC'],
  )
})

test('headers and queries keep names that come several times, in an object or a list', () => {
  const list = [
    { name: 'a', value: '1' },
    { name: 'b', value: '2' },
    { name: 'a', value: '3' },
  ]

  assert.deepEqual(pairsToWire(list), { a: ['1', '3'], b: '2' })
  assert.deepEqual(pairsFrom(list), list)
  assert.deepEqual(pairsFrom(pairsToWire(list)), [list[0], list[2], list[1]])
})

test('a target that is read and sent back as it was means the same', () => {
  const kept: HttpTargetView = {
    kind: 'http',
    url: 'https://example.com/a',
    method: 'POST',
    query: [
      { name: 'q', value: '1' },
      { name: 'q', value: '2' },
    ],
    headers: [{ name: 'x-a', value: 'b' }],
    body: { type: 'form', content: [{ name: 'a', value: 'b' }] },
    success: {
      status: [
        [200, 299],
        [404, 404],
      ],
      bodyContains: 'ok',
      longestMs: 1500,
    },
    redirects: false,
  }

  const wire = asHttp(targetToWire(kept))

  assert.deepEqual(wire.success, {
    status: ['200-299', '404'],
    body_contains: 'ok',
    body_lacks: null,
    longest_seconds: 1.5,
  })
  assert.deepEqual(targetFrom({ ...wire, auth: null }), kept)
})

const withAuth: HttpTargetView = {
  kind: 'http',
  url: 'https://example.com/a',
  method: 'GET',
  headers: [{ name: 'x-a', value: 'b' }],
  auth: { kind: 'basic', username: 'u', password: { fingerprint: 'aabbccdd' } },
}

test('an edit of a target keeps what it leaves out, secrets included, and takes away what is null', () => {
  const kept = { kind: 'basic', username: 'u', password: undefined }

  assert.deepEqual(targetEdit(withAuth, { url: 'https://example.com/b' }), {
    ...withAuth,
    url: 'https://example.com/b',
    auth: kept,
  })
  assert.deepEqual(targetEdit(withAuth, { headers: null, auth: null }), {
    kind: 'http',
    url: withAuth.url,
    method: 'GET',
  })
  assert.deepEqual(asHttp(targetEdit(withAuth, { auth: { kind: 'basic', username: 'w' } })).auth, {
    ...kept,
    username: 'w',
  })
  assert.deepEqual(asHttp(targetEdit(withAuth, { auth: { kind: 'bearer', token: 't' } })).auth, {
    kind: 'bearer',
    token: 't',
  })
})

test('a fingerprint sent back keeps the secret; another one, or one where there is no secret, is refused', () => {
  const back = (fingerprint: string) =>
    asHttp(targetEdit(withAuth, { auth: { kind: 'basic', username: 'u', password: { fingerprint } } }))

  assert.deepEqual(back('aabbccdd').auth, { kind: 'basic', username: 'u', password: undefined })
  assert.throws(() => back('00000000'), /target\.auth\.password: .*not that of the stored secret/)
  assert.throws(
    () => targetEdit(withAuth, { auth: { kind: 'bearer' } }),
    /target\.auth\.token: .*no secret of this kind/,
  )
  assert.throws(
    () =>
      targetFrom({
        kind: 'http',
        url: 'https://example.com',
        auth: { kind: 'bearer', token: { fingerprint: 'aabbccdd' } },
      }),
    /target\.auth\.token: .*needs the secret itself/,
  )
})

test('policies left out are the defaults in a new job and stay in a present one', () => {
  const policies = { retry: { attempts: 3 }, timeout_seconds: 2.5, pause_after_failures: null }
  const body = JobCreate.parse({
    name: 'j',
    schedules: [{ kind: 'manual' }],
    target: { kind: 'http', url: 'https://h' },
    policies,
  })
  const strictJob = aView({
    policies: {
      ...DEFAULT_POLICIES,
      overlap: 'allow',
      pauseAfterFailures: 5,
      retry: { ...DEFAULT_POLICIES.retry, factor: 4 },
    },
  })

  const created = jobInput(body, ground).policies
  const edited = jobEdit(strictJob, { policies }, ground).policies

  assert.deepEqual(created, { ...DEFAULT_POLICIES, timeoutMs: 2500, retry: { ...DEFAULT_POLICIES.retry, attempts: 3 } })
  assert.deepEqual(edited, {
    ...DEFAULT_POLICIES,
    overlap: 'allow',
    timeoutMs: 2500,
    pauseAfterFailures: null,
    retry: { ...DEFAULT_POLICIES.retry, attempts: 3, factor: 4 },
  })
  assert.equal(jobInput({ ...body, policies: undefined }, ground).policies, undefined)
})

test('a job as it is shown has the shape that is promised, and nothing beside it', () => {
  const lastRun = {
    executionId: '019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0d',
    scheduledFor: NOW,
    status: 'success',
    finishedAt: null,
  } as const
  const wire = jobToWire(aView({ target: withAuth, lastRun, state: 'paused', pauseReason: 'failures', pausedAt: NOW }))

  assert.doesNotThrow(() => Job.parse(wire))
  assert.equal(wire.next_run_at, '2026-03-28T15:30:00.001Z')
  assert.deepEqual(asHttp(wire.target).auth, { kind: 'basic', username: 'u', password: { fingerprint: 'aabbccdd' } })
})
