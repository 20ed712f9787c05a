/** One connection for one call at a time, and a fair line before them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from 'undici'
import { type Caller, CONNECTIONS_PER_ORIGIN, createConnections } from './connections.ts'

const setUp = () => {
  const connections = createConnections('http://127.0.0.1:1', () => assert.fail('nobody dials'))
  const went: string[] = []
  const clientOf = new Map<string, Client>()
  const over = new Set<string>()
  const caller = (name: string): Caller => ({
    go: (client) => {
      went.push(name)
      clientOf.set(name, client)
    },
    isOver: () => over.has(name),
  })
  const enter = (name: string) => connections.enter(caller(name))
  const leave = (name: string, sound = true) => connections.leave(clientOf.get(name) as Client, sound)
  const fill = () => {
    for (let index = 0; index < CONNECTIONS_PER_ORIGIN; index++) enter(`first ${index}`)
    went.length = 0
  }
  return { connections, went, clientOf, over, enter, leave, fill }
}

/** The line moves when undici is through with the answer that made room. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

test('64 calls have a connection each, the next ones wait in order for one that is free', async () => {
  const { went, clientOf, enter, leave, fill } = setUp()
  fill()
  enter('a')
  enter('b')
  assert.deepEqual(went, [])

  leave('first 7')
  leave('first 3')
  await settled()

  assert.deepEqual(went, ['a', 'b'])
  assert.equal(new Set(clientOf.values()).size, CONNECTIONS_PER_ORIGIN)
  assert.equal(clientOf.get('a'), clientOf.get('first 7'))
})

test('a call that ended while it waited takes nobody’s turn', async () => {
  const { went, over, enter, leave, fill } = setUp()
  fill()
  for (const name of ['a', 'b', 'c']) enter(name)

  over.add('a')
  leave('first 0')
  // Chosen, but ended before its turn came.
  over.add('b')
  await settled()

  assert.deepEqual(went, ['c'])
})

test('at a slow pace one connection serves all; one that could not be made is tried last', () => {
  const { clientOf, enter, leave } = setUp()
  enter('a')
  leave('a')
  enter('b')
  enter('c')
  assert.equal(clientOf.get('b'), clientOf.get('a'))

  leave('b', false)
  leave('c')
  enter('d')
  enter('e')

  assert.equal(clientOf.get('d'), clientOf.get('c'))
  assert.equal(clientOf.get('e'), clientOf.get('b'))
})

test('a long line is served to its end in order', async () => {
  const { went, enter, leave, fill } = setUp()
  fill()
  const names = Array.from({ length: 3000 }, (_, index) => `waiting ${index}`)
  names.forEach(enter)

  leave('first 0')
  await settled()
  for (const name of names) {
    leave(name)
    await settled()
  }

  assert.deepEqual(went, names)
})
