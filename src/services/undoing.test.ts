/** The versions of a job, and the way back to one of them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { anInput, aWorld, HOUR, MINUTE, refused } from '../../tests/support/services-world.ts'
import { revealWith, sealedIn } from '../auth/target-secrets.ts'

const DAILY = { schedules: [{ kind: 'cron' as const, expression: '0 3 * * *', zone: 'UTC' }], zone: 'UTC' }

describe('undo', () => {
  it('gives back the timetable, the target with its secret, policies, names and metadata as they were', async (t) => {
    const w = await aWorld(t)
    const admin = await w.admin()
    const { jobs } = w.services
    const auth = { kind: 'bearer', token: 'first secret' } as const
    const input = anInput({
      target: { kind: 'http', url: 'https://example.com/a', method: 'POST', auth },
      metadata: { team: 'a' },
      description: 'first',
      policies: { overlap: 'queue_one' },
    })
    const born = await jobs.create(admin, input)
    await jobs.update(
      admin,
      born.id,
      {
        name: 'other',
        description: null,
        timetable: DAILY,
        target: {
          kind: 'http',
          url: 'https://elsewhere.example/b',
          method: 'GET',
          auth: { kind: 'bearer', token: 'second' },
        },
        metadata: {},
        policies: {},
      },
      null,
    )

    const undone = await jobs.undo(admin, born.id, {}, null)

    const { version, updatedAt, ...same } = undone
    const { version: _, updatedAt: __, ...first } = born
    assert.deepEqual(same, { ...first, scheduleVersion: 3 })
    assert.equal(version, 3)
    const stored = await w.store.jobs.byId(admin.workspaceKey, born.id)
    const target = stored?.target ?? assert.fail()
    assert.ok(target.kind === 'http' && target.auth !== undefined)
    const [secret] = sealedIn(target)
    const of = { workspaceKey: admin.workspaceKey, jobId: born.id }
    assert.ok(secret !== undefined)
    assert.equal(revealWith(w.auth.secrets)(secret.sealed, of, secret.field), 'first secret')
  })

  it('is a change like any other: undone again, it is as before', async (t) => {
    const w = await aWorld(t)
    const admin = await w.admin()
    const { jobs } = w.services
    const { id } = await jobs.create(admin, anInput({ name: 'one' }))
    await jobs.update(admin, id, { name: 'two' }, null)

    const names = [(await jobs.undo(admin, id, {}, null)).name, (await jobs.undo(admin, id, {}, null)).name]

    assert.deepEqual(names, ['one', 'two'])
    const history = await jobs.history(admin, id)
    assert.deepEqual(
      history.map(({ version, name, change, changedBy, fields, untilAt }) => [
        version,
        name,
        change,
        changedBy,
        ...fields,
        untilAt,
      ]),
      [
        [4, 'two', 'changed', admin.userId, 'name', null],
        [3, 'one', 'changed', admin.userId, 'name', history[0]?.fromAt],
        [2, 'two', 'changed', admin.userId, 'name', history[1]?.fromAt],
        [1, 'one', 'created', null, history[2]?.fromAt],
      ],
    )
  })

  it('takes back a pause and a resume', async (t) => {
    const w = await aWorld(t)
    const admin = await w.admin()
    const { jobs } = w.services
    const { id } = await jobs.create(admin, anInput())
    await jobs.pause(admin, id)

    assert.equal((await jobs.undo(admin, id, {}, null)).state, 'active')
    assert.equal((await jobs.undo(admin, id, {}, null)).state, 'paused')
  })

  it('goes back to a version that is named, and refuses one that is not kept', async (t) => {
    const w = await aWorld(t)
    const admin = await w.admin()
    const { jobs } = w.services
    const { id } = await jobs.create(admin, anInput({ name: 'one' }))
    await assert.rejects(jobs.undo(admin, id, {}, null), refused('conflict'))
    await jobs.update(admin, id, { name: 'two' }, null)
    await jobs.update(admin, id, { name: 'three' }, null)

    assert.equal((await jobs.undo(admin, id, { toVersion: 1 }, null)).name, 'one')
    await assert.rejects(jobs.undo(admin, id, { toVersion: 9 }, null), refused('invalid', 'toVersion'))
    await assert.rejects(jobs.undo(admin, id, { toVersion: 4 }, null), refused('invalid', 'toVersion'))
    await assert.rejects(jobs.undo(admin, id, { toVersion: 1 }, 2), refused('stale'))
  })

  it('brings a deleted job back as it was, and makes up for nothing', async (t) => {
    const w = await aWorld(t)
    const admin = await w.admin()
    const { jobs } = w.services
    const born = await jobs.create(admin, anInput())
    await jobs.delete(admin, born.id, null)
    w.clock.advance(3 * HOUR)
    await assert.rejects(jobs.get(admin, born.id), refused('not_found'))

    const back = await jobs.undo(admin, born.id, {}, null)

    assert.deepEqual(
      [back.state, back.name, back.nextRunAt],
      ['active', born.name, born.nextRunAt === null ? null : born.nextRunAt + 3 * HOUR],
    )
    assert.deepEqual(await jobs.occurrences(admin, born.id, { past: 10, coming: 0 }), [])
    const history = await jobs.history(admin, born.id)
    assert.deepEqual(
      history.map(({ state, change }) => [state, change]),
      [
        ['active', 'restored'],
        ['deleted', 'deleted'],
        ['active', 'created'],
      ],
    )
    const { missing, oddities } = await w.services.ledger.check(admin, {
      from: w.clock.now() - 24 * HOUR,
      until: w.clock.now() + MINUTE,
      cursor: null,
    })
    assert.deepEqual([missing, oddities], [0, []])
  })

  it('brings a deleted job back paused, if it was, and only as it was', async (t) => {
    const w = await aWorld(t)
    const admin = await w.admin()
    const { jobs } = w.services
    const { id } = await jobs.create(admin, anInput())
    await jobs.pause(admin, id)
    await jobs.delete(admin, id, null)

    await assert.rejects(jobs.undo(admin, id, { toVersion: 1 }, null), refused('invalid', 'toVersion'))
    assert.equal((await jobs.undo(admin, id, {}, null)).state, 'paused')
  })

  it('is for whoever may change the job; another workspace hears that there is none', async (t) => {
    const w = await aWorld(t)
    const [admin, stranger] = [await w.admin(), await w.admin()]
    const [owner, colleague] = [await w.member(admin, 'user'), await w.member(admin, 'user')]
    const { jobs } = w.services
    const { id } = await jobs.create(owner, anInput())
    await jobs.update(owner, id, { name: 'two' }, null)

    await assert.rejects(jobs.undo(colleague, id, {}, null), refused('forbidden'))
    await assert.rejects(jobs.undo(stranger, id, {}, null), refused('not_found'))
    await assert.rejects(jobs.history(stranger, id), refused('not_found'))
    await jobs.delete(owner, id, null)
    await assert.rejects(jobs.undo(colleague, id, {}, null), refused('forbidden'))
    await assert.rejects(jobs.undo(stranger, id, {}, null), refused('not_found'))
  })

  it('does not make somebody else the owner for who may not give jobs away', async (t) => {
    const w = await aWorld(t)
    const admin = await w.admin()
    const [one, other] = [await w.member(admin, 'user'), await w.member(admin, 'user')]
    const { jobs } = w.services
    const { id } = await jobs.create(one, anInput())
    await jobs.update(admin, id, { ownerId: other.userId, name: 'given' }, null)

    assert.equal((await jobs.undo(other, id, {}, null)).ownerId, other.userId)
    assert.equal((await jobs.undo(admin, id, { toVersion: 1 }, null)).ownerId, one.userId)
  })
})
