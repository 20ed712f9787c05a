/** S98, S99: who did what is told whole, without secrets, and whoever tampers with it is found. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it, type TestContext } from 'node:test'
import { anInput, aWorld, CALLER, HOUR, PASSWORD, refused, type World } from '../../tests/support/services-world.ts'
import { tempFolder, tempStore } from '../../tests/support/temp-store.ts'
import type { UserActor } from '../domain/actor.ts'

const list = async (w: World, actor: UserActor) =>
  (await w.services.auditLog.list(actor, { cursor: null, limit: 100 })).items.toReversed()

const deeds = async (w: World, actor: UserActor) => (await list(w, actor)).map(({ deed }) => deed)

describe('the audit log', () => {
  it('S98: tells of every deed with its actor, address, what it was done to, and fingerprints before and after', async (t) => {
    const w = await aWorld(t)
    const admin = { ...(await w.admin('ada')), ...CALLER }
    const { jobs, users, sessions } = w.services
    const job = await jobs.create(admin, anInput())
    await jobs.update(admin, job.id, { name: 'renamed', policies: { overlap: 'allow' } }, null)
    await jobs.update(admin, job.id, { name: 'renamed' }, null)
    await jobs.pause(admin, job.id)
    await jobs.pause(admin, job.id)
    await jobs.resume(admin, job.id, {})
    const run = await jobs.run(admin, job.id)
    await w.services.executions.cancel(admin, run.id)
    await w.services.executions.retry(admin, run.id)
    await jobs.undo(admin, job.id, { toVersion: 1 }, null)
    await jobs.delete(admin, job.id, null)
    await jobs.undo(admin, job.id, {}, null)
    const user = await users.create(admin, {
      username: 'bob',
      email: 'bob@example.com',
      password: PASSWORD,
      role: 'user',
    })
    await users.update(admin, user.id, { role: 'viewer', password: `${PASSWORD} too` }, null)
    await users.delete(admin, user.id)
    await assert.rejects(w.services.sessions.signIn({ ...CALLER, login: 'ada', password: 'wrong' }))
    const { refreshToken } = await w.signIn('ada')
    await sessions.refresh({ ...CALLER, refreshToken })
    await sessions.refresh({ ...CALLER, refreshToken: (await w.signIn('ada')).refreshToken })
    w.clock.advance(HOUR)
    await assert.rejects(sessions.refresh({ ...CALLER, refreshToken }))
    await sessions.signOut(admin)

    const entries = await list(w, admin)

    assert.deepEqual(
      entries.map(({ deed, fields }) => [deed, ...fields].join(' ')),
      [
        'user.signed_up',
        'session.started',
        'job.created',
        'job.changed name policies',
        'job.paused state',
        'job.resumed state',
        'job.run',
        'execution.cancelled',
        'execution.retried',
        'job.undone name policies',
        'job.deleted',
        'job.restored',
        'user.created',
        'user.changed role password',
        'user.deleted',
        'session.refused',
        'session.started',
        'session.started',
        'session.reused',
        'session.ended',
      ],
    )
    for (const { actor, deed } of entries) {
      assert.equal(actor.address, CALLER.address, deed)
      assert.equal(actor.userAgent, CALLER.userAgent, deed)
      const isStranger = deed === 'session.refused' || deed === 'session.reused'
      assert.deepEqual([actor.kind, actor.id], isStranger ? ['nobody', null] : ['user', admin.userId], deed)
    }
    const changed = entries.find(({ deed }) => deed === 'job.changed') ?? assert.fail()
    const undone = entries.find(({ deed }) => deed === 'job.undone') ?? assert.fail()
    assert.match(String(changed.before), /^[0-9a-f]{8}$/)
    assert.notEqual(changed.before, changed.after)
    assert.deepEqual([undone.before, undone.after], [changed.after, changed.before])
    assert.deepEqual([changed.subject, changed.jobId], [{ kind: 'job', id: job.id }, job.id])
  })

  it('tells nothing of what was refused', async (t) => {
    const w = await aWorld(t)
    const admin = await w.admin()
    const viewer = await w.member(admin, 'viewer')
    const job = await w.services.jobs.create(admin, anInput())
    const before = await deeds(w, admin)

    await assert.rejects(w.services.jobs.pause(viewer, job.id), refused('forbidden'))
    await assert.rejects(w.services.jobs.update(admin, job.id, { name: '' }, null), refused('invalid'))
    await assert.rejects(w.services.jobs.delete(admin, job.id, 99), refused('stale'))
    await w.services.jobs.resume(admin, job.id, {})

    assert.deepEqual(await deeds(w, admin), before)
  })

  it('is for administrators, each of the own workspace', async (t) => {
    const w = await aWorld(t)
    const [admin, other] = [await w.admin(), await w.admin()]
    const member = await w.member(admin, 'user')
    const query = { cursor: null, limit: 10 }

    await assert.rejects(w.services.auditLog.list(member, query), refused('forbidden'))
    await assert.rejects(w.services.auditLog.check(member, { after: null, remembered: null }), refused('forbidden'))
    assert.deepEqual(await deeds(w, other), ['user.signed_up', 'session.started'])
  })

  it('S98: a sign-in to a name that nobody has is told to the operator, without the name', async (t) => {
    const w = await aWorld(t)
    const operator = await w.admin()

    await assert.rejects(w.services.sessions.signIn({ ...CALLER, login: 'my-secret-password', password: 'x' }))

    const entry = (await list(w, operator)).at(-1) ?? assert.fail()
    assert.deepEqual([entry.deed, entry.subject.id], ['session.refused', 'unknown'])
    assert.ok(!JSON.stringify(entry).includes('my-secret'))
  })

  it('S99: neither it nor the events hold a secret, a token or a password', async (t) => {
    const w = await aWorld(t)
    const admin = { ...(await w.admin('ada')), ...CALLER }
    const auth = { kind: 'bearer', token: 'canary-token-7f3a' } as const
    const target = {
      kind: 'http',
      url: 'https://example.com/?key=canary-url-7f3a',
      method: 'POST',
      headers: [{ name: 'x-api', value: 'canary-header-7f3a' }],
      body: { type: 'text', content: 'canary-body-7f3a' },
      auth,
    } as const
    const job = await w.services.jobs.create(admin, anInput({ target, metadata: { note: 'canary-meta-7f3a' } }))
    await w.services.jobs.update(
      admin,
      job.id,
      { target: { ...target, auth: { ...auth, token: 'canary-other-7f3a' } } },
      null,
    )
    await w.services.users.update(
      admin,
      admin.userId,
      { password: 'canary-password-7f3a', currentPassword: PASSWORD },
      null,
    )
    const { accessToken, refreshToken } = await w.services.sessions.signIn({
      ...CALLER,
      login: 'ada',
      password: 'canary-password-7f3a',
    })

    const page = { cursor: null, limit: 100 }
    const told = JSON.stringify([
      await list(w, admin),
      (await w.services.events.list(admin, { ...page, descending: true })).items,
      await w.services.jobs.history(admin, job.id),
    ])

    assert.ok(told.includes('job.changed'))
    for (const secret of ['7f3a', PASSWORD, accessToken, refreshToken]) assert.ok(!told.includes(secret), secret)
  })
})

describe('S98: the chain of the audit log', () => {
  const seeded = async (t: TestContext) => {
    const path = join(tempFolder(t), 'carillon.db')
    const w = await aWorld(t)
    const store = await tempStore(t, { path, clock: w.clock })
    const { services } = w.again({ store })
    const { accessToken } = await services.sessions.signUp({ ...CALLER, email: 'a@example.com', password: PASSWORD })
    const admin = await services.sessions.authenticate(accessToken)
    for (let count = 0; count < 6; count++) await services.jobs.create(admin, anInput({ name: `job ${count}` }))
    /** As somebody would who holds the file: behind the back of the store. */
    const tamper = (...statements: string[]) => {
      const db = new DatabaseSync(path)
      db.exec('drop trigger audit_is_never_changed; drop trigger audit_goes_by_age')
      for (const statement of statements) db.exec(statement)
      db.close()
    }
    const verify = async (remembered: { number: number; hash: string } | null = null) => {
      const { problem, upTo } = await services.auditLog.check(admin, { after: null, remembered })
      return problem === null ? upTo : [problem.number, problem.problem]
    }
    return { tamper, verify, path }
  }
  const cutTail = [
    'delete from audit where number > 6',
    'update audit_head set number = 6, hash = (select hash from audit where number = 6)',
  ]

  it('holds when nobody has touched it, also with a head that was kept', async (t) => {
    const { verify } = await seeded(t)

    const head = await verify()

    assert.ok('number' in head && head.number === 8)
    assert.deepEqual(await verify(head), head)
  })

  it('breaks where an entry was edited', async (t) => {
    const { tamper, verify } = await seeded(t)
    tamper("update audit set address = '203.0.113.9' where number = 4")

    assert.deepEqual(await verify(), [4, 'altered'])
  })

  it('breaks where an entry was deleted', async (t) => {
    const { tamper, verify } = await seeded(t)
    tamper('delete from audit where number = 4')

    assert.deepEqual(await verify(), [4, 'missing'])
  })

  it('breaks where entries changed places', async (t) => {
    const { tamper, verify } = await seeded(t)
    tamper(
      'update audit set number = 99 where number = 4',
      'update audit set number = 4 where number = 5',
      'update audit set number = 5 where number = 99',
    )

    assert.deepEqual(await verify(), [4, 'altered'])
  })

  it('breaks where the newest entries were cut off', async (t) => {
    const { tamper, verify } = await seeded(t)
    tamper('delete from audit where number > 6')

    assert.deepEqual(await verify(), [7, 'truncated'])
  })

  it('breaks for whoever kept the head, where the end was cut off and the head set back', async (t) => {
    const { tamper, verify } = await seeded(t)
    const head = await verify()
    tamper(...cutTail)

    assert.ok('number' in (await verify()))
    assert.deepEqual(await verify('number' in head ? head : null), [7, 'truncated'])
  })

  it('breaks for whoever kept the head, where all was computed anew', async (t) => {
    const { verify } = await seeded(t)

    assert.deepEqual(await verify({ number: 5, hash: 'f'.repeat(64) }), [5, 'altered'])
  })

  it('a statement of ours that changed or deleted an entry would be refused by the database itself', async (t) => {
    const { path } = await seeded(t)
    const db = new DatabaseSync(path)
    t.after(() => db.close())

    assert.throws(() => db.exec("update audit set address = 'x' where number = 1"), /never changed/)
    assert.throws(() => db.exec('delete from audit where number = 1'), /behind the anchor/)
  })
})
