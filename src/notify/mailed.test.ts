/** What users said of mails holds at their own address, and nowhere else. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Addressee } from '../store/store.ts'
import type { NoticeFacts, NoticeKind } from './channel.ts'
import { addressedBy, mailed } from './mailed.ts'
import type { Told } from './rules.ts'

const factsOf = (kind: NoticeKind): NoticeFacts => ({
  kind,
  job: { id: 'j', name: 'nightly' },
  execution: null,
  error: null,
  durationMs: null,
  downtimeMs: null,
  count: null,
  endsOn: null,
  days: null,
  mention: null,
  link: null,
  actor: null,
  at: 0,
  zone: 'UTC',
  items: [],
})
const toldOf = (kind: NoticeKind, { to = ['Ada@example.com', 'ops@example.com'], owner = false } = {}): Told => ({
  lines: [],
  posts: [
    ...to.map((recipient) => ({ channel: 'email', recipient, facts: factsOf(kind) }) as const),
    { channel: 'slack', recipient: 'slack', facts: factsOf(kind) },
  ],
  toOwner: owner ? { userId: 'ada', facts: factsOf(kind) } : null,
})
const ada = (wishes: Addressee['wishes'], isEnabled = true): Addressee => ({
  id: 'ada',
  email: 'Ada@example.com',
  address: 'ada@example.com',
  isEnabled,
  wishes,
})
const sentTo = (told: Told, user: Addressee) => mailed(told, [user]).map(({ recipient }) => recipient)

describe('what is mailed', () => {
  it('goes to users who never said anything, and to addresses of nobody', () => {
    for (const kind of ['job.failed', 'job.succeeded', 'job.auto_paused'] as const)
      assert.deepEqual(sentTo(toldOf(kind), ada({})), ['Ada@example.com', 'ops@example.com', 'slack'], kind)
  })

  it('leaves out what a user does not want, at its own address alone', () => {
    const others = ['ops@example.com', 'slack']
    for (const kind of ['job.failed', 'job.failing', 'job.missed', 'job.uncertain', 'job.late', 'job.long'] as const) {
      assert.deepEqual(sentTo(toldOf(kind), ada({ emailOnFailure: false })), others, kind)
      assert.equal(sentTo(toldOf(kind), ada({ emailOnSuccess: false, dailyDigest: true })).length, 3, kind)
    }
    for (const kind of ['job.succeeded', 'job.recovered'] as const) {
      assert.deepEqual(sentTo(toldOf(kind), ada({ emailOnSuccess: false })), others, kind)
      assert.deepEqual(sentTo(toldOf(kind), ada({ dailyDigest: true })), others, kind)
      assert.equal(sentTo(toldOf(kind), ada({ weeklyReport: true })).length, 3, kind)
      assert.equal(sentTo(toldOf(kind), ada({ emailOnFailure: false })).length, 3, kind)
    }
  })

  it('leaves out disabled users, whatever they want', () => {
    const told = toldOf('job.auto_paused', { owner: true })
    assert.deepEqual(sentTo(told, ada({ emailOnDisabled: true }, false)), ['ops@example.com', 'slack'])
  })

  it('tells the owner of a switched-off job who asked for it, once', () => {
    for (const kind of ['job.disabled', 'job.auto_paused'] as const) {
      const alone = toldOf(kind, { to: [], owner: true })
      assert.deepEqual(sentTo(alone, ada({ emailOnDisabled: true })), ['slack', 'Ada@example.com'], kind)
      assert.deepEqual(sentTo(alone, ada({})), ['slack'], kind)
      const named = toldOf(kind, { owner: true })
      assert.equal(sentTo(named, ada({ emailOnDisabled: true })).length, 3, kind)
    }
  })

  it('asks for each address and owner once, however much is told', () => {
    const numbered = [1, 2].map((eventNumber) => ({ told: toldOf('job.disabled', { owner: true }), eventNumber }))
    const expected = { addresses: ['Ada@example.com', 'ops@example.com'], ids: ['ada'] }
    assert.deepEqual(addressedBy(numbered), expected)
  })
})
