/** The settings of the APScheduler dialect: their defaults, and what they take. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from './config.ts'

const KEY = { SECRET_KEY: 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi' }
const read = (texts: Readonly<Record<string, string>>) => {
  const { schedulerApiEnabled, schedulerApiAuth, schedulerApiWorkspace, schedulerSampleTask, apschedulerPort } =
    loadConfig({ ...KEY, ...texts })
  return [schedulerApiEnabled, schedulerApiAuth, schedulerApiWorkspace, schedulerSampleTask, apschedulerPort]
}

test('it is off until it is turned on, and open to everybody in development alone', () => {
  assert.deepEqual(read({}), [false, 'none', null, true, null])
  assert.deepEqual(read({ NODE_ENV: 'production' }), [false, 'bearer', null, true, null])
})

test('each setting is read, and refused by its name for a wrong value', () => {
  const given = {
    SCHEDULER_API_ENABLED: 'true',
    SCHEDULER_API_AUTH: 'basic',
    SCHEDULER_API_WORKSPACE: 'a',
    SCHEDULER_SAMPLE_TASK: 'false',
    APSCHEDULER_PORT: '5000',
  }
  const wrong = {
    SCHEDULER_API_ENABLED: 'maybe',
    SCHEDULER_API_AUTH: 'jwt',
    SCHEDULER_SAMPLE_TASK: 'one',
    APSCHEDULER_PORT: '70000',
  }

  assert.deepEqual(read(given), [true, 'basic', 'a', false, 5000])
  for (const [name, text] of Object.entries(wrong))
    assert.throws(() => read({ [name]: text }), new RegExp(`^ConfigError: ${name}: "${text}": expected `))
})
