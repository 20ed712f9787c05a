/** Starts the receiver, tells what has arrived there, and reads its log at the end. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Receipt } from '../checker/history.ts'
import { readReceipts } from './receiver-log.ts'
import type { Scenario } from './scenario.ts'
import { eventually } from './waiting.ts'

export type Receiver = {
  readonly url: string
  /** Requests on its disk so far. */
  readonly received: () => number
  /** Resolves when `count` requests are there. */
  readonly reaches: (count: number, withinMs: number) => Promise<void>
  /** Resolves when a call for an instant at or after `at` is there. */
  readonly reachesInstant: (at: number, withinMs: number) => Promise<void>
  /** Ends the process; every request it ever saw. */
  readonly finish: () => Promise<readonly Receipt[]>
}

export const startReceiver = async ({ directory, atEnd }: Scenario, name = 'receiver'): Promise<Receiver> => {
  const path = join(directory, `${name}.jsonl`)
  const child = fork(fileURLToPath(new URL('./receiver.ts', import.meta.url)), [path], { stdio: 'inherit' })
  atEnd(() => void child.kill('SIGKILL'))
  let received = 0
  let newest = 0
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  child.on('message', (message: { received: number; newest: number }) => {
    received = message.received
    newest = message.newest
  })
  const until = (what: string, done: () => boolean, withinMs: number): Promise<void> =>
    eventually(() => (done() ? true : undefined), { what: `receiver: ${what}`, withinMs }).then(() => {})
  return {
    url: `http://127.0.0.1:${port}`,
    received: () => received,
    reaches: (count, withinMs) => until(`${count} requests`, () => received >= count, withinMs),
    reachesInstant: (at, withinMs) => until(`a call for ${new Date(at).toISOString()}`, () => newest >= at, withinMs),
    finish: async () => {
      const ended = once(child, 'exit')
      if (child.connected) child.send('finish')
      await ended
      return readReceipts(path)
    },
  }
}
