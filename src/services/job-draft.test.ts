/** Jobs: what may be saved, and how people hear what is wrong with it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anInput, aWorld, refused, START } from '../../tests/support/services-world.ts'
import type { JobInput } from './services.ts'

const QUERY = { sort: 'created_at', descending: false, cursor: null, limit: 100 } as const
const cron = (expression: string, more: object = {}): JobInput['timetable'] => ({
  schedules: [{ kind: 'cron', expression, zone: 'UTC' }],
  zone: 'UTC',
  ...more,
})
const MANUAL: JobInput['timetable'] = { schedules: [{ kind: 'manual' }], zone: 'UTC' }

test('all wrong fields of a job are told together, and nothing is saved', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()

  await assert.rejects(
    services.jobs.create(ada, {
      name: ' ',
      description: 'x'.repeat(2001),
      timetable: {
        schedules: [
          { kind: 'cron', expression: '61 * * * *', zone: 'UTC' },
          { kind: 'cron', expression: '* * * * *', zone: 'Mars/Base' },
        ],
        zone: 'UTC',
        end: 'soon',
      },
      target: {
        kind: 'http',
        url: 'ftp://example.com',
        method: 'GET',
        headers: [{ name: 'Host', value: 'x' }],
        auth: { kind: 'bearer' },
      },
      policies: { timeoutMs: 1, retry: { attempts: 0, firstDelayMs: 1.5, factor: 99, longestDelayMs: -1 } },
      metadata: { list: [1, { two: null }], 'a\u0000b': '' },
    }),
    refused(
      'invalid',
      'name',
      'description',
      'target.url',
      'target.headers[0].name',
      'target.auth.token',
      'policies.retry.attempts',
      'policies.retry.firstDelayMs',
      'policies.retry.factor',
      'policies.retry.longestDelayMs',
      'policies.timeoutMs',
      'metadata.a\u0000b',
      'schedules[0].expression',
      'schedules[1].zone',
      'end',
    ),
  )

  assert.equal((await services.jobs.list(ada, QUERY)).items.length, 0)
})

test('a schedule that cannot be read is refused with its place, its value and what would be right', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()

  await assert.rejects(services.jobs.create(ada, anInput({ timetable: cron('61 * * * *') })), (error) => {
    refused('schedule.invalid', 'schedules[0].expression')(error)
    assert.match((error as Error).message, /^schedules\[0\]\.expression: "61 \* \* \* \*": .*61/)
    return true
  })
  await assert.rejects(
    services.jobs.create(ada, anInput({ timetable: { schedules: [], zone: 'UTC' } })),
    refused('schedule.invalid', 'schedules'),
  )
  const many = { ...MANUAL, schedules: Array.from({ length: 21 }, () => ({ kind: 'manual' }) as const) }
  await assert.rejects(
    services.jobs.create(ada, anInput({ timetable: many })),
    refused('schedule.invalid', 'schedules'),
  )
})

test('S86: a schedule without a coming instant is refused', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()

  for (const timetable of [
    cron('0 0 31 2 *'),
    cron('* * * * *', { end: '2020-01-01' }),
    { schedules: [{ kind: 'once', at: START }], zone: 'UTC' } as const,
  ]) {
    await assert.rejects(
      services.jobs.create(ada, anInput({ timetable })),
      refused('schedule.never_fires', 'schedules'),
    )
  }
})

test('S25: more than 50 metadata entries, unprintable names and bidirectional overrides are refused', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const metadata = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, 'v']))

  await assert.rejects(services.jobs.create(ada, anInput({ metadata })), refused('invalid', 'metadata'))
  const long = { list: ['x'.repeat(32_768), 'x'.repeat(32_768)] }
  await assert.rejects(services.jobs.create(ada, anInput({ metadata: long })), refused('invalid', 'metadata'))
  await assert.rejects(
    services.jobs.create(ada, anInput({ metadata: JSON.parse('{"__proto__":"x"}') })),
    refused('invalid', 'metadata.__proto__'),
  )
  for (const name of ['a\nb', 'a\u202eb', 'a\u2028b', 'x'.repeat(201), '\ud800']) {
    await assert.rejects(services.jobs.create(ada, anInput({ name })), refused('invalid', 'name'))
  }
  assert.equal((await services.jobs.create(ada, anInput({ name: `${'日'.repeat(199)}👩` }))).name.length, 201)
})

test('S39: a target at an address that this server never calls is refused when it is saved', async (t) => {
  const { services, admin } = await aWorld(t)
  const ada = await admin()
  const target = { kind: 'http', url: 'http://169.254.169.254/latest', method: 'GET' } as const
  const job = await services.jobs.create(ada, anInput())

  await assert.rejects(services.jobs.create(ada, anInput({ target })), refused('egress.denied', 'target.url'))
  await assert.rejects(services.jobs.update(ada, job.id, { target }, null), refused('egress.denied'))
  await assert.rejects(services.jobs.run(ada, job.id, { url: target.url }), refused('egress.denied'))
})

test('zones are kept as the time-zone database spells them', async (t) => {
  const { services, admin } = await aWorld(t)
  const timetable = {
    schedules: [{ kind: 'cron', expression: '0 9 * * *', zone: 'us/eastern' }],
    zone: 'europe/berlin',
  } as const

  const job = await services.jobs.create(await admin(), anInput({ timetable }))

  assert.deepEqual(
    [job.timetable.zone, (job.timetable.schedules[0] as { zone: string }).zone],
    ['Europe/Berlin', 'US/Eastern'],
  )
})
