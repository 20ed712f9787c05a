/** S39 to S45: every form in which an address that must not be called can be written. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { bytesOf, contains, isLoopback, networkOf, type Place, placeOf } from './addresses.ts'

/** As the runner sees it: through the URL parser, which turns every number form into bytes. */
const placeInUrl = (host: string): Place | 'refused' | 'name' => {
  if (!URL.canParse(`http://${host}/`)) return 'refused'
  const bytes = bytesOf(new URL(`http://${host}/`).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, ''))
  return bytes === null ? 'name' : placeOf(bytes)
}

const list = (text: string): readonly string[] => text.trim().split(/\s+/)

const TABLE: readonly (readonly [row: string, place: Place, hosts: readonly string[]])[] = [
  [
    'S39 metadata',
    'metadata',
    list(`
      169.254.169.254 169.254.169.253 169.254.170.2 169.254.170.23 169.254.0.23 100.100.100.200 168.63.129.16 192.0.0.192
      [fd00:ec2::254] [fd00:ec2::23] [fd20:ce::254] 0xa9fea9fe 2852039166 025177524776 0251.0376.0251.0376
      0xa9.0xfe.0xa9.0xfe 169.254.43518 169.16689662 169.254.169.254. [::ffff:169.254.169.254] [::ffff:a9fe:a9fe]
      [::169.254.169.254] [64:ff9b::a9fe:a9fe] [64:ff9b:1::a9fe:a9fe] [64:ff9b:1:a9fe:a9:fe00::] [2002:a9fe:a9fe::1]
      [::ffff:0:a9fe:a9fe] [2001:0:a9fe:a9fe::1] [2001:0:1:2:3:4:5601:5601] [2001:470::5efe:a9fe:a9fe]
      [fe80::200:5efe:a9fe:a9fe] １６９.２５４.１６９.２５４
    `),
  ],
  [
    'S40 loopback',
    'inside',
    list(`
      127.0.0.1 127.0.0.2 127.1 127.255.255.255 0 0.0.0.0 0.0.0.1 127.0.0.1. [::] [::1] [0:0:0:0:0:0:0:1]
      [0000:0000:0000:0000:0000:0000:0000:0001] [::0001] [0::0]
    `),
  ],
  [
    'S41 number forms',
    'inside',
    list(`
      0x7f000001 0X7F000001 0x7f.1 0x7f.0.0.1 2130706433 017700000001 0177.0.0.1 0177.0.0.01 0177.1 127.0.1 127.0.0.0x1
      0x7f.0x0.0x0.0x1 １２７.０.０.１ ①②⑦.⓪.⓪.① 127。0。0。1 127．0．0．1 127｡0｡0｡1 %31%32%37.0.0.1 0xa000001 167772161 012.0.0.1 0xc0a80001
      3232235521 0xac100001 0300.0250.0.1 0x0a.0.0.1 10.1 192.168.1 172.1048577
    `),
  ],
  [
    'S42 private',
    'inside',
    list(`
      10.0.0.0 10.0.0.1 10.255.255.255 172.16.0.0 172.16.0.1 172.31.255.255 192.168.0.0 192.168.0.1 192.168.255.255
      100.64.0.0 100.64.0.1 100.127.255.255 169.254.0.1 169.254.255.255 [fc00::] [fc00::1] [fd00::1]
      [fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff] [fe80::1] [febf::1] [fec0::1]
    `),
  ],
  [
    'S43 embedded, private or public inside',
    'inside',
    list(`
      [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:8.8.8.8] [::ffff:808:808] [::127.0.0.1] [::8.8.8.8] [::ffff:0:127.0.0.1]
      [::ffff:0:8.8.8.8] [64:ff9b::7f00:1] [64:ff9b::10.0.0.1] [64:ff9b::808:808] [64:ff9b:1::1] [64:ff9b:1::808:808]
      [64:ff9b:1:ffff::1] [2002:7f00:1::] [2002:7f00:1::1] [2002:808:808::1] [2002:a00:1::] [2001::1] [2001:0::7f00:1]
      [2001:0:4136:e378:8000:63bf:3fff:fdd2] [2001:470:1::5efe:127.0.0.1] [2001:470:1::200:5efe:8.8.8.8]
      [2a00::5efe:10.0.0.1]
    `),
  ],
  [
    'S44 special',
    'inside',
    list(`
      0.1.2.3 0.255.255.255 192.0.0.0 192.0.0.1 192.0.0.8 192.0.0.170 192.0.0.255 192.0.2.0 192.0.2.1 192.0.2.255 192.31.196.1 192.52.193.1
      192.175.48.1 198.18.0.0 198.18.0.1 198.19.255.255 198.51.100.1 198.51.100.255 203.0.113.1 203.0.113.255 224.0.0.1
      239.255.255.255 240.0.0.1 255.255.255.254 255.255.255.255 192.88.99.1 192.88.99.255 [100::] [100::1]
      [100:0:0:1::1] [2001:db8::] [2001:db8::1] [2001:db8:ffff::1] [3fff::] [3fff::1] [3fff:fff::1] [5f00::] [5f00::1]
      [ff00::] [ff02::1] [ff0e::1] [ffff::1] [2001:2::1] [2001:10::1] [2001:20::1] [2001:1ff::1] [2620:4f:8000::1] [4000::1] [8000::1] [1::1] [::2] [0:1::]
    `),
  ],
  [
    'S45 public neighbours of the table',
    'public',
    list(`
      1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255
      169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0
      198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255 [2000::1]
      [2001:200::1] [2001:4860:4860::8888] [2001:db7:ffff::1] [2001:db9::1] [2003::1] [2606:4700::1111] [2620:4f:8001::1]
      [3ffe:ffff::1] [3fff:1000::1]
    `),
  ],
]

for (const [row, place, hosts] of TABLE) {
  describe(`${row} is ${place}`, () => {
    for (const host of hosts) {
      test(host, () => {
        assert.equal(placeInUrl(host), place)
      })
    }
  })
}

test('the table has about as many forms as the specification asks for', () => {
  assert.ok(TABLE.reduce((sum, [, , hosts]) => sum + hosts.length, 0) >= 160)
})

test('what the URL parser refuses or takes for a name never counts as a public address', () => {
  for (const host of [
    '256.1.1.1',
    '1.2.3.4.5',
    '[::1%25lo]',
    '0x1ffffffff',
    '09.1.1.1',
    '127.0.0.1.nip.io',
    'localhost',
  ]) {
    assert.notEqual(placeInUrl(host), 'public', host)
  }
})

test('a zone id does not change what an address is', () => {
  assert.deepEqual(bytesOf('fe80::1%eth0'), bytesOf('fe80::1'))
  assert.equal(bytesOf('fe80::1%eth0')?.length, 16)
})

test('text that is not an address has no bytes', () => {
  for (const text of ['', 'localhost', '127.1', '0x7f.0.0.1', '1.2.3', '1.2.3.4.5', '::g', 'fe80', '01.2.3.4']) {
    assert.equal(bytesOf(text), null, text)
  }
})

/** An independent model of the IPv4 table: plain arithmetic on the 32-bit number. */
const INSIDE_RANGES = [
  ['0.0.0.0', '0.255.255.255'],
  ['10.0.0.0', '10.255.255.255'],
  ['100.64.0.0', '100.127.255.255'],
  ['127.0.0.0', '127.255.255.255'],
  ['169.254.0.0', '169.254.255.255'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.0.0.0', '192.0.0.255'],
  ['192.0.2.0', '192.0.2.255'],
  ['192.31.196.0', '192.31.196.255'],
  ['192.52.193.0', '192.52.193.255'],
  ['192.88.99.0', '192.88.99.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['192.175.48.0', '192.175.48.255'],
  ['198.18.0.0', '198.19.255.255'],
  ['198.51.100.0', '198.51.100.255'],
  ['203.0.113.0', '203.0.113.255'],
  ['224.0.0.0', '255.255.255.255'],
].map((range) => range.map((address) => address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)))

test('S41: for any IPv4 address in any number form the classifier agrees with plain arithmetic', () => {
  const edges = INSIDE_RANGES.flatMap(([from = 0, to = 0]) => [from - 1, from, to, to + 1]).filter(
    (n) => n >= 0 && n < 2 ** 32,
  )
  const anyAddress = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom(...edges))
  const octal = (byte: number) => `0${byte.toString(8)}`
  fc.assert(
    fc.property(anyAddress, fc.integer({ min: 0, max: 4 }), (number, form) => {
      const bytes = [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255]
      const text = [
        bytes.join('.'),
        String(number),
        `0x${number.toString(16)}`,
        bytes.map(octal).join('.'),
        `${bytes[0]}.${number & 0xffffff}`,
      ][form]
      const expected = INSIDE_RANGES.some(([from = 0, to = 0]) => from <= number && number <= to)

      const place = placeInUrl(text ?? '')

      assert.ok(place === 'metadata' || place === (expected ? 'inside' : 'public'), `${text}: ${place}`)
      for (const carrier of [`::ffff:${bytes.join('.')}`, `::${bytes.join('.')}`, `64:ff9b::${bytes.join('.')}`]) {
        assert.notEqual(placeOf(bytesOf(carrier) ?? []), 'public', carrier)
      }
    }),
    { numRuns: 3000 },
  )
})

test('loopback is recognised in every form, and nothing else is', () => {
  for (const address of [
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
  ]) {
    assert.equal(isLoopback(bytesOf(address) ?? []), true, address)
  }
  for (const address of ['10.0.0.1', '8.8.8.8', 'fd00::1', '::ffff:8.8.8.8']) {
    assert.equal(isLoopback(bytesOf(address) ?? []), false, address)
  }
})

test('a network contains what shares its prefix, to the bit', () => {
  const network = networkOf('172.16.0.0/12') ?? assert.fail()

  assert.equal(contains(network, [172, 16, 0, 0]), true)
  assert.equal(contains(network, [172, 31, 255, 255]), true)
  assert.equal(contains(network, [172, 32, 0, 0]), false)
  assert.equal(contains(network, Array(16).fill(0)), false)
  assert.equal(contains(networkOf('0.0.0.0/0') ?? assert.fail(), [1, 2, 3, 4]), true)
})

test('a network with bits beyond its prefix, or with a prefix that is too long, is none', () => {
  for (const text of [
    '10.0.0.1/8',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0.0/x',
    'a/8',
  ]) {
    assert.equal(networkOf(text), null, text)
  }
})
