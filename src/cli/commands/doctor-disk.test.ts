/** What the doctor says of the disk, by real files and their permission bits. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { tempFolder } from '../../../tests/support/temp-store.ts'
import { diskFinding, filesFindings, measureSync, syncFinding } from './doctor-disk.ts'

const GIB = 2 ** 30

describe('free space', () => {
  const disks: [free: number, verdict: string][] = [
    [100 * 2 ** 20, 'bad'],
    [GIB, 'warn'],
    [10 * GIB, 'ok'],
  ]
  for (const [free, verdict] of disks)
    it(`${free / 2 ** 20} MiB of free disk are ${verdict}`, () => assert.equal(diskFinding('x', free).verdict, verdict))
})

describe('the time until a write is safe', () => {
  const times: [ms: number, verdict: string][] = [
    [20, 'ok'],
    [21, 'warn'],
    [200, 'warn'],
    [201, 'bad'],
  ]
  for (const [ms, verdict] of times)
    it(`${ms} ms are ${verdict}`, () => assert.equal(syncFinding(() => ms).verdict, verdict))

  it('is the median of twenty, and leaves nothing behind', (t) => {
    const folder = tempFolder(t)
    // Nine of the twenty are slow: the clock is read before and after each.
    let reads = 0
    let now = 0
    const monotonic = () => {
      if (reads++ % 2 === 1) now += reads <= 18 ? 900 : 3
      return now
    }

    assert.equal(measureSync(folder, monotonic), 3)
    assert.equal(reads, 40)
    assert.deepEqual(readdirSync(folder), [])
  })

  it('a folder in which nothing can be written is bad, with the reason', (t) => {
    const nowhere = join(tempFolder(t), 'nowhere')

    const { verdict, message } = syncFinding(() => measureSync(nowhere, () => 0))

    assert.equal(verdict, 'bad')
    assert.match(message, /ENOENT/)
  })
})

describe('S104: who may read what lies there', { skip: process.platform === 'win32' }, () => {
  const setUp = (t: Parameters<typeof tempFolder>[0]) => {
    const folder = join(tempFolder(t), 'data')
    mkdirSync(folder, { mode: 0o700 })
    const [database, key] = [join(folder, 'c.db'), join(folder, 'secret.key')]
    for (const path of [database, key]) writeFileSync(path, '', { mode: 0o600 })
    return { folder, database, key, look: () => filesFindings(database, 'secret.key') }
  }

  it('is right when all is for its owner alone', (t) => {
    assert.deepEqual(
      setUp(t)
        .look()
        .map(({ verdict }) => verdict),
      ['ok'],
    )
  })

  const rights: [what: 'folder' | 'database' | 'key', mode: number, verdict: string, remedy: string][] = [
    ['folder', 0o755, 'warn', 'chmod 700'],
    ['folder', 0o770, 'bad', 'chmod 700'],
    ['database', 0o640, 'warn', 'chmod 600'],
    ['database', 0o644, 'bad', 'chmod 600'],
    ['database', 0o660, 'bad', 'chmod 600'],
    ['key', 0o640, 'warn', 'chmod 600'],
    ['key', 0o604, 'bad', 'chmod 600'],
  ]
  for (const [what, mode, verdict, remedy] of rights)
    it(`a ${what} of mode ${mode.toString(8)} is ${verdict}, and ${remedy} is named`, (t) => {
      const set = setUp(t)
      chmodSync(set[what], mode)

      const found = set.look()

      assert.deepEqual(
        found.map((finding) => finding.verdict),
        [verdict],
      )
      assert.ok(found[0]?.message.endsWith(`run: ${remedy} ${set[what]}`))
    })
})
