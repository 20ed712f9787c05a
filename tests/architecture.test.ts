/** The plan of the house, kept by a test: which room may look into which, and what happens in one place only. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, it } from 'node:test'
import { SETTINGS } from '../src/config/settings.ts'

const ROOT = join(import.meta.dirname, '..')

const STATION = ['domain', 'schedule', 'store', 'telemetry']

/** Change this table on purpose, with a decision record: it is the architecture. `*` is for the composition root alone. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  schedule: [],
  config: [],
  telemetry: [],
  domain: ['schedule'],
  auth: ['domain'],
  store: ['domain'],
  claim: STATION,
  dispatch: STATION,
  record: STATION,
  notify: STATION,
  execute: ['domain', 'telemetry'],
  services: ['domain', 'schedule', 'auth', 'store', 'telemetry'],
  engine: ['claim', 'dispatch', 'execute', 'record', 'notify', 'domain', 'store', 'telemetry'],
  api: ['domain', 'services', 'telemetry'],
  app: ['*'],
  cli: ['app', 'config', 'api'],
}

/** Open beside a room's own door, which is the file that bears its name. The cli sees nothing of the api but its contract. */
const OPEN = ['domain/', 'auth/', 'telemetry/', 'api/contract/', 'schedule/describe.ts']
const CLOSED_TO_CLI = 'api/api.ts'

type Source = {
  readonly file: string
  readonly text: string
  readonly code: string
  readonly imports: readonly string[]
}

const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '')

/** Every form: `import x from`, `export x from`, `import 'x'`, `import('x')`, with or without `type`. */
const importsOf = (code: string): string[] =>
  [...code.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g)].map((match) => match[1]!)

const read = (pattern: string): readonly Source[] =>
  globSync(pattern, { cwd: ROOT, exclude: ['**/node_modules/**'] })
    .sort()
    .map((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8')
      const code = withoutComments(text)
      return { file: file.replaceAll('\\', '/').replace(/^src\//, ''), text, code, imports: importsOf(code) }
    })

const product = read('src/**/*.ts').filter(({ file }) => !file.endsWith('.test.ts'))
const everything = [...read('src/**/*.ts'), ...read('tests/**/*.ts'), ...read('docs/*.ts'), ...read('bin/*.js')]

const room = (file: string): string => file.split('/')[0]!.replace(/\.ts$/, '')
const isDoor = (file: string): boolean => [`${room(file)}.ts`, `${room(file)}/${room(file)}.ts`].includes(file)
const ours = ({ file, imports }: Source): string[] =>
  imports.filter((target) => target.startsWith('.')).map((target) => posix.join(posix.dirname(file), target))
const offenders = (sources: readonly Source[], isWrong: (source: Source) => boolean): string[] =>
  sources.filter(isWrong).map(({ file }) => file)
const outside =
  (...places: string[]) =>
  ({ file }: Source): boolean =>
    !places.some((place) => file.startsWith(place))

describe('the rooms', () => {
  for (const [from, allowed] of Object.entries(MAY_IMPORT)) {
    if (allowed.includes('*')) continue
    it(`${from} looks into ${allowed.join(', ') || 'no other room'}, and comes in by the door`, () => {
      const wrong = product
        .filter(({ file }) => room(file) === from)
        .flatMap((source) => ours(source).map((target) => ({ source: source.file, target })))
        .filter(({ target }) => room(target) !== from)
        .filter(({ target }) => {
          const open = isDoor(target) || OPEN.some((shelf) => target.startsWith(shelf))
          return !allowed.includes(room(target)) || !open || (from === 'cli' && target === CLOSED_TO_CLI)
        })

      assert.deepEqual(
        wrong.map(({ source, target }) => `${source} -> ${target}`),
        [],
      )
    })
  }

  it('a dialect translates: it looks into use cases, the domain, and what the API has for all, never into another dialect', () => {
    const dialects = product.filter(({ file }) => file.startsWith('api/dialects/'))
    const home = (file: string): string => file.split('/').slice(0, 3).join('/')
    const wrong = dialects.flatMap((source) =>
      ours(source)
        .filter((target) => home(target) !== home(source.file))
        .filter((target) => target.startsWith('api/dialects/') || !/^(api|services|domain|telemetry)\//.test(target))
        .map((target) => `${source.file} -> ${target}`),
    )

    assert.deepEqual(wrong, [])
    assert.ok(dialects.length > 0, 'the dialects were not found')
  })

  it('every room is in the plan', () => {
    const rooms = new Set(product.map(({ file }) => room(file)))

    assert.deepEqual(
      [...rooms].filter((name) => !(name in MAY_IMPORT)),
      [],
    )
    assert.ok(rooms.size > 5, 'the sources were not found')
  })

  it('imports form no circle, imports of types included', () => {
    const sources = new Map(product.map((source) => [source.file, source]))
    const done = new Set<string>()
    const circles: string[] = []
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      if (done.has(file) || path.includes(file)) return
      for (const target of ours(sources.get(file) ?? { file, text: '', code: '', imports: [] }))
        walk(target, [...path, file])
      done.add(file)
    }

    for (const file of sources.keys()) walk(file, [])

    assert.deepEqual(circles, [])
  })

  it('every import of ours leads to a file', () => {
    const files = new Set(product.map(({ file }) => file))
    const lost = product.flatMap((source) =>
      ours(source).filter((target) => target.endsWith('.ts') && !files.has(target)),
    )

    assert.deepEqual(lost, [])
  })
})

describe('what happens in one place only', () => {
  it('the environment is read in config', () => {
    assert.deepEqual(
      offenders(product.filter(outside('config/')), ({ code }) => /process\.env\b/.test(code)),
      [],
    )
  })

  it('every setting is of use to something', () => {
    const users = product.filter(outside('config/'))
    const isUsed = (key: string) => users.some(({ code }) => new RegExp(`\\b${key}\\b`).test(code))

    assert.deepEqual(
      Object.keys(SETTINGS).filter((key) => !isUsed(key)),
      [],
    )
  })

  it('clocks are read in domain/clock.ts', () => {
    const reads = /\bDate\.now\b|\bperformance\.now\b|\bTemporal\.Now\b|\bhrtime\b|new Date\(\s*\)/

    assert.deepEqual(
      offenders(product.filter(outside('domain/clock.ts')), ({ code }) => reads.test(code)),
      [],
    )
    assert.ok(product.some(({ file, code }) => file === 'domain/clock.ts' && reads.test(code)))
  })

  it('SQL is written in the store', () => {
    const statement =
      /['"`]\s*(select\s+[\w*"'(]|insert\s+into\s|update\s+"?\w+"?\s+set\s|delete\s+from\s|create\s+(table|index|unique|view)\s|alter\s+table\s|drop\s+(table|index)\s|pragma\s+\w)/i
    const drivers = ['node:sqlite', 'kysely', 'pg', 'mysql2', 'mysql2/promise']
    const hasSql = ({ code, imports }: Source) => statement.test(code) || imports.some((name) => drivers.includes(name))

    assert.deepEqual(offenders(product.filter(outside('store/')), hasSql), [])
    assert.ok(product.some((source) => source.file.startsWith('store/') && hasSql(source)))
  })

  it('S83: programs are started by execute alone, and never by way of a shell', () => {
    const starts = ({ imports }: Source) => imports.some((name) => /^(node:)?child_process$/.test(name))
    const shell = /\b(exec|execSync|execFile|execFileSync|spawnSync|fork)\s*\(\s*['"`\w]|shell:\s*(true|['"`])/

    assert.deepEqual(offenders(product.filter(outside('execute/')), starts), [])
    assert.deepEqual(
      offenders(product.filter(starts), ({ code }) => shell.test(code)),
      [],
    )
    assert.ok(product.some(starts))
  })

  it('the network is reached from execute, notify, the client of the cli and the server of the api', () => {
    const doors = /^(node:)?(net|tls|http|https|http2|dgram|dns|dns\/promises)$|^undici(\/|$)/
    const isNetworked = ({ code }: Source) =>
      importsOf(code.replaceAll(/import type [^'"]*['"][^'"]*['"]/g, '')).some((name) => doors.test(name)) ||
      /(?<![.\w])(fetch|WebSocket|EventSource)\(/.test(code)
    const places = outside('execute/', 'notify/', 'cli/client', 'api/server')

    assert.deepEqual(offenders(product.filter(places), isNetworked), [])
    assert.ok(product.some((source) => source.file.startsWith('execute/') && isNetworked(source)))
  })
})

describe('the form of a file', () => {
  it('no file is longer than 350 lines', () => {
    assert.deepEqual(
      offenders(everything, ({ text }) => text.split('\n').length > 351),
      [],
    )
  })

  it('every file begins by saying what it is for', () => {
    const opening = /^(#!.*\n)?\/\*\*(\n \*)? \S/

    assert.deepEqual(
      offenders(everything, ({ text }) => !opening.test(text)),
      [],
    )
  })

  it('nothing is exported by default, and no index.ts hides what a folder holds', () => {
    assert.deepEqual(
      offenders(everything, ({ file, code }) => /(^|\/)index\.ts$/.test(file) || /^export default\b/m.test(code)),
      [],
    )
  })
})
