/** A look for damage that must end soon leaves out what it has no time for, and says so. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { NOON } from '../../../tests/support/builders.ts'
import { tempFolder } from '../../../tests/support/temp-store.ts'
import { openReadable } from './connection.ts'
import { checkDamageUntil } from './integrity.ts'
import { migrate } from './migrate.ts'

const opened = (test: TestContext) => {
  const path = join(tempFolder(test), 'carillon.db')
  migrate(path, NOON)
  const db = openReadable(path)
  test.after(() => db.close())
  return db
}

it('a small file is looked at whole', (t) => {
  assert.equal(
    checkDamageUntil(opened(t), () => false),
    0,
  )
})

it('of a large one the two tables of the history are left out, and all that is not begun when the time is over', (t) => {
  const db = opened(t)
  let begun = 0

  const inTime = checkDamageUntil(db, () => begun++ < 0, 0)
  const all = begun + inTime
  begun = 0
  const late = checkDamageUntil(db, () => begun++ === 3, 0)

  assert.equal(inTime, 2)
  assert.equal(late, all - 3)
})
