/** The role matrix, written out a second time as people read it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Role, UserActor } from '../domain/actor.ts'
import { type Action, may, PERMISSIONS } from './permissions.ts'

const as = (role: Role): UserActor => ({ kind: 'user', userId: 'me', workspaceKey: 1, role, sessionId: 's' })

/** Per role: may it do this to its own, and to another's? */
const MATRIX: Readonly<Record<Action, Readonly<Record<Role, readonly [own: boolean, others: boolean]>>>> = {
  'job.view': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'job.create': { admin: [true, true], user: [true, false], viewer: [false, false] },
  'job.change': { admin: [true, true], user: [true, false], viewer: [false, false] },
  'job.run': { admin: [true, true], user: [true, false], viewer: [false, false] },
  'job.give': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'execution.view': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'execution.change': { admin: [true, true], user: [true, false], viewer: [false, false] },
  'schedule.preview': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'statistics.view': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'system.view': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'scheduling.hold': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'retention.view': { admin: [true, true], user: [true, true], viewer: [true, true] },
  'retention.change': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'user.list': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'user.create': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'user.view': { admin: [true, true], user: [true, false], viewer: [true, false] },
  'user.change': { admin: [true, true], user: [true, false], viewer: [true, false] },
  'user.appoint': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'user.delete': { admin: [true, true], user: [false, false], viewer: [false, false] },
  'session.view': { admin: [true, false], user: [true, false], viewer: [true, false] },
  'session.end': { admin: [true, true], user: [true, false], viewer: [true, false] },
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
