/** The one word for where a job stands. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusOf } from '../../../src/api/dialects/chronos/status.ts'

test('an active job is scheduled or running, one that has ended completed or failed, a paused one cancelled or failed', () => {
  const active = { state: 'active', pauseReason: null } as const
  const ended = { state: 'ended', pauseReason: null } as const
  const paused = (pauseReason: 'by_user' | 'failures') => ({ state: 'paused', pauseReason }) as const

  assert.equal(statusOf(active, []), 'scheduled')
  assert.equal(statusOf(active, [{ status: 'failed' }]), 'scheduled')
  assert.equal(statusOf(active, [{ status: 'pending' }, { status: 'running' }]), 'running')
  assert.equal(statusOf(ended, [{ status: 'pending' }]), 'scheduled')
  assert.equal(statusOf(ended, [{ status: 'running' }]), 'running')
  assert.equal(statusOf(ended, [{ status: 'success' }, { status: 'failed' }]), 'completed')
  for (const status of ['failed', 'uncertain', 'cancelled', 'missed'] as const)
    assert.equal(statusOf(ended, [{ status }]), 'failed')
  assert.equal(statusOf(paused('by_user'), [{ status: 'success' }]), 'cancelled')
  assert.equal(statusOf(paused('failures'), []), 'failed')
})
