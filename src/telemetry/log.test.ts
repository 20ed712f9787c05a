/** The log keeps its promise: one line of JSON for each event, whatever is put into it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog, type LogLevel } from './log.ts'

const capture = (level: LogLevel = 'info') => {
  const lines: string[] = []
  return { lines, log: createLog({ level, stream: { write: (line) => void lines.push(line) } }) }
}

test('an event is one line with level, time, message and fields', () => {
  const { lines, log } = capture()

  log.info('job paused', { job_id: 'j1', failures: 3 })

  assert.equal(lines.length, 1)
  const { time, ...rest } = JSON.parse(lines[0] ?? '')
  assert.deepEqual(rest, { level: 'info', msg: 'job paused', job_id: 'j1', failures: 3 })
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('events below the level are not written', () => {
  const { lines, log } = capture('warn')

  log.info('small talk')
  log.error('a fault', { error: new Error('why') })

  assert.equal(lines.length, 1)
  assert.equal(JSON.parse(lines[0] ?? '').error.message, 'why')
})

test('fields given once stand on every later line, and the log keeps its own names', () => {
  const { lines, log } = capture()

  log.with({ node: 'n1' }).info('hello', { level: 'fake', msg: 'fake', time: 0 })

  const line = JSON.parse(lines[0] ?? '')
  assert.deepEqual([line.node, line.level, line.msg, line.field_level], ['n1', 'info', 'hello', 'fake'])
})

test('S76: newlines, escape sequences and writing-direction marks cannot forge a line', () => {
  const { lines, log } = capture()
  const hostile = 'a\n{"level":"error"}\r\u001b[31mred\u202egnp.exe\u2028x\u0085y'

  log.warn(hostile, { value: hostile, [hostile]: 1 })

  assert.equal(lines.length, 1)
  const line = (lines[0] ?? '').slice(0, -1)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be absent
  assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/)
  assert.equal(JSON.parse(line).value, hostile)
})

test('S76: a line is at most 8 KiB however much is put into it', () => {
  const { lines, log } = capture()

  log.error('\u202e'.repeat(100_000), {
    a: 'é'.repeat(1_000_000),
    b: '\u0000'.repeat(1_000_000),
    c: Array(10_000).fill('x'),
  })

  assert.ok(Buffer.byteLength(lines[0] ?? '') <= 8192, String(Buffer.byteLength(lines[0] ?? '')))
  assert.equal(JSON.parse(lines[0] ?? '').level, 'error')
})

test('S99: tokens and passwords do not reach the log, neither by name nor inside a text', () => {
  const { lines, log } = capture()
  const canary = 'canary-7f3a9c'

  log.info(`called https://u:${canary}@h/`, {
    headers: { authorization: canary, Cookie: canary },
    body: { current_password: canary },
    url: `https://h/?api_key=${canary}`,
    error: new Error(`Bearer ${canary}`),
  })

  assert.ok(!lines.join().includes(canary), lines.join())
})
