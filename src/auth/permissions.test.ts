/** The role matrix, written out a second time as people read it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type KeyActor, type Role, SCOPES, type Scope, type UserActor } from '../domain/actor.ts'
import { type Action, may, mayGrant, PERMISSIONS } from './permissions.ts'

const as = (role: Role): UserActor => ({ kind: 'user', userId: 'me', workspaceKey: 1, role, sessionId: 's' })

/** Per role: may it do this to its own, and to another's? */
const MATRIX: Readonly<Record<Action, Readonly<Record<Role, readonly [own: boolean, others: boolean]>>>> = {
  'job.view': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'job.create': { admin: [true, true], user: [true, false], viewer: [false, false] },
  'job.change': { admin: [true, true], user: [true, false], viewer: [false, false] },
  'job.run': { admin: [true, true], user: [true, false], viewer: [false, false] },
  'job.give': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'function.view': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'execution.view': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'execution.change': { admin: [true, true], user: [true, false], viewer: [false, false] },
  'schedule.preview': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'statistics.view': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'limit.view': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'limit.change': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'catch-up.view': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'catch-up.change': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'system.view': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'scheduling.hold': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'scheduling.wake': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'retention.view': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'retention.change': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'catalog.view': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'catalog.change': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'application.view': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'application.create': { admin: [true, true], user: [true, false], viewer: [false, false] },
  'application.change': { admin: [true, true], user: [true, false], viewer: [false, false] },
  'user.list': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'user.create': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'user.view': { admin: [true, true], user: [true, false], viewer: [true, false] },
  'user.change': { admin: [true, true], user: [true, false], viewer: [true, false] },
  'user.appoint': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'user.delete': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'audit.view': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'session.view': { admin: [true, false], user: [true, false], viewer: [true, false] },
  'session.end': { admin: [true, true], user: [true, false], viewer: [true, false] },
  'notice.view': { admin: [true, false], user: [true, false], viewer: [true, false] },
  'channel.view': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'channel.change': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'key.view': { admin: [true, true], user: [true, false], viewer: [true, false] },
  'key.create': { admin: [true, false], user: [true, false], viewer: [true, false] },
  'key.change': { admin: [true, false], user: [true, false], viewer: [true, false] },
  'key.revoke': { admin: [true, true], user: [true, false], viewer: [true, false] },
}

for (const action of Object.keys(PERMISSIONS) as Action[]) {
  test(`${action} is allowed to exactly the roles of the matrix`, () => {
    for (const [role, [own, others]] of Object.entries(MATRIX[action]) as [Role, readonly [boolean, boolean]][]) {
      assert.equal(may(as(role), action, 'me'), own, `${role}, own`)
      assert.equal(may(as(role), action, 'somebody else'), others, `${role}, of others`)
      assert.equal(may(as(role), action, null), others, `${role}, of nobody`)
    }
  })
}

test('the server itself may do everything', () => {
  for (const action of Object.keys(PERMISSIONS) as Action[]) {
    assert.equal(may({ kind: 'system', workspaceKey: 1 }, action, null), true, action)
  }
})

const key = (role: Role, ...scopes: Scope[]): KeyActor => ({
  kind: 'key',
  keyId: 'k',
  userId: 'me',
  workspaceKey: 1,
  role,
  scopes,
})

/** What each scope opens, written out a second time as people read it. */
const OPENED: Readonly<Record<Scope, readonly Action[]>> = {
  'jobs:read': ['job.view', 'function.view', 'schedule.preview', 'limit.view', 'catalog.view', 'application.view'],
  'jobs:write': [
    'job.create',
    'job.change',
    'job.give',
    'limit.change',
    'catalog.change',
    'application.create',
    'application.change',
  ],
  'jobs:run': ['job.run'],
  'executions:read': ['execution.view', 'statistics.view', 'catch-up.view'],
  'executions:write': ['execution.change', 'catch-up.change'],
  'users:read': ['user.list', 'user.view'],
  'system:read': ['system.view', 'retention.view'],
}

for (const scope of SCOPES) {
  test(`S26: a key with ${scope} may do what it opens as far as its owner may, and nothing else`, () => {
    for (const action of Object.keys(PERMISSIONS) as Action[]) {
      for (const role of ['admin', 'user', 'viewer'] as const) {
        for (const owner of ['me', 'somebody else', null]) {
          const expected = OPENED[scope].includes(action) && may(as(role), action, owner)
          assert.equal(may(key(role, scope), action, owner), expected, `${role}, ${action}, ${owner}`)
        }
      }
    }
  })
}

test('S26: no set of scopes lets a key touch keys, sessions, passwords, roles or accounts', () => {
  const all = key('admin', ...SCOPES)
  const closed = (Object.keys(PERMISSIONS) as Action[]).filter((action) => !may(all, action, 'me'))

  assert.deepEqual(closed.sort(), [
    'audit.view',
    'channel.change',
    'channel.view',
    'key.change',
    'key.create',
    'key.revoke',
    'key.view',
    'notice.view',
    'retention.change',
    'scheduling.hold',
    'scheduling.wake',
    'session.end',
    'session.view',
    'user.appoint',
    'user.change',
    'user.create',
    'user.delete',
  ])
})

test('S26: nobody gives a key a scope of which the own role allows nothing', () => {
  assert.deepEqual(
    SCOPES.filter((scope) => !mayGrant('viewer', scope)),
    ['jobs:write', 'jobs:run', 'executions:write'],
  )
  assert.ok(SCOPES.every((scope) => mayGrant('user', scope) && mayGrant('admin', scope)))
})
