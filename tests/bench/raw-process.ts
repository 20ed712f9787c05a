/** The limit beside which we stand: nothing but undici's `dispatch` on 64 connections, each request as soon as one ends. */
import { setTimeout as pause } from 'node:timers/promises'
import { type Dispatcher, Pool } from 'undici'
import { optionsOf, serveParent } from './child.ts'

const { url } = optionsOf<{ readonly url: string }>()

const CONNECTIONS = 64

const pool = new Pool(new URL(url).origin, { connections: CONNECTIONS, pipelining: 1 })
const request = { path: new URL(url).pathname, method: 'GET' } as const
let answered = 0
let running = true

class Again implements Dispatcher.DispatchHandler {
  onRequestStart(): void {}
  onResponseStart(): void {}
  onResponseData(): void {}
  onResponseEnd(): void {
    answered += 1
    if (running) pool.dispatch(request, this)
  }
  onResponseError(_: unknown, error: Error): void {
    throw error
  }
}

for (let index = 0; index < CONNECTIONS; index++) pool.dispatch(request, new Again())

serveParent(
  {
    /** Requests per second over `ms`. */
    rate: async ({ ms }: { readonly ms: number }): Promise<number> => {
      const before = answered
      const began = performance.now()
      await pause(ms)
      return ((answered - before) * 1000) / (performance.now() - began)
    },
  },
  () => {
    running = false
  },
)
