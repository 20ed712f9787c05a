/** Questions to DNS as they go over the wire, and what becomes of the answers. */
import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, beforeEach, test } from 'node:test'
import { manualClock } from '../../tests/support/manual-clock.ts'
import { NameError, type NameSources, systemNames } from './names.ts'

type Question = { readonly name: string; readonly type: 'A' | 'AAAA' }
type DnsRecord = { readonly type: 'A' | 'AAAA' | 'CNAME'; readonly ttl: number; readonly value: string }
type Reply = { readonly code?: number; readonly records?: readonly DnsRecord[] }

const TYPES = { A: 1, CNAME: 5, AAAA: 28 } as const
const NXDOMAIN = 3
const SERVFAIL = 2

const labels = (name: string): Buffer =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ])

const bytesOfRecord = ({ type, value }: DnsRecord): Buffer => {
  if (type === 'CNAME') return labels(value)
  if (type === 'A') return Buffer.from(value.split('.').map(Number))
  return Buffer.from(
    value.split(':').flatMap((part) => [Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 255]),
  )
}

/** A DNS server on loopback (RFC 1035, 4.1), of which each test says what it knows. */
let socket: Socket
let asked: Question[]
let know: (question: Question) => Reply
let names: NameSources

beforeEach(async () => {
  asked = []
  socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const parts: string[] = []
    let at = 12
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      parts.push(query.toString('latin1', at + 1, at + 1 + length))
      at += length + 1
    }
    const question: Question = { name: parts.join('.'), type: query.readUInt16BE(at + 1) === TYPES.A ? 'A' : 'AAAA' }
    asked.push(question)
    const { code = 0, records = [] } = know(question)
    const header = Buffer.from(query.subarray(0, 12))
    header.writeUInt16BE(0x8180 | code, 2)
    header.writeUInt16BE(records.length, 6)
    header.writeUInt32BE(0, 8)
    let owner = question.name
    const answers = records.map((record) => {
      const value = bytesOfRecord(record)
      const fixed = Buffer.alloc(10)
      fixed.writeUInt16BE(TYPES[record.type], 0)
      fixed.writeUInt16BE(1, 2)
      fixed.writeUInt32BE(record.ttl, 4)
      fixed.writeUInt16BE(value.length, 8)
      const name = labels(owner)
      if (record.type === 'CNAME') owner = record.value
      return Buffer.concat([name, fixed, value])
    })
    socket.send(Buffer.concat([header, query.subarray(12, at + 5), ...answers]), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const servers = [`127.0.0.1:${socket.address().port}`]
  names = systemNames(manualClock(0), { searchLists: false, servers })
})
afterEach(() => socket.close())

test('both families are asked for, and their addresses come with their times to live', async () => {
  know = ({ type }) => ({
    records: [{ type, ttl: type === 'A' ? 5 : 7, value: type === 'A' ? '192.0.2.1' : '2001:db8:0:0:0:0:0:1' }],
  })

  assert.deepEqual(await names.query('example.com'), [
    { address: '192.0.2.1', family: 4, ttl: 5 },
    { address: '2001:db8::1', family: 6, ttl: 7 },
  ])
})

test('a host of one family is enough', async () => {
  know = ({ type }) => (type === 'AAAA' ? { records: [{ type, ttl: 1, value: 'fd00:0:0:0:0:0:0:9' }] } : {})

  assert.deepEqual(await names.query('six.example.com'), [{ address: 'fd00::9', family: 6, ttl: 1 }])
})

test('S48: an alias leads to the addresses behind it, which the guard then judges', async () => {
  know = ({ type }) =>
    type === 'A'
      ? {
          records: [
            { type: 'CNAME', ttl: 60, value: 'hop.example.com' },
            { type: 'CNAME', ttl: 60, value: 'db.internal' },
            { type: 'A', ttl: 60, value: '10.0.0.1' },
          ],
        }
      : {}

  const found = await names.query('alias.example.com')

  assert.deepEqual(
    found.map(({ address }) => address),
    ['10.0.0.1'],
  )
})

test('S48: a name is asked for as it stands, never with a suffix of this machine', async () => {
  know = () => ({ code: NXDOMAIN })

  await assert.rejects(names.query('web'))
  await assert.rejects(names.query('web.cluster'))

  assert.deepEqual([...new Set(asked.map(({ name }) => name))], ['web', 'web.cluster'])
})

for (const [what, reply, notFound] of [
  ['NXDOMAIN', { code: NXDOMAIN }, true],
  ['a name without addresses', {}, true],
  ['SERVFAIL', { code: SERVFAIL }, false],
] as const) {
  test(`F39: ${what} is ${notFound ? 'a name that does not exist' : 'DNS that did not answer'}`, async () => {
    know = () => reply

    await assert.rejects(
      names.query('gone.example.com'),
      (error) => error instanceof NameError && error.notFound === notFound,
    )
  })
}

test('one family that fails does not spoil the other', async () => {
  know = ({ type }) => (type === 'A' ? { records: [{ type, ttl: 1, value: '192.0.2.1' }] } : { code: SERVFAIL })

  assert.equal((await names.query('half.example.com')).length, 1)
})

test('the system knows localhost, and says so when it does not know a name', async () => {
  const { system } = systemNames(manualClock(0), { searchLists: true })

  const found = await system?.('localhost')

  assert.ok(found?.some(({ address }) => address === '127.0.0.1' || address === '::1'))
  await assert.rejects(async () => system?.('no such name'), NameError)
})
