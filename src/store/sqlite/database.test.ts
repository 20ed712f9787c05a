/** The store as one file: threads, life and end. */
import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { newWorkspace } from '../../../tests/contract/world.ts'
import { aJob } from '../../../tests/support/builders.ts'
import { tempFolder, tempStore } from '../../../tests/support/temp-store.ts'
import { openWritable } from './connection.ts'

const MEGABYTE = 1024 * 1024

it('what was written is there after closing and opening, in one file', async (t) => {
  const folder = tempFolder(t)
  const path = join(folder, 'carillon.db')
  const first = await tempStore(t, { path })
  const { workspaceKey, admin } = await newWorkspace(first)
  const job = await first.jobs.create(aJob({ workspaceKey, ownerId: admin.id }))
  await first.close()
  const files = readdirSync(folder)

  const second = await tempStore(t, { path })

  assert.deepEqual(files, ['carillon.db'])
  assert.deepEqual(await second.jobs.byId(workspaceKey, job.id), job)
})

it('the log does not grow with what is written', async (t) => {
  const path = join(tempFolder(t), 'carillon.db')
  const store = await tempStore(t, { path })
  const { workspaceKey, admin } = await newWorkspace(store)

  let written = 0
  while (written < 48 * MEGABYTE) {
    const description = 'x'.repeat(3500)
    await store.jobs.createMany(
      Array.from({ length: 1000 }, () => aJob({ workspaceKey, ownerId: admin.id, description })),
    )
    written += 1000 * description.length
  }

  const log = statSync(`${path}-wal`).size
  assert(log < 40 * MEGABYTE, `the log has ${Math.round(log / MEGABYTE)} MB`)
})

it('two stores on one file see what the other wrote', async (t) => {
  const path = join(tempFolder(t), 'carillon.db')
  const [one, two] = [await tempStore(t, { path }), await tempStore(t, { path })]

  const { workspaceKey, admin } = await newWorkspace(one)
  const job = await two.jobs.create(aJob({ workspaceKey, ownerId: admin.id }))

  assert.deepEqual(await one.jobs.byId(workspaceKey, job.id), job)
})

it('opens for writing beside a busy writer', (t) => {
  const path = join(tempFolder(t), 'carillon.db')
  const writer = openWritable(path)
  t.after(() => writer.close())
  writer.exec('create table things (key integer primary key); begin immediate; insert into things values (1)')

  openWritable(path).close()

  writer.exec('commit')
})
