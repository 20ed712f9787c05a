/** The peer: BullMQ with as many jobs as it can take, whose handler makes the same `dispatch` call that we make. */
import { createRequire } from 'node:module'
import { setTimeout as pause } from 'node:timers/promises'
import { type Dispatcher, Pool } from 'undici'
import { optionsOf, serveParent } from './child.ts'

export type BullmqOptions = {
  readonly port: number
  readonly url: string
  readonly jobs: number
  readonly module: string
}

/** The little of BullMQ that is used here; it is no dependency of ours, so its own types may be absent. */
type Bullmq = {
  readonly Queue: new (
    name: string,
    options: object,
  ) => {
    addBulk(jobs: readonly object[]): Promise<unknown>
    close(): Promise<void>
  }
  readonly Worker: new (
    name: string,
    handler: () => Promise<unknown>,
    options: object,
  ) => {
    on(event: 'completed' | 'error' | 'failed', heard: (...what: readonly unknown[]) => void): void
    run(): Promise<void>
    close(force: boolean): Promise<void>
  }
}

// Figures of the peer's own documentation: high concurrency for handlers that wait, finished jobs kept as our history is.
const CONCURRENCY = 200
const KEPT = 10_000_000
const ADDED_AT_ONCE = 5000
const WARM_UP_MS = 1000

const { port, url, jobs, module } = optionsOf<BullmqOptions>()
const { Queue, Worker } = createRequire(import.meta.url)(module) as Bullmq

const pool = new Pool(new URL(url).origin, { connections: 64, pipelining: 1 })
const request = { path: new URL(url).pathname, method: 'GET' } as const

class Call implements Dispatcher.DispatchHandler {
  readonly resolve: (status: number) => void
  readonly reject: (error: Error) => void
  status = 0
  constructor(resolve: (status: number) => void, reject: (error: Error) => void) {
    this.resolve = resolve
    this.reject = reject
  }
  onRequestStart(): void {}
  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    this.status = status
  }
  onResponseData(): void {}
  onResponseEnd(): void {
    this.resolve(this.status)
  }
  onResponseError(_: unknown, error: Error): void {
    this.reject(error)
  }
}

const call = (): Promise<number> => new Promise((resolve, reject) => pool.dispatch(request, new Call(resolve, reject)))

const connection = { host: '127.0.0.1', port }
const queue = new Queue('bench', { connection })
const worker = new Worker('bench', call, {
  connection,
  concurrency: CONCURRENCY,
  autorun: false,
  removeOnComplete: { count: KEPT },
})
let completed = 0
worker.on('completed', () => {
  completed += 1
})
worker.on('failed', (_, error) => console.error(error))
worker.on('error', (error) => console.error(error))

const add = async (): Promise<void> => {
  for (let added = 0; added < jobs; added += ADDED_AT_ONCE) {
    const count = Math.min(ADDED_AT_ONCE, jobs - added)
    await queue.addBulk(Array.from({ length: count }, (_, index) => ({ name: 'call', data: { index: added + index } })))
  }
}

/** Jobs per second over at most `ms`, after a warm-up, as long as there are jobs left. */
const rate = async ({ ms }: { readonly ms: number }): Promise<number> => {
  void worker.run()
  await pause(Math.min(WARM_UP_MS, ms))
  const before = completed
  const began = performance.now()
  while (performance.now() - began < ms && completed < jobs) await pause(10)
  return ((completed - before) * 1000) / (performance.now() - began)
}

serveParent({ add, rate }, async () => {
  await worker.close(true)
  await queue.close()
})
