/** Fills a database with the jobs of the bench and tells how long that took and how large the file became. */
import { statSync } from 'node:fs'
import { newId } from '../../src/domain/ids.ts'
import { openSqliteStore } from '../../src/store/sqlite/database.ts'
import type { NewJob, Store } from '../../src/store/store.ts'
import { optionsOf, serveParent } from './child.ts'
import { newJobs, type Population } from './population.ts'

export type Insert = { readonly path: string; readonly population: Population; readonly ownerLogin: string | null }
export type Inserted = { readonly seconds: number; readonly bytesPerJob: number }

const AT_ONCE = 10_000

const insert = async ({ path, population, ownerLogin }: Insert): Promise<Inserted> => {
  const store = await openSqliteStore({ path, onFault: (error) => console.error(error) })
  const owner = await ownerOf(store, ownerLogin)
  const before = statSync(path).size
  const began = performance.now()
  // The next batch is made while the one before is written, as an import would do.
  let writing: Promise<void> = Promise.resolve()
  let some: NewJob[] = []
  const write = async () => {
    const before = writing
    writing = store.jobs.createMany(some)
    some = []
    await before
  }
  for (const job of newJobs(population, owner)) {
    some.push(job)
    if (some.length === AT_ONCE) await write()
  }
  await write()
  await writing
  const seconds = (performance.now() - began) / 1000
  await store.close()
  return { seconds, bytesPerJob: (statSync(path).size - before) / population.jobs }
}

/** The user that a server made at its first start, or one of our own. */
const ownerOf = async ({ people }: Store, login: string | null) => {
  const now = Date.now()
  if (login !== null) {
    const user = await people.userByLogin(login)
    if (user === null) throw new Error(`no user ${login}`)
    return { workspaceKey: user.workspaceKey, ownerId: user.id }
  }
  const user = {
    id: newId(),
    username: 'bench',
    email: 'bench@example.com',
    fullName: null,
    passwordHash: '',
    role: 'admin',
    now,
  } as const
  const made = await people.createWorkspace({ id: newId(), name: 'bench', now }, user)
  if ('taken' in made) throw new Error('the database is not empty')
  return { workspaceKey: made.workspaceKey, ownerId: user.id }
}

serveParent({ insert: () => insert(optionsOf<Insert>()) }, () => {})
