/** Settings: defaults of both environments, what each refuses, and what may not meet in production. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { END_DATE_ROWS } from '../../tests/support/end-date-settings.ts'
import { GITHUB_ROWS } from '../../tests/support/github-settings.ts'
import type { APSCHEDULER_SETTINGS } from './apscheduler-settings.ts'
import { ConfigError, loadConfig, type Texts } from './config.ts'
import type { MAIL_SETTINGS } from './mail-settings.ts'
import { EVERY_SETTING, type Values } from './settings.ts'

const KEY = 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi'
const OTHER_KEY = 'W3nT8yLq5Rz1Vb7Kd0Mf4Xh9Cs2Jg6EpOuAi'
const DEVELOPMENT = { SECRET_KEY: KEY }
const PRODUCTION = { NODE_ENV: 'production', SECRET_KEY: KEY }

const faultsOf = (texts: Texts): readonly string[] => {
  try {
    loadConfig(texts)
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
  return []
}

type Row = {
  name: string
  development: unknown
  production: unknown
  wrong?: string
  given: [text: string, value: unknown]
}

// Those of e-mail have a table of their own, in mail-settings.test.ts.
const TABLE: Record<Exclude<keyof Values, keyof typeof MAIL_SETTINGS | keyof typeof APSCHEDULER_SETTINGS>, Row> = {
  environment: {
    name: 'NODE_ENV',
    development: 'development',
    production: 'production',
    wrong: 'prod',
    given: ['test', 'development'],
  },
  port: { name: 'PORT', development: 5001, production: 5001, wrong: '70000', given: ['0', 0] },
  host: { name: 'HOST', development: '127.0.0.1', production: '0.0.0.0', wrong: 'http://x', given: ['::1', '::1'] },
  database: {
    name: 'DATABASE_URL',
    development: { engine: 'sqlite', path: './data/carillon.db' },
    production: { engine: 'sqlite', path: './data/carillon.db' },
    wrong: 'sqlite:///data/x.db',
    given: ['sqlite:/srv/c.db', { engine: 'sqlite', path: '/srv/c.db' }],
  },
  secretKey: {
    name: 'SECRET_KEY',
    development: KEY,
    production: KEY,
    wrong: 'two words',
    given: [OTHER_KEY, OTHER_KEY],
  },
  previousSecretKeys: { name: 'SECRET_KEY_PREVIOUS', development: [], production: [], given: [`${KEY} b`, [KEY, 'b']] },
  jwtSecretKey: {
    name: 'JWT_SECRET_KEY',
    development: null,
    production: null,
    wrong: 'two words',
    given: [OTHER_KEY, OTHER_KEY],
  },
  accessTokenSeconds: {
    name: 'JWT_ACCESS_TOKEN_EXPIRES',
    development: 3600,
    production: 3600,
    wrong: '1h',
    given: ['900', 900],
  },
  ...GITHUB_ROWS,
  refreshTokenSeconds: {
    name: 'JWT_REFRESH_TOKEN_EXPIRES',
    development: 2592000,
    production: 2592000,
    wrong: '-1',
    given: ['604800', 604800],
  },
  timeZone: {
    name: 'SCHEDULER_TIMEZONE',
    development: 'Asia/Tokyo',
    production: 'Asia/Tokyo',
    wrong: 'Asia/Tokio',
    given: ['UTC', 'UTC'],
  },
  ...END_DATE_ROWS,
  schedulerEnabled: {
    name: 'SCHEDULER_ENABLED',
    development: true,
    production: true,
    wrong: 'maybe',
    given: ['0', false],
  },
  revocationFile: {
    name: 'TLS_CRL_FILE',
    development: null,
    production: null,
    given: ['/etc/crl.pem', '/etc/crl.pem'],
  },
  publicUrl: {
    name: 'PUBLIC_URL',
    development: null,
    production: null,
    wrong: 'jobs.example.com',
    given: ['https://jobs.example.com/carillon/', 'https://jobs.example.com/carillon'],
  },
  pollSeconds: { name: 'SCHEDULER_POLL_SECONDS', development: 1, production: 1, wrong: 'often', given: ['900', 300] },
  catchUpPercent: { name: 'CATCH_UP_PERCENT', development: 25, production: 25, wrong: '0', given: ['50', 50] },
  workspaceConcurrency: {
    name: 'WORKSPACE_CONCURRENCY',
    development: null,
    production: null,
    wrong: 'many',
    given: ['100', 100],
  },
  retentionSuccessDays: {
    name: 'RETENTION_SUCCESS_DAYS',
    development: 90,
    production: 90,
    wrong: '0',
    given: ['400', 400],
  },
  retentionOtherDays: {
    name: 'RETENTION_OTHER_DAYS',
    development: 365,
    production: 365,
    wrong: 'a year',
    given: ['90', 90],
  },
  retentionRunsPerJob: {
    name: 'RETENTION_RUNS_PER_JOB',
    development: 100_000,
    production: 100_000,
    wrong: '9',
    given: ['1000', 1000],
  },
  signUpEnabled: { name: 'SIGNUP_ENABLED', development: true, production: false, wrong: 'y', given: ['on', true] },
  allowDefaultAdmin: {
    name: 'ALLOW_DEFAULT_ADMIN',
    development: true,
    production: false,
    wrong: 'never',
    given: ['No', false],
  },
  adminUsername: { name: 'DEFAULT_ADMIN_USERNAME', development: 'admin', production: 'admin', given: ['root', 'root'] },
  adminPassword: {
    name: 'DEFAULT_ADMIN_PASSWORD',
    development: null,
    production: null,
    given: ['orange-lamp-42', 'orange-lamp-42'],
  },
  adminEmail: {
    name: 'DEFAULT_ADMIN_EMAIL',
    development: 'admin@example.com',
    production: 'admin@example.com',
    wrong: 'ops',
    given: ['a@b.jp', 'a@b.jp'],
  },
  corsOrigins: {
    name: 'CORS_ORIGINS',
    development: ['*'],
    production: [],
    wrong: 'https://a.example/path',
    given: ['https://a.example, http://b.example:8080', ['https://a.example', 'http://b.example:8080']],
  },
  functionsDir: { name: 'FUNCTIONS_DIR', development: null, production: null, given: ['./functions', './functions'] },
  functionsForAll: {
    name: 'FUNCTIONS_FOR_ALL_WORKSPACES',
    development: false,
    production: false,
    wrong: 'some',
    given: ['yes', true],
  },
  functionsAtOnce: { name: 'FUNCTIONS_AT_ONCE', development: 4, production: 4, wrong: '0', given: ['16', 16] },
  functionsMemoryMb: {
    name: 'FUNCTIONS_MEMORY_MB',
    development: 128,
    production: 128,
    wrong: '8',
    given: ['512', 512],
  },
  allowPrivateTargets: {
    name: 'ALLOW_PRIVATE_TARGETS',
    development: true,
    production: false,
    wrong: '2',
    given: ['yes', true],
  },
  egressAllow: { name: 'EGRESS_ALLOW', development: null, production: null, given: ['10.0.0.0/8', '10.0.0.0/8'] },
  trustProxy: {
    name: 'TRUST_PROXY',
    development: [],
    production: [],
    wrong: '10.0.0.0/64',
    given: ['loopback,10.0.0.0/8', ['loopback', '10.0.0.0/8']],
  },
  metricsPublic: { name: 'METRICS_PUBLIC', development: false, production: false, wrong: 'x', given: ['true', true] },
  exposeErrorDetails: {
    name: 'EXPOSE_ERROR_DETAILS',
    development: true,
    production: false,
    wrong: 'x',
    given: ['true', true],
  },
  logLevel: { name: 'LOG_LEVEL', development: 'info', production: 'info', wrong: 'loud', given: ['debug', 'debug'] },
}

describe('the table of settings', () => {
  for (const [key, setting] of EVERY_SETTING) {
    const row = (TABLE as Partial<Record<keyof Values, Row>>)[key]
    if (row === undefined) continue

    it(`${row.name} has its default in development and in production`, () => {
      assert.equal(setting.name, row.name)
      assert.deepEqual(loadConfig(DEVELOPMENT)[key], row.development)
      assert.deepEqual(loadConfig(PRODUCTION)[key], row.production)
    })

    it(`${row.name} is read from its text, without the blanks around it`, () => {
      const [text, value] = row.given

      assert.deepEqual(loadConfig({ ...DEVELOPMENT, [row.name]: ` ${text} ` })[key], value)
    })

    const { wrong } = row
    if (wrong === undefined) continue
    it(`${row.name} refuses a wrong value, naming the setting${setting.secret ? ' but never the secret' : ' and the value'} and what would be right`, () => {
      const faults = faultsOf({ ...DEVELOPMENT, [row.name]: wrong })

      const shown = setting.secret ? '' : `${JSON.stringify(wrong)}: `
      assert.equal(faults.at(-1), `${row.name}: ${shown}expected ${setting.kind.right}`)
      assert.equal(faults.join('').includes(wrong), !setting.secret)
    })
  }

  it('every setting says what it does, who would change it, and gives an example that it would accept', () => {
    for (const [, setting] of EVERY_SETTING) {
      assert.match(setting.help, /\.$/)
      assert.match(setting.changedBy, /\.$/)
      if (!setting.secret) assert.notEqual(setting.kind.read(setting.example), undefined, setting.name)
    }
  })
})

describe('reading settings', () => {
  it('all wrong settings are named at once', () => {
    const faults = faultsOf({ PORT: 'x', LOG_LEVEL: 'x', SCHEDULER_ENABLED: 'x' })

    assert.deepEqual(
      faults.map((fault) => fault.split(':')[0]),
      ['SECRET_KEY', 'PORT', 'SCHEDULER_ENABLED', 'LOG_LEVEL'],
    )
  })

  it('the command line wins over the environment, and an empty text counts as absent', () => {
    const config = loadConfig({ ...DEVELOPMENT, PORT: '8001', HOST: '' }, { PORT: '8002' })

    assert.equal(config.port, 8002)
    assert.equal(config.host, '127.0.0.1')
  })

  it('an unknown name is nobody’s fault', () => {
    assert.deepEqual(faultsOf({ ...DEVELOPMENT, CARILLON_FANCY: 'x', POSTGRES_URL: 'y' }), [])
  })

  it('a configuration cannot be changed once it is read, inner lists included', () => {
    const config = loadConfig({ ...DEVELOPMENT, TRUST_PROXY: 'loopback' })

    assert.throws(() => Object.assign(config, { port: 1 }), TypeError)
    assert.throws(() => (config.trustProxy as string[]).push('x'), TypeError)
  })

  it('a secret may come from the file that NAME_FILE names', () => {
    const config = loadConfig({ SECRET_KEY_FILE: '/run/key' }, {}, (path) => `${path}-${KEY}`)

    assert.equal(config.secretKey, `/run/key-${KEY}`)
  })

  it('a secret given both as a value and as a file is refused', () => {
    const faults = faultsOf({ ...DEVELOPMENT, SECRET_KEY_FILE: '/run/key' })

    assert.ok(
      faults.includes('SECRET_KEY_FILE: "/run/key": SECRET_KEY is set as well; keep one of the two'),
      faults.join(),
    )
  })
})

describe('production', () => {
  const refused: [why: string, texts: Texts, fault: RegExp][] = [
    ['S97: no key', { SECRET_KEY: undefined }, /^SECRET_KEY: missing; make one with/],
    [
      'S97: a short key',
      { SECRET_KEY: KEY.slice(0, 31) },
      /^SECRET_KEY: 31 characters are too few in production, 32 the least/,
    ],
    [
      'S97: the key of an example',
      { SECRET_KEY: 'my-super-secret-key-change-in-production' },
      /^SECRET_KEY: it reads like the key of an example/,
    ],
    ['S97: one character many times', { SECRET_KEY: 'a'.repeat(40) }, /^SECRET_KEY: it repeats itself/],
    ['S97: one word many times', { SECRET_KEY: 'Tq4zW9xLm2'.repeat(4) }, /^SECRET_KEY: it repeats itself/],
    ['one key for two purposes', { JWT_SECRET_KEY: KEY }, /^JWT_SECRET_KEY: it may not equal SECRET_KEY/],
    ['a weak key for tokens', { JWT_SECRET_KEY: 'short' }, /^JWT_SECRET_KEY: 5 characters are too few/],
    [
      'a well-known administrator',
      { ALLOW_DEFAULT_ADMIN: 'true' },
      /^ALLOW_DEFAULT_ADMIN: a well-known password is refused in production/,
    ],
    [
      'a short password for the first administrator',
      { DEFAULT_ADMIN_PASSWORD: 'admin123' },
      /^DEFAULT_ADMIN_PASSWORD: fewer than 12/,
    ],
    [
      'jobs made by everybody',
      { SCHEDULER_API_ENABLED: 'true', SCHEDULER_API_AUTH: 'none' },
      /^SCHEDULER_API_AUTH: none lets everybody make jobs/,
    ],
    ['web pages from anywhere', { CORS_ORIGINS: '*' }, /^CORS_ORIGINS: \* is refused/],
  ]
  for (const [why, texts, fault] of refused) {
    it(`${why} stops the start, and the same is fine in development`, () => {
      const faults = faultsOf({ ...PRODUCTION, ...texts })

      assert.equal(faults.length, 1, faults.join('\n'))
      assert.match(faults[0] ?? '', fault)
      assert.deepEqual(
        faultsOf({ ...PRODUCTION, ...texts, NODE_ENV: 'development', SECRET_KEY: texts.SECRET_KEY ?? KEY }),
        [],
      )
    })
  }

  it('no message about a key or a password shows it', () => {
    for (const [, texts] of refused)
      for (const [name, text] of Object.entries(texts))
        if (/KEY|PASSWORD/.test(name) && text !== undefined)
          assert.ok(
            !faultsOf({ ...PRODUCTION, ...texts })
              .join('\n')
              .includes(text),
            name,
          )
  })
})
