/** EGRESS_ALLOW as operators write it, well and badly. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DomainError } from '../domain/errors.ts'
import { bytesOf } from './addresses.ts'
import { namesAddress, namesHost, parseEgressAllow } from './egress-rules.ts'

const allowsHost = (text: string, host: string, port: number) =>
  parseEgressAllow(text).some((rule) => namesHost(rule, host, port))

const allowsAddress = (text: string, address: string, port: number) =>
  parseEgressAllow(text).some((rule) => namesAddress(rule, bytesOf(address) ?? [], port))

test('an empty setting allows nothing, and blanks between commas are no entries', () => {
  assert.deepEqual(parseEgressAllow(''), [])
  assert.equal(parseEgressAllow(' , 10.0.0.0/8 ,, api.internal ').length, 2)
})

test('a network without a port opens every port but the well-known ones of other protocols', () => {
  assert.equal(allowsAddress('10.0.0.0/8', '10.1.2.3', 8080), true)
  assert.equal(allowsAddress('10.0.0.0/8', '10.1.2.3', 443), true)
  assert.equal(allowsAddress('10.0.0.0/8', '11.1.2.3', 8080), false)
  for (const port of [22, 25, 5432, 6379, 9092]) assert.equal(allowsAddress('10.0.0.0/8', '10.1.2.3', port), false)
})

test('a network with a port opens this port only, and may name a well-known one', () => {
  assert.equal(allowsAddress('10.0.0.0/8:9092', '10.1.2.3', 9092), true)
  assert.equal(allowsAddress('10.0.0.0/8:9092', '10.1.2.3', 80), false)
})

for (const [text, address, port] of [
  ['10.1.2.3', '10.1.2.3', 80],
  ['10.1.2.3:8080', '10.1.2.3', 8080],
  ['fd00::1', 'fd00::1', 80],
  ['fd00::/8', 'fdff::1', 80],
  ['[fd00::1]', 'fd00::1', 80],
  ['[fd00::1]:8080', 'fd00::1', 8080],
  ['[fd00::/8]:8080', 'fd12::1', 8080],
  ['[fd00::]/8:8080', 'fd12::1', 8080],
  ['0.0.0.0/0:8443', '8.8.8.8', 8443],
] as const) {
  test(`${text} names ${address} on port ${port}`, () => {
    assert.equal(allowsAddress(text, address, port), true)
  })
}

test('a host is named exactly, in any letter case and script, and its subdomains are others', () => {
  assert.equal(allowsHost('API.internal', 'api.internal', 80), true)
  assert.equal(allowsHost('api.internal.', 'api.internal', 80), true)
  assert.equal(allowsHost('bücher.example', 'xn--bcher-kva.example', 80), true)
  assert.equal(allowsHost('api.internal', 'v2.api.internal', 80), false)
  assert.equal(allowsHost('api.internal', 'notapi.internal', 80), false)
  assert.equal(allowsHost('redis', 'redis', 8080), true)
})

test('a star stands for the names below a suffix, not for the suffix', () => {
  assert.equal(allowsHost('*.example.com', 'a.b.example.com', 8080), true)
  assert.equal(allowsHost('*.example.com', 'example.com', 8080), false)
  assert.equal(allowsHost('*.example.com', 'evilexample.com', 8080), false)
  assert.equal(allowsHost('*.example.com:8443', 'a.example.com', 443), false)
})

for (const entry of [
  'http://api.internal',
  'api.internal/path',
  'user@api.internal',
  '*',
  '*.',
  'a.*.example.com',
  '10.0.0.1/8',
  '10.0.0.0/40',
  'api.internal:0',
  'api.internal:65536',
  'api.internal:http',
  '10.0.0.1:',
  '[fd00::1',
  '[fd00::1]8080',
  'fd00::1::2',
  '0x7f000001',
  '2130706433',
  'a b',
  '300.1.1.1',
  '169.254.169.254',
  '[fd00:ec2::254]:80',
]) {
  test(`${entry} is refused with the setting, the entry and what would be right`, () => {
    assert.throws(
      () => parseEgressAllow(`10.0.0.0/8,${entry}`),
      (error) =>
        error instanceof DomainError &&
        error.code === 'invalid' &&
        error.message.startsWith(`EGRESS_ALLOW: "${entry}": `),
    )
  })
}
