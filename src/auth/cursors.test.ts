/** Cursors: good where they were given, refused everywhere else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DomainError } from '../domain/errors.ts'
import { createCursors } from './cursors.ts'

const cursors = createCursors('s'.repeat(40))
const SCOPE = { workspaceKey: 1, list: 'jobs', filter: { sort: 'name', state: 'active' } }
const isRefused = (cursor: string, scope: typeof SCOPE) =>
  assert.throws(
    () => cursors.take(cursor, scope),
    (error) => error instanceof DomainError && error.code === 'invalid' && error.errors[0]?.field === 'cursor',
  )

test('a cursor comes back as it was given', () => {
  assert.equal(cursors.take(cursors.give('["näme",7]', SCOPE), SCOPE), '["näme",7]')
})

test('S30: a cursor that was altered, or asked of another workspace, list or filter, is refused', () => {
  const cursor = cursors.give('[17]', SCOPE)

  isRefused(cursor, { ...SCOPE, workspaceKey: 2 })
  isRefused(cursor, { ...SCOPE, list: 'executions' })
  isRefused(cursor, { ...SCOPE, filter: { ...SCOPE.filter, sort: 'created_at' } })
  for (let at = 0; at < cursor.length; at++) {
    isRefused(cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1), SCOPE)
  }
  for (const text of ['', 'A', 'x'.repeat(600), `${cursor}==`, `${cursor} `, '\0']) isRefused(text, SCOPE)
  isRefused(createCursors('o'.repeat(40)).give('[17]', SCOPE), SCOPE)
})
