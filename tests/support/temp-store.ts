/** A real SQLite store in a folder of its own, gone after the test. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../src/domain/clock.ts'
import { openSqliteStore } from '../../src/store/sqlite/database.ts'
import type { Store } from '../../src/store/store.ts'

/** What both a test's context and a suite offer: something to do when it is over. */
export type Cleanup = { readonly after: (tidy: () => void | Promise<void>) => void }

/** A folder that is removed when the test is over. */
export const tempFolder = (test: Cleanup): string => {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Opens a store in a new folder, or at the path given; a fault that no caller was told of fails the test. */
export const tempStore = async (
  test: Cleanup,
  given: { readonly path?: string; readonly clock?: Clock; readonly onFault?: (error: Error) => void } = {},
): Promise<Store> => {
  const faults: Error[] = []
  const path = given.path ?? join(tempFolder(test), 'carillon.db')
  const store = await openSqliteStore({
    path,
    onFault: given.onFault ?? ((error) => faults.push(error)),
    ...(given.clock !== undefined && { clock: given.clock }),
  })
  test.after(async () => {
    await store.close()
    if (faults.length > 0) throw new AggregateError(faults, 'The store reported faults.')
  })
  return store
}
