/** A node's lease rests on the lock of the operating system, not on the row alone. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { it } from 'node:test'
import { MINUTE, NOON } from '../../../tests/support/builders.ts'
import { tempFolder } from '../../../tests/support/temp-store.ts'
import { openFirst } from './open-for-writing.ts'
import { schedulerLock } from './scheduler-lock.ts'

it('a writer that took over from one that died renews no lease: the node must join anew', (t) => {
  const path = join(tempFolder(t), 'carillon.db')
  const died = schedulerLock(path)
  const first = openFirst(path, died, NOON)
  const node = { id: 'n', host: 'here', pid: 1, startedAt: NOON }
  const nodeKey = first.operations.join({ node, leaseNow: NOON, leaseUntil: NOON + MINUTE }) ?? assert.fail()
  first.db.close()
  died.free()

  const lock = schedulerLock(path)
  const second = openFirst(path, lock, NOON)
  t.after(() => {
    second.db.close()
    lock.free()
  })

  assert.equal(second.operations.renew({ nodeKey, leaseNow: NOON, leaseUntil: NOON + MINUTE }), false)
  const again = second.operations.join({ node, leaseNow: NOON, leaseUntil: NOON + MINUTE }) ?? assert.fail()
  assert.equal(second.operations.renew({ nodeKey: again, leaseNow: NOON, leaseUntil: NOON + MINUTE }), true)
  assert.equal(second.operations.renew({ nodeKey, leaseNow: NOON, leaseUntil: NOON + MINUTE }), false)
})
