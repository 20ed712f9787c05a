/** Which callables a module exports: found out by loading it in a process of its own, and remembered while its file stays. */
import type { Clock } from '../domain/clock.ts'
import { startHost } from './function-host.ts'

type Inspected = { readonly callables: readonly string[]; readonly error: string | null }

export type Inspector = {
  /** `afresh`: also when it is known; what it imports may have changed. */
  readonly inspect: (
    module: { readonly url: string; readonly version: string },
    afresh?: 'afresh',
  ) => Promise<Inspected>
}

const LONGEST_LOAD_MS = 5000

export const createInspector = ({
  clock,
  memoryMb,
  folder,
  folderUrl,
}: {
  readonly clock: Clock
  readonly memoryMb: number
  readonly folder: string
  readonly folderUrl: string
}): Inspector => {
  const known = new Map<string, { readonly version: string; readonly inspected: Promise<Inspected> }>()
  // One after the other: a list of many modules must not take the processor from the jobs.
  let last: Promise<unknown> = Promise.resolve()

  const load = (url: string): Promise<Inspected> =>
    new Promise((resolve) => {
      const host = startHost({ clock, memoryMb, folder, key: url, onGone: () => {} })
      const answer = (callables: readonly string[], error: string | null): void => {
        cancel()
        void host.end()
        resolve({ callables, error })
      }
      const cancel = clock.after(LONGEST_LOAD_MS, () =>
        answer([], `it takes longer than ${LONGEST_LOAD_MS} ms to load`),
      )
      host.run(
        { say: 'list', file: url, folder: folderUrl },
        {
          printed: () => {},
          ended: (ended) =>
            ended.say === 'listed' ? answer(ended.callables, null) : answer([], 'error' in ended ? ended.error : null),
          crashed: (why) => answer([], why),
          lost: () => answer([], 'its process was ended from outside'),
          unstartable: (error) => answer([], String(error)),
        },
      )
    })

  return {
    inspect: ({ url, version }, afresh) => {
      const before = known.get(url)
      if (before?.version === version && afresh === undefined) return before.inspected
      const inspected = last.then(() => load(url))
      last = inspected
      known.set(url, { version, inspected })
      // What is wrong may be mended elsewhere, in a module that it imports.
      void inspected.then(({ error }) => {
        if (error !== null && known.get(url)?.inspected === inspected) known.delete(url)
      })
      return inspected
    },
  }
}
