/** Settings of e-mail: what they are by default, and which of them may not meet. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ConfigError, loadConfig, type Texts } from './config.ts'

const KEY = 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi'
const BASE = { SECRET_KEY: KEY }
const ON = {
  ...BASE,
  MAIL_ENABLED: 'true',
  MAIL_SERVER: 'smtp.example.com',
  MAIL_DEFAULT_SENDER: 'Carillon <carillon@example.com>',
}

const faultsOf = (texts: Texts): readonly string[] => {
  try {
    loadConfig(texts)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
}

describe('settings of e-mail', () => {
  it('e-mail is off by default, and nothing else about it is needed then', () => {
    const config = loadConfig(BASE)

    assert.equal(config.mailEnabled, false)
    assert.equal(config.mailPort, 587)
    assert.equal(config.mailStartTls, null)
    assert.equal(config.mailImplicitTls, false)
    assert.deepEqual(
      [config.mailServer, config.mailUsername, config.mailPassword, config.mailSender, config.frontendBaseUrl],
      [null, null, null, null, null],
    )
  })

  it('each is read from its text', () => {
    const config = loadConfig({
      ...ON,
      MAIL_PORT: '465',
      MAIL_USE_TLS: 'false',
      MAIL_USE_SSL: 'true',
      MAIL_USERNAME: 'u',
      MAIL_PASSWORD: 'p',
      FRONTEND_BASE_URL: 'https://jobs.example.com/ui/',
    })

    assert.equal(config.mailServer, 'smtp.example.com')
    assert.equal(config.mailPort, 465)
    assert.equal(config.mailStartTls, false)
    assert.equal(config.mailImplicitTls, true)
    assert.deepEqual([config.mailUsername, config.mailPassword], ['u', 'p'])
    assert.deepEqual(config.mailSender, { name: 'Carillon', address: 'carillon@example.com' })
    assert.equal(config.frontendBaseUrl, 'https://jobs.example.com/ui')
  })

  it('the password may come from a file', () => {
    const config = loadConfig(
      { ...ON, MAIL_USERNAME: 'u', MAIL_PASSWORD_FILE: '/run/pass' },
      {},
      (path) => `in ${path}`,
    )

    assert.equal(config.mailPassword, 'in /run/pass')
  })

  it('a sender without a name is an address alone', () => {
    assert.deepEqual(loadConfig({ ...ON, MAIL_DEFAULT_SENDER: 'a@example.com' }).mailSender, {
      name: '',
      address: 'a@example.com',
    })
  })

  const wrong: [why: string, texts: Texts, fault: RegExp][] = [
    ['no server', { MAIL_SERVER: '' }, /^MAIL_SERVER: missing/],
    ['no sender', { MAIL_DEFAULT_SENDER: '' }, /^MAIL_DEFAULT_SENDER: missing/],
    ['both kinds of encryption', { MAIL_USE_TLS: 'true', MAIL_USE_SSL: 'true' }, /^MAIL_USE_SSL: MAIL_USE_TLS is on/],
    ['a name without a password', { MAIL_USERNAME: 'u' }, /^MAIL_PASSWORD: missing/],
    ['a password without a name', { MAIL_PASSWORD: 'p4ssw0rd-x' }, /^MAIL_USERNAME: missing/],
  ]
  for (const [why, texts, fault] of wrong)
    it(`${why} stops the start when e-mail is on, and is nobody’s fault when it is off`, () => {
      const faults = faultsOf({ ...ON, ...texts })

      assert.equal(faults.length, 1, faults.join('\n'))
      assert.match(faults[0] ?? '', fault)
      assert.deepEqual(faultsOf({ ...ON, ...texts, MAIL_ENABLED: 'false' }), [])
    })

  const unreadable: [name: string, text: string][] = [
    ['MAIL_ENABLED', 'maybe'],
    ['MAIL_SERVER', 'smtp://x'],
    ['MAIL_PORT', '0'],
    ['MAIL_USE_TLS', 'maybe'],
    ['MAIL_USE_SSL', 'maybe'],
    ['FRONTEND_BASE_URL', 'jobs.example.com'],
    ['MAIL_DEFAULT_SENDER', 'nobody'],
    ['MAIL_DEFAULT_SENDER', 'A, B <a@example.com>'],
    ['MAIL_DEFAULT_SENDER', 'A <a@example.com>, B <b@example.com>'],
    ['MAIL_DEFAULT_SENDER', 'A\r\nBcc: b@example.com <a@example.com>'],
  ]
  for (const [name, text] of unreadable)
    it(`${name} refuses ${JSON.stringify(text)} and says what would be right`, () => {
      assert.match(faultsOf({ ...BASE, [name]: text }).join('\n'), new RegExp(`^${name}: .*: expected `))
    })

  it('a password in the clear is refused in production, and STARTTLS is what nobody chose', () => {
    const login = { ...ON, NODE_ENV: 'production', MAIL_USERNAME: 'u', MAIL_PASSWORD: 'p4ssw0rd-x' }

    assert.deepEqual(faultsOf(login), [])
    assert.deepEqual(faultsOf({ ...login, MAIL_USE_SSL: 'true' }), [])
    const faults = faultsOf({ ...login, MAIL_USE_TLS: 'false' })
    assert.match(faults.join('\n'), /^MAIL_USE_TLS: off, so that MAIL_PASSWORD would be sent in the clear/)
    assert.equal(faults.join('').includes('p4ssw0rd-x'), false)
    assert.deepEqual(faultsOf({ ...login, MAIL_USE_TLS: 'false', NODE_ENV: 'development' }), [])
  })
})

describe('jobs that send e-mail', () => {
  it('are for every workspace in development, in production for the first one alone', () => {
    const open = (more: Texts) => loadConfig({ ...ON, ...more }).mailJobsForAll

    assert.equal(open({ NODE_ENV: 'development' }), true)
    assert.equal(open({ NODE_ENV: 'development', MAIL_JOBS_FOR_ALL_WORKSPACES: 'false' }), false)
    assert.equal(open({ NODE_ENV: 'production' }), false)
    assert.equal(open({ NODE_ENV: 'production', MAIL_JOBS_FOR_ALL_WORKSPACES: 'true' }), true)
  })
})
