/** The one table of every setting: what it is called, what it means, what it is when nobody says, who would change it. */
import {
  databaseUrl,
  type Environment,
  emailAddress,
  environmentName,
  freeText,
  hostName,
  oneOf,
  onOff,
  origins,
  orNothing,
  proxies,
  type Setting,
  secondsWithin,
  secretKey,
  secretKeys,
  timeZone,
  wholeNumber,
} from './setting.ts'

const inDevelopment = (environment: Environment): boolean => environment === 'development'
const always =
  <T>(value: T) =>
  (): T =>
    value
const setting = <T>(from: Setting<T>): Setting<T> => from
const nothing = always(null)

/** Keys are the fields of Config; the order is that of `--help` and of the reference page. */
export const SETTINGS = {
  environment: setting({
    name: 'NODE_ENV',
    kind: environmentName,
    byDefault: always<Environment>('development'),
    help: 'Chooses the defaults below: easy in development, strict in production. `test` counts as development.',
    changedBy: 'Everybody who lets others use the server sets it to production.',
    example: 'production',
  }),
  port: setting({
    name: 'PORT',
    kind: wholeNumber(0, 65_535),
    byDefault: always(5001),
    help: 'The port to listen on; 0 takes any free one and says which.',
    changedBy: 'Whoever has another program on 5001.',
    example: '8080',
  }),
  host: setting({
    name: 'HOST',
    kind: hostName,
    // A container is reached from outside only on all addresses; in development the well-known admin must not be.
    byDefault: (environment) => (inDevelopment(environment) ? '127.0.0.1' : '0.0.0.0'),
    help: 'The address to listen on.',
    changedBy:
      'Whoever puts a proxy on the same machine (127.0.0.1), or wants to reach a trial from another one (0.0.0.0).',
    example: '0.0.0.0',
  }),
  database: setting({
    name: 'DATABASE_URL',
    kind: databaseUrl,
    byDefault: always({ engine: 'sqlite' as const, path: './data/carillon.db' }),
    help: 'The database file; it and its folder are made when they are missing.',
    changedBy: 'Whoever keeps data on another disk or volume.',
    example: 'sqlite:/var/lib/carillon/carillon.db',
  }),
  secretKey: setting({
    name: 'SECRET_KEY',
    kind: orNothing(secretKey),
    byDefault: nothing,
    help: 'Encrypts stored secrets and signs cursors. Development makes one and keeps it beside the database; production demands one of 32 characters or more.',
    changedBy: 'Everybody in production, once; and again when it may have leaked (see SECRET_KEY_PREVIOUS).',
    example: 'the output of: openssl rand -base64 32',
    secret: true,
  }),
  previousSecretKeys: setting({
    name: 'SECRET_KEY_PREVIOUS',
    kind: secretKeys,
    byDefault: always<readonly string[]>([]),
    help: 'Former values of SECRET_KEY: what they encrypted can still be read.',
    changedBy: 'Whoever has just changed SECRET_KEY, until every stored secret was saved anew.',
    example: 'the old key',
    secret: true,
  }),
  jwtSecretKey: setting({
    name: 'JWT_SECRET_KEY',
    kind: orNothing(secretKey),
    byDefault: nothing,
    help: 'Signs access tokens; without it a key derived from SECRET_KEY does. In production it may not equal SECRET_KEY.',
    changedBy:
      'Whoever wants to end all access tokens at once, or share them between servers with different SECRET_KEYs.',
    example: 'the output of: openssl rand -base64 32',
    secret: true,
  }),
  accessTokenSeconds: setting({
    name: 'JWT_ACCESS_TOKEN_EXPIRES',
    kind: wholeNumber(60, 86_400),
    byDefault: always(3600),
    help: 'Seconds that an access token is good for.',
    changedBy: 'Whoever has a rule on the life of tokens.',
    example: '900',
  }),
  refreshTokenSeconds: setting({
    name: 'JWT_REFRESH_TOKEN_EXPIRES',
    kind: wholeNumber(300, 31_622_400),
    byDefault: always(2_592_000),
    help: 'Seconds after which somebody who was away has to sign in again.',
    changedBy: 'Whoever has a rule on the life of sessions.',
    example: '604800',
  }),
  timeZone: setting({
    name: 'SCHEDULER_TIMEZONE',
    kind: timeZone,
    byDefault: always('Asia/Tokyo'),
    help: 'The time zone of schedules that name none.',
    changedBy: 'Whoever lives elsewhere, before the first job is made.',
    example: 'Europe/Berlin',
  }),
  schedulerEnabled: setting({
    name: 'SCHEDULER_ENABLED',
    kind: onOff,
    byDefault: always(true),
    help: 'Whether this process runs jobs; without it, it serves the API alone.',
    changedBy: 'Whoever looks at a copy of the data, or moves to another machine, and must not fire jobs twice.',
    example: 'false',
  }),
  pollSeconds: setting({
    name: 'SCHEDULER_POLL_SECONDS',
    kind: secondsWithin(1, 300),
    // A look costs the embedded database about a microsecond, so the wait for what another process wrote can be short.
    byDefault: always(1),
    help: 'The longest wait between two looks for due jobs when no signal comes, in seconds; known jobs fire at their instant all the same.',
    changedBy: 'Whoever runs many idle servers and counts each wake-up.',
    example: '10',
  }),
  retentionSuccessDays: setting({
    name: 'RETENTION_SUCCESS_DAYS',
    kind: wholeNumber(1, 36_500),
    byDefault: always(90),
    help: 'Days that successful executions are kept; the last success of each job stays. Workspaces may choose less.',
    changedBy: 'Whoever must show longer what ran, or has a small disk.',
    example: '400',
  }),
  retentionOtherDays: setting({
    name: 'RETENTION_OTHER_DAYS',
    kind: wholeNumber(1, 36_500),
    byDefault: always(365),
    help: 'Days that all other executions are kept: failed, cancelled, skipped, missed. Workspaces may choose less.',
    changedBy: 'The same people; what failed is looked for longer than what went well.',
    example: '90',
  }),
  retentionRunsPerJob: setting({
    name: 'RETENTION_RUNS_PER_JOB',
    kind: wholeNumber(10, 10_000_000),
    byDefault: always(100_000),
    help: 'Executions of one job that are kept, the newest, however young the others are. Workspaces may choose less.',
    changedBy: 'Whoever runs jobs every few seconds: they fill a disk long before they are old.',
    example: '1000000',
  }),
  signUpEnabled: setting({
    name: 'SIGNUP_ENABLED',
    kind: onOff,
    byDefault: inDevelopment,
    help: 'Whether strangers may sign up, each into a workspace of its own.',
    changedBy: 'Whoever offers the server to the public.',
    example: 'true',
  }),
  allowDefaultAdmin: setting({
    name: 'ALLOW_DEFAULT_ADMIN',
    kind: onOff,
    byDefault: inDevelopment,
    help: 'Whether the first administrator gets the well-known password admin123; otherwise one is made and printed once. Refused in production.',
    changedBy: 'Whoever tries things on a machine that others can reach.',
    example: 'false',
  }),
  adminUsername: setting({
    name: 'DEFAULT_ADMIN_USERNAME',
    kind: freeText,
    byDefault: always('admin'),
    help: 'The name of the administrator that the first start creates.',
    changedBy: 'Whoever sets a server up by script.',
    example: 'root',
  }),
  adminPassword: setting({
    name: 'DEFAULT_ADMIN_PASSWORD',
    kind: orNothing(freeText),
    byDefault: nothing,
    help: 'The password of that administrator, instead of a well-known or a printed one.',
    changedBy: 'Whoever sets a server up by script and cannot read its first output.',
    example: 'twelve characters or more',
    secret: true,
  }),
  adminEmail: setting({
    name: 'DEFAULT_ADMIN_EMAIL',
    kind: emailAddress,
    byDefault: always('admin@example.com'),
    help: 'The e-mail address of that administrator.',
    changedBy: 'Whoever sets a server up by script.',
    example: 'ops@example.com',
  }),
  corsOrigins: setting({
    name: 'CORS_ORIGINS',
    kind: origins,
    byDefault: (environment): readonly string[] => (inDevelopment(environment) ? ['*'] : []),
    help: 'Web pages of other origins that may call the API. `*` (never with cookies) is refused in production.',
    changedBy: 'Whoever serves a page of their own that talks to the API.',
    example: 'https://jobs.example.com,https://ops.example.com',
  }),
  allowPrivateTargets: setting({
    name: 'ALLOW_PRIVATE_TARGETS',
    kind: onOff,
    byDefault: inDevelopment,
    help: 'Whether jobs may call loopback and private addresses. Addresses of cloud metadata stay refused.',
    changedBy: 'Whoever runs jobs for trusted people only, inside one network; EGRESS_ALLOW is the narrower way.',
    example: 'true',
  }),
  egressAllow: setting({
    name: 'EGRESS_ALLOW',
    kind: orNothing(freeText),
    byDefault: nothing,
    help: 'Targets that jobs may call although they are private or on an unusual port: addresses, ranges, host names, `*.suffix`, each with `:port` if need be, separated by commas.',
    changedBy: 'Whoever has jobs call a service of their own network in production.',
    example: '10.1.0.0/16,hooks.internal:8080',
  }),
  trustProxy: setting({
    name: 'TRUST_PROXY',
    kind: proxies,
    byDefault: always<readonly string[]>([]),
    help: 'Proxies whose X-Forwarded-For is believed; from all others it is ignored.',
    changedBy: 'Whoever puts a reverse proxy in front, so that limits on signing in see the real addresses.',
    example: 'loopback,10.0.0.5',
  }),
  metricsPublic: setting({
    name: 'METRICS_PUBLIC',
    kind: onOff,
    byDefault: always(false),
    help: 'Whether /metrics answers everybody; otherwise it answers this machine alone.',
    changedBy: 'Whoever scrapes from another machine in a network of their own.',
    example: 'true',
  }),
  exposeErrorDetails: setting({
    name: 'EXPOSE_ERROR_DETAILS',
    kind: onOff,
    byDefault: inDevelopment,
    help: 'Whether an answer about a fault of the server tells what happened; the log always does.',
    changedBy: 'Whoever hunts a fault on a server that only they can reach.',
    example: 'false',
  }),
  logLevel: setting({
    name: 'LOG_LEVEL',
    kind: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    byDefault: always('info' as const),
    help: 'The least important lines that are still logged.',
    changedBy: 'Whoever hunts a fault (debug), or pays for log lines (warn).',
    example: 'debug',
  }),
} as const

type ValueOf<S> = S extends Setting<infer T> ? T : never
export type Values = { readonly [K in keyof typeof SETTINGS]: ValueOf<(typeof SETTINGS)[K]> }

/** The same table for those who walk over it and need no types. */
export const EVERY_SETTING = Object.entries(SETTINGS) as readonly [keyof Values, Setting<unknown>][]
