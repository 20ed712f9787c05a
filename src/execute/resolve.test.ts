/** Names become addresses without search lists, without a crowd of questions, and without going stale. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../tests/support/manual-clock.ts'
import { type Address, NameError, type NameSources, parseHosts, systemNames } from './names.ts'
import { createResolver } from './resolve.ts'

const v4 = (address: string): Address => ({ address, family: 4 })

const setUp = (more: Partial<NameSources> = {}) => {
  const clock = manualClock(0)
  const asked: string[] = []
  let hosts = ''
  const sources: NameSources = {
    hostsFile: async () => hosts,
    query: async (host) => {
      asked.push(host)
      return [{ ...v4(`192.0.2.${asked.length}`), ttl: 10 }]
    },
    system: null,
    ...more,
  }
  return { clock, asked, resolve: createResolver(clock, sources), setHosts: (text: string) => (hosts = text) }
}

test('an answer is kept for its time to live, at most 30 seconds', async () => {
  const { clock, asked, resolve } = setUp()

  assert.deepEqual(await resolve('example.com'), [v4('192.0.2.1')])
  clock.advance(9999)
  assert.deepEqual(await resolve('example.com'), [v4('192.0.2.1')])
  clock.advance(1)
  assert.deepEqual(await resolve('example.com'), [v4('192.0.2.2')])
  assert.equal(asked.length, 2)

  let questions = 0
  const long = setUp({
    query: async () => {
      questions++
      return [{ ...v4('192.0.2.9'), ttl: 86_400 }]
    },
  })
  await long.resolve('example.com')
  long.clock.advance(30_000)
  await long.resolve('example.com')
  assert.equal(questions, 2)
})

test('many who ask for one name at once share one question, whatever the letter case or final dot', async () => {
  const { asked, resolve } = setUp()

  await Promise.all([resolve('example.com'), resolve('EXAMPLE.com'), resolve('example.com.')])

  assert.deepEqual(asked, ['example.com'])
})

test('a failure is told to all who wait and is not kept', async () => {
  let fail = true
  const { resolve } = setUp({
    query: async () => {
      if (fail) throw new NameError(true, null)
      return [{ ...v4('192.0.2.1'), ttl: 10 }]
    },
  })

  const both = await Promise.allSettled([resolve('example.com'), resolve('example.com')])
  fail = false

  assert.deepEqual(
    both.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  assert.deepEqual(await resolve('example.com'), [v4('192.0.2.1')])
})

test('the hosts file goes before DNS and is read again after 30 seconds', async () => {
  const { clock, asked, resolve, setHosts } = setUp()
  setHosts('10.0.0.5 docker.host # added\n10.0.0.6 docker.host\n::1 other docker.HOST\n')

  assert.deepEqual(await resolve('docker.host'), [v4('10.0.0.5'), v4('10.0.0.6'), { address: '::1', family: 6 }])
  setHosts('')
  clock.advance(30_000)
  await resolve('docker.host')

  assert.deepEqual(asked, ['docker.host'])
})

test('a machine without a hosts file asks DNS', async () => {
  const { asked, resolve } = setUp({
    hostsFile: async () => {
      throw new Error('ENOENT')
    },
  })

  await resolve('example.com')

  assert.deepEqual(asked, ['example.com'])
})

test('localhost and names below it are loopback and never asked for', async () => {
  const { asked, resolve } = setUp()

  for (const name of ['localhost', 'localhost.', 'app.localhost']) {
    assert.deepEqual(await resolve(name), [v4('127.0.0.1'), { address: '::1', family: 6 }])
  }
  assert.deepEqual(asked, [])
})

test('S48: where only full names count the system and its search list are never asked', async () => {
  const { resolve } = setUp({
    query: async () => {
      throw new NameError(true, null)
    },
  })

  await assert.rejects(resolve('web'), NameError)
})

test('where short names are welcome the system is asked for what DNS does not know, but not when DNS is away', async () => {
  let notFound = true
  const system: string[] = []
  const { resolve } = setUp({
    query: async () => {
      throw new NameError(notFound, null)
    },
    system: async (host) => {
      system.push(host)
      return [v4('10.0.0.7')]
    },
  })

  assert.deepEqual(await resolve('web'), [v4('10.0.0.7')])
  notFound = false
  await assert.rejects(resolve('other'), NameError)
  assert.deepEqual(system, ['web'])
})

test('only so many names are remembered', async () => {
  const { asked, resolve } = setUp()
  for (let at = 0; at < 1001; at++) await resolve(`h${at}.example.com`)

  await resolve('h1000.example.com')
  await resolve('h0.example.com')

  assert.equal(asked.length, 1002)
})

test('lines of a hosts file without a name, and comments, are nothing', () => {
  assert.equal(parseHosts('# comment\n\n127.0.0.1\n   \r\n').size, 0)
})

test('the system sources read the hosts file of this machine', async () => {
  const names = systemNames(manualClock(0), { searchLists: false })

  assert.equal(typeof (await names.hostsFile()), 'string')
  assert.equal(names.system, null)
})
