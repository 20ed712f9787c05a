/** Which callables a module exports: found out by loading it, in a process of its own, once for each state of the file. */
import type { Clock } from '../domain/clock.ts'
import { startHost } from './function-host.ts'

type Inspected = { readonly callables: readonly string[]; readonly error: string | null }

export type Inspector = {
  readonly inspect: (module: {
    readonly url: string
    readonly file: string
    readonly version: string
  }) => Promise<Inspected>
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
          unstartable: (error) => answer([], String(error)),
        },
      )
    })

  return {
    inspect: ({ url, version }) => {
      const before = known.get(url)
      if (before?.version === version) return before.inspected
      const inspected = last.then(() => load(url))
      last = inspected
      known.set(url, { version, inspected })
      return inspected
    },
  }
}
