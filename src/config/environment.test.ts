/** Files that hold settings: `.env`, secrets, and the key that development keeps. */
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { readSecretFile, withDotEnv } from './environment.ts'
import { keptKey } from './kept-key.ts'

const folder = mkdtempSync(join(tmpdir(), 'carillon-config-'))
after(() => rmSync(folder, { recursive: true }))

describe('files of settings', () => {
  it('what .env says counts where the environment is silent', () => {
    const path = join(folder, '.env')
    writeFileSync(path, 'PORT=8001\nHOST="::1"\n')

    assert.deepEqual(withDotEnv({ PORT: '8002' }, path), { PORT: '8002', HOST: '::1' })
    assert.deepEqual(withDotEnv({ PORT: '8002' }, join(folder, 'absent')), { PORT: '8002' })
  })

  it('S97: a file of a secret that everybody can read is refused, with the command that mends it', () => {
    const path = join(folder, 'key')
    writeFileSync(path, ' the-key\n')
    chmodSync(path, 0o644)

    assert.throws(() => readSecretFile(path), {
      message: `everybody on this machine can read it; run: chmod o-rwx ${path}`,
    })
    chmodSync(path, 0o640)
    assert.equal(readSecretFile(path), 'the-key')
  })

  it('development makes a key once, for its owner alone, and finds it again', () => {
    const inside = join(folder, 'data')

    const first = keptKey(inside)
    const second = keptKey(inside)

    assert.equal(first.made, true)
    assert.equal(first.key.length, 43)
    assert.equal(statSync(first.path).mode & 0o777, 0o600)
    assert.equal(statSync(inside).mode & 0o777, 0o700)
    assert.deepEqual(second, { ...first, made: false })
    assert.equal(readFileSync(first.path, 'utf8').trim(), first.key)
  })
})
