/** Copies, and what takes the place of what: on real files, under a writing load, and with another process in the way. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { newWorkspace, newWorld } from '../../../tests/contract/world.ts'
import { aClaim, aJob, MINUTE, NOON } from '../../../tests/support/builders.ts'
import { type Cleanup, tempFolder, tempStore } from '../../../tests/support/temp-store.ts'
import { newId } from '../../domain/ids.ts'
import { type CopyReport, makeCopy, verifyCopy } from './copies.ts'
import { restoreCopy, vacuumFile } from './restore.ts'

const copy = (from: string, to: string, overwrite = false): Promise<CopyReport> =>
  makeCopy({ from, to, overwrite, onProgress: () => {} })

const aDatabase = async (t: Cleanup, jobs = 3) => {
  const folder = tempFolder(t)
  const path = join(folder, 'carillon.db')
  const store = await tempStore(t, { path })
  const { workspaceKey, admin } = await newWorkspace(store)
  const made = []
  for (let index = 0; index < jobs; index++)
    made.push(await store.jobs.create(aJob({ workspaceKey, ownerId: admin.id, name: `job ${index}` })))
  return { folder, path, store, workspaceKey, admin, jobs: made, to: join(folder, 'copy.db') }
}

describe('a copy', () => {
  it('is one file for its owner alone, the same to the row, and the server goes on', async (t) => {
    const { path, to, folder, store, workspaceKey } = await aDatabase(t)
    const steps: number[] = []

    const report = await makeCopy({ from: path, to, overwrite: false, onProgress: ({ copied }) => steps.push(copied) })

    assert.deepEqual([report.rows.job, report.rows.user, report.path], [3, 1, to])
    assert.deepEqual(verifyCopy(to), report)
    assert.equal(statSync(to).mode & 0o777, 0o600)
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('copy')),
      ['copy.db'],
    )
    assert.equal((await store.jobs.count(workspaceKey)).total, 3)
  })

  it('F09: each one that is made while jobs are created and run is whole, and no run lacks its job', async (t) => {
    const { path, folder, store } = await aDatabase(t, 0)
    const world = await newWorld(store)
    let writing = true
    let written = 0
    const load = (async () => {
      while (writing) {
        const jobs = await Promise.all(Array.from({ length: 20 }, () => world.job()))
        const claims = jobs.map((job) =>
          aClaim({ jobKey: job.key, workspaceKey: world.workspaceKey, dueAt: NOON + MINUTE }),
        )
        await world.commit({ claims })
        written += jobs.length
      }
    })()

    const counts: number[] = []
    for (let index = 0; index < 8; index++) {
      const before = written
      const report = await copy(path, join(folder, `copy-${index}.db`))
      counts.push(report.rows.execution ?? 0)
      while (written === before) await new Promise(setImmediate)
      assert.ok((report.rows.execution ?? 0) <= (report.rows.job ?? 0))
    }
    writing = false
    await load

    assert.deepEqual(
      counts,
      counts.toSorted((one, other) => one - other),
    )
    assert.ok((counts.at(-1) ?? 0) > (counts[0] ?? 0), counts.join())
  })

  it('takes the place of nothing, unless told to, and never of a link', async (t) => {
    const { path, to, folder } = await aDatabase(t)
    writeFileSync(to, 'precious')

    await assert.rejects(copy(path, to), /is there already/)
    assert.equal(readFileSync(to, 'utf8'), 'precious')
    await copy(path, to, true)
    const link = join(folder, 'link.db')
    symlinkSync(to, link)
    await assert.rejects(copy(path, link, true), /is a link/)
    await assert.rejects(copy(path, path, true), /is the database itself/)
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('partial')),
      [],
    )
  })

  it('that was damaged, cut short, changed or never was one is told from a whole one', async (t) => {
    const { path, to, folder } = await aDatabase(t, 200)
    await copy(path, to)
    const bytes = readFileSync(to)
    const spoiled = (name: string, change: (bytes: Buffer) => Buffer) => {
      const file = join(folder, name)
      writeFileSync(file, change(Buffer.from(bytes)), { mode: 0o600 })
      return file
    }
    const flipped = spoiled('flipped.db', (all) => all.fill(0xff, 3 * 4096 + 8, 3 * 4096 + 400))
    const short = spoiled('short.db', (all) => all.subarray(0, all.length - 8192))
    const text = spoiled('text.db', () => Buffer.from('not a database at all, but long enough to be looked at'))
    const other = spoiled('other.db', (all) => all.fill(0, 68, 72))
    const changed = spoiled('changed.db', (all) => all)
    const db = new DatabaseSync(changed)
    db.exec("update migration set checksum = 'x'")
    db.close()
    const homeless = spoiled('homeless.db', (all) => all)
    const without = new DatabaseSync(homeless)
    without.exec(`insert into execution (workspace_key, id, job_key, scheduled_for, occurrences, "trigger", status, attempt, exclusive, parked)
      values (1, '${newId()}', 99999, 1, 1, 0, 2, 1, 0, 0)`)
    without.close()

    assert.throws(() => verifyCopy(flipped), /damaged|malformed/)
    assert.throws(() => verifyCopy(short), /cut short/)
    assert.throws(() => verifyCopy(text), /not an SQLite file/)
    assert.throws(() => verifyCopy(other), /another program/)
    assert.throws(() => verifyCopy(changed), /was changed after it was applied/)
    assert.throws(() => verifyCopy(homeless), /runs without their job/)
    assert.throws(() => verifyCopy(join(folder, 'none.db')), /does not exist/)
  })
})

describe('restoring', () => {
  it('puts the copy in place, keeps what was there with its log, and what is restored can be opened', async (t) => {
    const { path, to, store, workspaceKey, jobs } = await aDatabase(t)
    await copy(path, to)
    await store.jobs.delete(jobs[0] as (typeof jobs)[number], { now: NOON, expectedDueAt: null })
    await store.close()

    const { replaced } = restoreCopy(to, path, '20261120T120000Z')

    assert.equal(replaced, `${path}.replaced-20261120T120000Z`)
    assert.ok(existsSync(replaced))
    assert.equal(statSync(path).mode & 0o777, 0o600)
    const again = await tempStore(t, { path })
    assert.equal((await again.jobs.count(workspaceKey)).total, 3)
  })

  it('is refused while a process holds the database, scheduling or not, and then changes nothing', async (t) => {
    const { path, to, store, workspaceKey } = await aDatabase(t)
    await copy(path, to)

    assert.throws(() => restoreCopy(to, path, 'x'), /holds .*: stop it first/)
    await store.ledger.join({ id: newId(), host: 'here', pid: 1, startedAt: NOON }, NOON, NOON + MINUTE)
    assert.throws(() => restoreCopy(to, path, 'x'), /stop it first/)
    assert.throws(() => vacuumFile(path), /stop it first/)

    assert.equal((await store.jobs.count(workspaceKey)).total, 3)
    assert.ok(!existsSync(`${path}.replaced-x`))
  })

  it('takes the place of a damaged database, and of none at all', async (t) => {
    const { path, to, folder, store } = await aDatabase(t)
    await copy(path, to)
    await store.close()
    truncateSync(path, 5000)
    writeFileSync(path, 'x'.repeat(5000))

    restoreCopy(to, path, 'damaged')
    assert.deepEqual(verifyCopy(path).rows, verifyCopy(to).rows)
    assert.equal(restoreCopy(to, join(folder, 'new', 'other.db'), 'none').replaced, null)
  })

  it('of a copy that is not whole leaves the database as it is', async (t) => {
    const { path, to, store } = await aDatabase(t)
    await store.close()
    const before = readFileSync(path)
    writeFileSync(to, 'no database', { mode: 0o600 })

    assert.throws(() => restoreCopy(to, path, 'x'), /not an SQLite file/)
    assert.deepEqual(readFileSync(path), before)
  })
})

describe('free space', () => {
  it('goes back to the file system in steps, from a file made to give it back', async (t) => {
    const { path, store, workspaceKey, admin } = await aDatabase(t)
    const description = 'x'.repeat(50_000)
    for (let index = 0; index < 8; index++)
      await store.jobs.createMany(
        Array.from({ length: 200 }, () => aJob({ workspaceKey, ownerId: admin.id, description })),
      )
    const full = await store.maintenance.sizes()
    await store.close()
    // As retention would, but at once.
    const db = new DatabaseSync(path)
    db.exec('delete from job where description is not null')
    db.close()

    const again = await tempStore(t, { path })
    const emptied = await again.maintenance.sizes()
    let steps = 0
    while (await again.maintenance.shrink()) steps += 1
    const shrunk = await again.maintenance.sizes()

    assert.ok(emptied.free > 60 * 2 ** 20, String(emptied.free))
    assert.ok(steps > 1)
    assert.ok(shrunk.database < full.database, JSON.stringify([full, emptied, shrunk]))
    assert.ok(shrunk.free <= 64 * 2 ** 20)
  })

  it('of an older file is given back by a vacuum, which also teaches it to give back by itself', async (t) => {
    const path = join(tempFolder(t), 'old.db')
    writeFileSync(path, '', { mode: 0o600 })
    const old = new DatabaseSync(path)
    old.exec('pragma auto_vacuum = none; create table first (x); drop table first')
    old.close()
    const made = new DatabaseSync(path)
    made.exec(
      'pragma application_id = 1130463849; create table big (x); insert into big values (zeroblob(4000000)); drop table big',
    )
    made.close()

    const { before, after } = vacuumFile(path)

    assert.ok(after < before / 10, `${before} → ${after}`)
    const db = new DatabaseSync(path)
    assert.equal(db.prepare('pragma auto_vacuum').get()?.auto_vacuum, 2)
    db.close()
  })
})

describe('a long reader', () => {
  it('F07: keeps the log from being cut back only as long as it reads; then the log is empty within a few writes', async (t) => {
    const { path, store, workspaceKey, admin } = await aDatabase(t)
    const write = () =>
      store.jobs.createMany(
        Array.from({ length: 500 }, () => aJob({ workspaceKey, ownerId: admin.id, description: 'x'.repeat(3500) })),
      )
    const reader = new DatabaseSync(path, { readOnly: true })
    reader.exec('begin')
    reader.prepare('select count(*) from job').get()
    for (let index = 0; index < 30; index++) await write()
    const held = (await store.maintenance.sizes()).log

    reader.exec('commit')
    reader.close()
    let frames = Number.POSITIVE_INFINITY
    for (let tries = 0; tries < 400 && frames > 8000; tries++) {
      await write()
      await new Promise(setImmediate)
      const db = new DatabaseSync(path)
      frames = Number(db.prepare('pragma wal_checkpoint(noop)').get()?.log)
      db.close()
    }

    assert.ok(held > 40 * 2 ** 20, String(held))
    assert.ok(frames <= 8000, `${frames} frames are left`)
  })
})
