/** Trouble with the disk: nothing half-written, nothing acknowledged that is not there. */
import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { NOON } from '../../../tests/support/builders.ts'
import { tempFolder } from '../../../tests/support/temp-store.ts'
import type { Request } from './messages.ts'
import { openAgain, openFirst } from './open-for-writing.ts'
import { schedulerLock } from './scheduler-lock.ts'
import { keepConnection } from './writer-connection.ts'

const request = (number: number, name: string): Request => ({
  number,
  operation: 'unit',
  argument: [{ sql: 'insert into server_value (name, value) values (?, ?)', parameters: [name, 'x'] }],
})

/** A connection whose first request meets an error of the disk, as SQLite reports one. */
const setUp = (test: TestContext) => {
  const path = join(tempFolder(test), 'carillon.db')
  const lock = schedulerLock(path)
  const first = openFirst(path, lock, NOON)
  const troubles: unknown[] = []
  const diskError = Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 1034 })
  const failing = {
    ...first.operations,
    unit: () => {
      throw diskError
    },
  }
  const connection = keepConnection({
    first: { db: first.db, operations: failing },
    reopen: () => openAgain(path, lock),
    onTrouble: (error) => troubles.push(error),
  })
  test.after(() => connection.close())
  return { path, connection, troubles, diskError }
}

it('an error of the disk refuses the whole group, and the file is opened again before the next', (t) => {
  const { connection, troubles, diskError } = setUp(t)

  const refused = connection.run([request(1, 'a'), request(2, 'b')])
  const next = connection.run([request(3, 'a')])

  assert.deepEqual(
    refused.map((reply) => reply.ok || reply.fault.kind),
    ['away', 'away'],
  )
  assert.deepEqual(troubles, [diskError])
  assert.deepEqual(
    next.map(({ ok }) => ok),
    [true],
  )
})

it('while the file is gone every request is refused, and no empty one takes its place', (t) => {
  const { path, connection } = setUp(t)
  connection.run([request(1, 'a')])
  renameSync(path, `${path}.away`)

  const [gone] = connection.run([request(2, 'b')])
  renameSync(`${path}.away`, path)
  const [back] = connection.run([request(3, 'b')])

  assert(gone?.ok === false && gone.fault.kind === 'away')
  assert.match(gone.fault.message, /is gone: restore it/)
  assert.equal(back?.ok, true)
})
