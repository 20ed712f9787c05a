/** Which channels the settings turn on, where Slack may be, and where links lead. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadConfig, type Texts } from '../config/config.ts'
import { parseEgressAllow } from '../execute/execute.ts'
import { isSlack, jobPage, openChannels } from './channels.ts'
import { mailServerOf } from './mail.ts'

const configOf = (more: Texts = {}) => loadConfig({ SECRET_KEY: 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi', ...more })
const MAIL = { MAIL_ENABLED: 'on', MAIL_SERVER: 'smtp.example.com', MAIL_DEFAULT_SENDER: 'a@example.com' }
const WAYS = { egress: { allowPrivate: false, allow: [], self: null }, revocation: null, version: '1' }

describe('the channels of a server', () => {
  it('e-mail is one of them only where it is turned on', () => {
    for (const [config, kinds] of [
      [configOf(), ['slack', 'webhook']],
      [configOf(MAIL), ['email', 'slack', 'webhook']],
    ] as const) {
      const { channels, close } = openChannels(config, WAYS)
      close()

      assert.deepEqual(
        channels.map(({ kind }) => kind),
        kinds,
      )
    }
  })

  it('STARTTLS is what nobody chose; SSL is instead of it; both off is in the clear', () => {
    const encryption = (more: Texts) => mailServerOf(configOf({ ...MAIL, ...more }))?.encryption

    assert.equal(encryption({}), 'starttls')
    assert.equal(encryption({ MAIL_USE_SSL: 'true' }), 'tls')
    assert.equal(encryption({ MAIL_USE_TLS: 'false' }), 'none')
  })

  it('S60: Slack is at its own hosts, or where the operator says', () => {
    const strict = { allowPrivate: false, allow: parseEgressAllow('slack.internal:8443') }
    const at = (url: string) => isSlack(new URL(url), strict)

    assert.equal(at('https://hooks.slack.com/services/T/B/x'), true)
    assert.equal(at('https://hooks.slack.com:8443/x'), false)
    assert.equal(at('https://hooks.slack.com.evil.example/x'), false)
    assert.equal(at('https://slack.internal:8443/x'), true)
    assert.equal(at('https://slack.internal/x'), false)
    assert.equal(isSlack(new URL('https://localhost:1/x'), { allowPrivate: true, allow: [] }), true)
  })

  it('links lead to the dashboard that is named; without one there is none', () => {
    assert.equal(jobPage(configOf(), 'j 1'), null)
    assert.equal(jobPage(configOf({ PUBLIC_URL: 'https://c.example.com' }), 'j 1'), null)
    const named = configOf({ FRONTEND_BASE_URL: 'https://f.example.com/' })
    assert.equal(jobPage(named, 'j 1'), 'https://f.example.com/jobs/j%201/edit')
  })
})
