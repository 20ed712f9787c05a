/** Many requests share a commit, and none shares the failure of another. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { it, type TestContext } from 'node:test'
import { NOON } from '../../../tests/support/builders.ts'
import { tempFolder } from '../../../tests/support/temp-store.ts'
import type { Statement } from '../sql/unit.ts'
import { openWritable } from './connection.ts'
import { runGroup } from './group-commit.ts'
import type { Reply } from './messages.ts'
import { openFirst } from './open-for-writing.ts'
import { schedulerLock } from './scheduler-lock.ts'

const insert = (name: string, value = 'x'): Statement => ({
  sql: 'insert into server_value (name, value) values (?, ?)',
  parameters: [name, value],
})

const setUp = (test: TestContext) => {
  const path = join(tempFolder(test), 'carillon.db')
  const { db, operations } = openFirst(path, schedulerLock(path), NOON)
  test.after(() => db.close())
  const run = (...units: (readonly Statement[])[]) =>
    runGroup(
      db,
      operations,
      units.map((unit, number) => ({ number, operation: 'unit', argument: unit })),
    )
  return { db, path, run }
}

const names = (db: DatabaseSync): unknown[] =>
  db
    .prepare('select name from server_value order by name')
    .all()
    .map(({ name }) => name)

const kinds = (replies: readonly Reply[]): unknown[] =>
  replies.map((reply) => (reply.ok ? (reply.value === null ? 'undone' : 'done') : reply.fault.kind))

it('a request that fails is undone alone', (t) => {
  const { db, run } = setUp(t)

  const { replies } = run([insert('a')], [insert('b'), insert('a')], [insert('c')])

  assert.deepEqual(kinds(replies), ['done', 'duplicate', 'done'])
  assert.deepEqual(names(db), ['a', 'c'])
})

it('a request whose expectation is not met is undone alone, and says so', (t) => {
  const { db, run } = setUp(t)
  const nothing = { sql: 'update server_value set value = ? where name = ?', parameters: ['y', 'absent'], expect: 1 }

  const together = run([insert('a'), nothing], [insert('b')])
  const alone = run([insert('c'), nothing])

  assert.deepEqual(kinds([...together.replies, ...alone.replies]), ['undone', 'done', 'undone'])
  assert.deepEqual(names(db), ['b'])
})

it('a commit that fails refuses every request of its group, and none of them has happened', (t) => {
  const { db, run } = setUp(t)
  // A constraint that is looked at only when all is to be committed.
  db.exec('create table parent (id integer primary key)')
  db.exec('create table child (parent integer references parent (id) deferrable initially deferred)')
  const orphan = { sql: 'insert into child (parent) values (?)', parameters: [7] }

  const { replies } = run([insert('a')], [orphan], [insert('b')])

  assert.deepEqual(
    replies.map(({ ok }) => ok),
    [false, false, false],
  )
  assert.deepEqual(names(db), [])
  assert.deepEqual(kinds(run([insert('c')]).replies), ['done'])
})

it('a full disk refuses what does not fit, leaves nothing half written, and goes on when there is room', (t) => {
  const { db, run } = setUp(t)
  const pages = Number(db.prepare('pragma page_count').get()?.page_count)
  db.exec(`pragma max_page_count = ${pages}`)
  const large = [insert('small'), insert('large', 'x'.repeat(100_000))]

  const full = run(large)
  const namesWhenFull = names(db)
  db.exec('pragma max_page_count = 1000000')
  const roomy = run(large)

  assert.deepEqual([kinds(full.replies), kinds(roomy.replies)], [['away'], ['done']])
  assert.deepEqual([namesWhenFull, names(db)], [[], ['large', 'small']])
})

it('while another process holds the lock for writing every request is refused', (t) => {
  const { db, path, run } = setUp(t)
  db.exec('pragma busy_timeout = 0')
  const other = openWritable(path)
  other.exec('begin immediate')

  const busy = run([insert('a')], [insert('b')])
  other.exec('rollback')
  other.close()

  assert.deepEqual(kinds(busy.replies), ['away', 'away'])
  assert.deepEqual(kinds(run([insert('a')]).replies), ['done'])
})

it('text in a value is never read as a statement', (t) => {
  const { db, run } = setUp(t)
  const hostile = `'); drop table job; --`

  run([insert(hostile)])

  assert.deepEqual(names(db), [hostile])
  assert.notEqual(db.prepare("select 1 from sqlite_schema where name = 'job'").get(), undefined)
})
