/** What is told of a run that failed, by who asked for it and how far it came. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RanView } from '../../../services/services.ts'
import { executionToTeam } from './execution-shape.ts'
import { SURFACES } from './surface.ts'

const CASES: readonly [what: string, ran: Partial<RanView>, first: string | null, second: string | null][] = [
  ['a refusing status', { statusCode: 503, error: 'x' }, 'Webhook returned status 503', 'Webhook returned status 503'],
  ['no answer', { error: 'No answer.' }, 'Webhook call failed: No answer.', 'Webhook call failed: No answer.'],
  [
    'no answer to a run by hand',
    { error: 'No answer.', trigger: 'manual' },
    'Webhook call failed: No answer.',
    'Request failed: No answer.',
  ],
  ['an answer that is a failure', { statusCode: 200, error: 'It lacks OK.' }, 'It lacks OK.', 'It lacks OK.'],
  ['a cancelled run', { status: 'cancelled', reasonText: 'Somebody did it.' }, 'Somebody did it.', 'Somebody did it.'],
  [
    'a workflow that was not dispatched',
    { error: 'GitHub token not configured.', called: { kind: 'github', name: 'o/r/w', repo: 'r' } },
    'GitHub token not configured.',
    'GitHub token not configured.',
  ],
  ['a success', { status: 'success', statusCode: 200 }, null, null],
]

for (const [what, changes, ...told] of CASES)
  test(`${what} is told as the document has it`, () => {
    const called = { kind: 'http', name: 'https://example.com/', repo: null }
    const ran = {
      ...{ status: 'failed', trigger: 'schedule', called, statusCode: null, error: null, reasonText: null },
      ...{ scheduledFor: 0, startedAt: 0, finishedAt: null, durationMs: null },
      ...changes,
    } as RanView

    assert.deepEqual(
      SURFACES.map((surface) => executionToTeam(surface)(ran).error_message),
      told,
    )
  })
