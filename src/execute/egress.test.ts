/** Group C of the attacks, before and behind name resolution: what the guard lets pass. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createEgressGuard, type EgressPolicy } from './egress.ts'
import { parseEgressAllow } from './egress-rules.ts'

const OWN_ADDRESSES = ['127.0.0.1', '10.9.8.7', '93.184.216.34', 'fd00::2', '::1']

const aGuard = (policy: Partial<Omit<EgressPolicy, 'allow'>> & { allow?: string } = {}) => {
  const { allow = '', ...rest } = policy
  return createEgressGuard(
    { allowPrivate: false, self: null, ...rest, allow: parseEgressAllow(allow) },
    () => OWN_ADDRESSES,
  )
}

const production = aGuard()
const development = aGuard({ allowPrivate: true })

const admits = (guard: ReturnType<typeof aGuard>, url: string) => guard.admitUrl(new URL(url)) !== null

describe('in production', () => {
  for (const url of [
    'https://example.com/',
    'http://example.com/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'http://example.com:443/',
  ]) {
    test(`${url} may be called`, () => {
      assert.equal(admits(production, url), true)
    })
  }

  const refused: readonly (readonly [row: string, urls: readonly string[]])[] = [
    [
      'S39 metadata',
      [
        'http://169.254.169.254/',
        'http://[fd00:ec2::254]/',
        'http://metadata.google.internal/',
        'http://METADATA.google.internal./',
        'http://100.100.100.200/',
        'http://168.63.129.16/',
      ],
    ],
    [
      'S40 loopback',
      [
        'http://127.0.0.1/',
        'http://127.1/',
        'http://0/',
        'http://0.0.0.0/',
        'http://localhost/',
        'http://localhost./',
        'http://a.localhost/',
        'http://[::]/',
        'http://[::1]/',
      ],
    ],
    [
      'S42 private',
      [
        'http://10.0.0.1/',
        'http://172.16.0.1/',
        'http://192.168.0.1/',
        'http://100.64.0.1/',
        'http://[fd00::1]/',
        'http://[fe80::1]/',
      ],
    ],
    [
      'S48 inside names',
      [
        'http://api.internal/',
        'http://printer.local/',
        'http://intranet/',
        'http://redis/',
        'http://nas.home.arpa/',
        'http://web.svc.cluster.local/',
        'http://host.localdomain/',
        'http://box.lan/',
        'http://INTERNAL/',
      ],
    ],
    [
      'S53 ports',
      [
        'http://example.com:22/',
        'http://example.com:25/',
        'http://example.com:6379/',
        'http://example.com:5432/',
        'http://example.com:9092/',
        'http://example.com:8080/',
        'http://8.8.8.8:8080/',
      ],
    ],
  ]
  for (const [row, urls] of refused) {
    for (const url of urls) {
      test(`${row}: ${url} is refused before anything is resolved`, () => {
        assert.equal(admits(production, url), false)
      })
    }
  }

  test('an address behind a name is judged like a literal one', () => {
    assert.equal(production.admitAddress('93.184.216.34', 'example.com', 443, 'outside'), true)
    for (const address of [
      '127.0.0.1',
      '10.0.0.1',
      '169.254.169.254',
      '::1',
      '::ffff:8.8.8.8',
      '64:ff9b::808:808',
      'not an address',
    ]) {
      assert.equal(production.admitAddress(address, 'example.com', 443, 'outside'), false, address)
    }
  })
})

describe('in development', () => {
  for (const url of [
    'http://127.0.0.1:3000/',
    'http://localhost:8080/',
    'http://192.168.1.10/',
    'http://printer.local/',
    'http://redis:8080/',
    'http://[::1]:3000/',
    'http://10.0.0.1:65535/',
  ]) {
    test(`${url} may be called`, () => {
      assert.equal(admits(development, url), true)
    })
  }

  for (const url of [
    'http://169.254.169.254/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fd00:ec2::254]/',
    'http://metadata.google.internal/',
    'http://metadata/',
    'http://100.100.100.200/',
  ]) {
    test(`S39: ${url} is refused here too`, () => {
      assert.equal(admits(development, url), false)
    })
  }

  for (const port of [22, 25, 6379, 5432, 9092]) {
    test(`S53: port ${port} is refused here too, unless a rule names it`, () => {
      assert.equal(admits(development, `http://127.0.0.1:${port}/`), false)
      assert.equal(
        admits(aGuard({ allowPrivate: true, allow: `127.0.0.1:${port}` }), `http://127.0.0.1:${port}/`),
        true,
      )
    })
  }

  test('S39: a name that leads to metadata is refused', () => {
    assert.equal(development.admitAddress('169.254.169.254', 'example.com', 80, 'outside'), false)
  })
})

describe('what an operator allows in production', () => {
  test('a network opens its addresses, as literals and behind names', () => {
    const guard = aGuard({ allow: '10.0.0.0/8' })

    assert.equal(admits(guard, 'http://10.1.2.3:8080/'), true)
    assert.equal(guard.admitAddress('10.1.2.3', 'example.com', 8080, 'outside'), true)
    assert.equal(guard.admitAddress('8.8.8.8', 'example.com', 8080, 'outside'), false)
    assert.equal(admits(guard, 'http://11.1.2.3:8080/'), false)
    assert.equal(admits(guard, 'http://10.1.2.3:6379/'), false)
  })

  test('a host opens the name with whatever addresses it has, except metadata', () => {
    const guard = aGuard({ allow: 'api.internal,*.cluster.local:8443' })

    assert.equal(admits(guard, 'http://api.internal:3000/'), true)
    assert.equal(guard.admitAddress('10.0.0.1', 'api.internal', 3000, 'outside'), true)
    assert.equal(guard.admitAddress('169.254.169.254', 'api.internal', 80, 'outside'), false)
    assert.equal(admits(guard, 'https://web.svc.cluster.local:8443/'), true)
    assert.equal(admits(guard, 'https://web.svc.cluster.local/'), false)
    assert.equal(admits(guard, 'http://other.internal/'), false)
  })

  test('a port may be opened for one public host', () => {
    const guard = aGuard({ allow: 'example.com:8443' })

    assert.equal(admits(guard, 'https://example.com:8443/'), true)
    assert.equal(guard.admitAddress('93.184.216.34', 'example.com', 8443, 'outside'), true)
    assert.equal(admits(guard, 'https://example.org:8443/'), false)
  })

  test('S39: even everything does not include metadata', () => {
    const guard = aGuard({ allowPrivate: true, allow: '0.0.0.0/0,[::/0],169.254.0.0/16,metadata.google.internal' })

    assert.equal(admits(guard, 'http://169.254.169.254/'), false)
    assert.equal(admits(guard, 'http://metadata.google.internal/'), false)
  })
})

describe('S54: our own server', () => {
  const self = { port: 5001, allowedPathPrefix: '/echo' }

  for (const guard of [
    aGuard({ self }),
    aGuard({ self, allowPrivate: true }),
    aGuard({ self, allow: '0.0.0.0/0:5001' }),
  ]) {
    test('is refused on every address of this machine', () => {
      for (const host of [
        '127.0.0.1',
        '127.9.9.9',
        '0.0.0.0',
        '[::1]',
        '[::ffff:127.0.0.1]',
        '10.9.8.7',
        '93.184.216.34',
        '[fd00::2]',
      ]) {
        assert.equal(admits(guard, `http://${host}:5001/api/v3/jobs`), false, host)
      }
      assert.equal(guard.admitAddress('93.184.216.34', 'carillon.example.com', 5001, 'outside'), false)
    })

    test('may be called on the path that only echoes', () => {
      assert.equal(guard.admitUrl(new URL('http://127.0.0.1:5001/echo')), 'own')
      assert.equal(guard.admitUrl(new URL('http://localhost:5001/echo/status/200?x=1')), 'own')
      assert.equal(guard.admitAddress('127.0.0.1', 'localhost', 5001, 'own'), true)
    })

    test('is refused on paths that merely look like it', () => {
      for (const path of [
        '/echoes',
        '/echo/../api/v3/jobs',
        '/echo/%2e%2e/api',
        '/echo%2f..%2fapi',
        '/echo/..%2fapi',
        '/echo/..%5capi',
        '/echo//x',
        '/',
        '/ECHO',
      ]) {
        assert.notEqual(guard.admitUrl(new URL(`http://127.0.0.1:5001${path}`)), 'own', path)
        assert.equal(admits(guard, `http://127.0.0.1:5001${path}`), false, path)
      }
    })
  }

  test('a name that asks for the echo path gets nowhere else through it', () => {
    const guard = aGuard({ self })

    assert.equal(guard.admitUrl(new URL('http://example.com:5001/echo')), 'own')
    assert.equal(guard.admitAddress('10.0.0.1', 'example.com', 5001, 'own'), false)
    assert.equal(guard.admitAddress('8.8.8.8', 'example.com', 5001, 'own'), false)
  })

  test('other ports of this machine are judged as usual', () => {
    assert.equal(admits(aGuard({ self, allowPrivate: true }), 'http://127.0.0.1:5002/'), true)
    const second = aGuard({ self: { ...self, closedPort: 5002 }, allowPrivate: true })
    assert.equal(admits(second, 'http://127.0.0.1:5002/echo'), false)
    assert.equal(admits(second, 'http://127.0.0.1:5001/echo'), true)
    assert.equal(admits(aGuard({ self }), 'http://127.0.0.1:5002/'), false)
  })
})
