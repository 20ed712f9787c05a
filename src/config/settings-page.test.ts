/** The reference page and the help show every setting and no secret. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EVERY_SETTING } from './settings.ts'
import { settingsHelp, settingsPage } from './settings-page.ts'

describe('the reference of settings', () => {
  it('the page and the help name every setting', () => {
    for (const [, setting] of EVERY_SETTING) {
      assert.ok(settingsPage().includes(`## ${setting.name}\n`), setting.name)
      assert.ok(settingsHelp().includes(`  ${setting.name} `), setting.name)
    }
  })

  it('a default that depends on the environment is told for both', () => {
    assert.match(settingsPage(), /Default: `127\.0\.0\.1` in development, `0\.0\.0\.0` in production/)
    assert.match(settingsPage(), /Default: `\*` in development, none in production/)
    assert.match(settingsHelp(), /Default: sqlite:\.\/data\/carillon\.db\./)
  })
})
