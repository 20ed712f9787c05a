/** What is said of an instant, for each kind of facts. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { around, type Timetable } from '../schedule/schedule.ts'
import type { ExecutionRow } from '../store/store.ts'
import { type ExplainFacts, explain, type InForce } from './explain.ts'

const MINUTE = 60_000
const AT = Date.UTC(2026, 5, 10, 12)
const text = (offset: number): string => new Date(AT + offset).toISOString()
const hourly: Timetable = { schedules: [{ kind: 'interval', everyMs: 60 * MINUTE, anchor: 0 }], zone: 'UTC' }

type Given = Partial<Omit<ExplainFacts, 'inForce'>> & { readonly inForce?: Partial<InForce> }

const factsOf = ({ inForce, ...given }: Given): ExplainFacts => {
  const state: InForce = {
    scheduleVersion: 1,
    timetable: hourly,
    runs: 0,
    pausedAt: null,
    pauseReason: null,
    updatedAt: 0,
    state: 'active',
    fromAt: 0,
    untilAt: null,
    changedBy: null,
    ...inForce,
  }
  const at = given.at ?? AT
  return {
    at,
    now: AT + MINUTE,
    createdAt: 0,
    deletedAt: null,
    inForce: state,
    around: around(state.timetable, 'job', at),
    row: null,
    inTheWay: null,
    outages: [],
    completeSince: null,
    instantsBefore: 0,
    isPlanned: false,
    ...given,
  }
}

const aRow = (given: Partial<ExecutionRow>): ExecutionRow => ({
  id: 'run 1',
  workspaceKey: 1,
  jobKey: 1,
  jobId: 'job',
  jobName: 'job',
  scheduleVersion: 1,
  scheduledFor: AT,
  lastFor: null,
  occurrences: 1,
  trigger: 'schedule',
  status: 'success',
  reason: null,
  attempt: 1,
  notBefore: null,
  waitsFor: null,
  reportDueAt: null,
  progress: null,
  log: null,
  startedAt: AT + 12,
  finishedAt: AT + 500,
  statusCode: 200,
  error: null,
  output: null,
  requestedBy: null,
  ...given,
})

const rows: readonly [what: string, row: Partial<ExecutionRow>, ...answer: string[]][] = [
  ['ran', {}, 'ran', 'It ran, and succeeded. It started 12 ms after its time.'],
  ['ran late', { startedAt: AT + 61_500 }, 'ran', 'It ran, and succeeded. It started late, by 61.5 s.'],
  ['runs', { status: 'running', attempt: 2 }, 'running', 'It is running, attempt 2. It started 12 ms after its time.'],
  [
    'waits for another try',
    { status: 'pending', notBefore: AT + 5 * MINUTE, startedAt: null },
    'waiting',
    `Attempt 1 failed; the next one starts at ${text(5 * MINUTE)}.`,
  ],
  [
    'waits in the queue',
    { status: 'pending', attempt: 0, notBefore: AT, startedAt: null },
    'waiting',
    'It waits in the queue: for a free place, or for another execution of the job to end.',
  ],
  [
    'was cancelled',
    { status: 'cancelled', reason: 'cancelled_by_user' },
    'cancelled',
    'It is cancelled: somebody cancelled it.',
  ],
  [
    'was edited away',
    { status: 'missed', reason: 'edited', startedAt: null, finishedAt: AT + 100 },
    'missed',
    'It was missed: the timetable was changed before it could run.',
    `That was at ${text(100)}, before a server had taken it.`,
  ],
  [
    'was missed by a busy server, in a range',
    {
      status: 'missed',
      reason: 'cap',
      startedAt: null,
      finishedAt: AT + 9 * MINUTE,
      lastFor: AT + 3 * 60 * MINUTE,
      occurrences: 4,
    },
    'missed',
    'It was missed: more occurrences were missed than the misfire cap makes up for.',
    `It could have run only at ${text(9 * MINUTE)}: the server was busy, or its clock was set.`,
    `One row stands for 4 occurrences, from ${text(0)} to ${text(3 * 60 * MINUTE)}.`,
  ],
]

const others: readonly [what: string, given: Given, ...answer: string[]][] = [
  [
    'an instant that jitter moves',
    { inForce: { timetable: { ...hourly, spreadMs: 3_000_000 } } },
    'no_occurrence',
    'The schedule names this instant, and jitter or spread moves it to 2026-06-10T12:09:56.378Z: ask about that.',
  ],
  [
    'before the start of the schedule',
    { at: AT - 5, inForce: { timetable: { ...hourly, start: text(-4) } } },
    'no_occurrence',
    'It is not an occurrence of the job.',
    `The schedule starts at ${text(-4)}.`,
    `There is no occurrence before it, and the nearest after it is ${text(0)}.`,
  ],
  [
    'after the end of the schedule',
    { at: AT + 60 * MINUTE, inForce: { timetable: { ...hourly, end: text(1) } } },
    'no_occurrence',
    'It is not an occurrence of the job.',
    `The schedule ended at ${text(1)}.`,
    `The nearest before it is ${text(0)}, and there is none after it.`,
  ],
  [
    'while it was deleted and not yet brought back',
    { inForce: { state: 'deleted', fromAt: AT - 10, untilAt: AT + 10 } },
    'no_occurrence',
    `The job was deleted then: from ${text(-10)} to ${text(10)}, and was brought back later.`,
  ],
  [
    'that waits in the plan',
    { isPlanned: true },
    'waiting',
    'It is due, and no server has taken it yet; it is in the plan and will be accounted for.',
  ],
  [
    'after the last run that was allowed',
    { inForce: { runs: 3, timetable: { ...hourly, maxRuns: 3 }, state: 'ended' } },
    'no_occurrence',
    'The maximum of 3 runs had been reached.',
  ],
  [
    'after the end date of the job',
    {
      inForce: {
        timetable: { ...hourly, lastDay: { date: '2026-06-09', zone: 'UTC' } },
        state: 'paused',
        pauseReason: 'end_date',
        pausedAt: Date.UTC(2026, 5, 10),
      },
    },
    'no_occurrence',
    'It is not an occurrence of the job.',
    'The end date of the job, 2026-06-09 in UTC, ended at 2026-06-09T23:59:59.999Z.',
    'The nearest before it is 2026-06-09T23:00:00.000Z, and there is none after it.',
  ],
  ['to come', { now: AT - 1, instantsBefore: 1 }, 'will_run', `It will run at ${text(0)}.`],
  [
    'to come, while the job is paused',
    { now: AT - 1, inForce: { state: 'paused', pausedAt: AT - 9, pauseReason: 'by_user', changedBy: 'ada' } },
    'will_not_run',
    `It will not run at ${text(0)} unless the job is resumed before.`,
    `The job was paused at ${text(-9)} by user ada.`,
  ],
]

describe('explain', () => {
  for (const [what, row, ...answer] of rows) {
    it(`says of an occurrence that ${what}: ${answer[0]}`, () => {
      const { verdict, sentences } = explain(factsOf({ row: aRow(row) }))

      assert.deepEqual([verdict, ...sentences], answer)
    })
  }

  for (const [what, given, ...answer] of others) {
    it(`says of an instant ${what}: ${answer[0]}`, () => {
      const { verdict, sentences } = explain(factsOf(given))

      assert.deepEqual([verdict, ...sentences], answer)
    })
  }

  it('adds what a change of the clock has to do with it (Europe/Berlin, gap of 2026-03-29)', () => {
    const timetable: Timetable = {
      schedules: [{ kind: 'cron', expression: '30 2 * * *', zone: 'Europe/Berlin' }],
      zone: 'Europe/Berlin',
    }
    const at = Date.parse('2026-03-29T01:00:00Z')

    const { verdict, sentences } = explain(
      factsOf({ at, inForce: { timetable }, row: aRow({ scheduledFor: at, startedAt: at }) }),
    )

    assert.deepEqual(
      [verdict, sentences[1]],
      [
        'ran',
        'The clock of Europe/Berlin changes at 2026-03-29T01:00:00.000Z: 02:30 does not exist on 2026-03-29; runs at 03:00.',
      ],
    )
  })
})
