/** A client that keeps every connection busy: nothing but undici's `dispatch`, each request sent as soon as one is answered. */
import { setTimeout as pause } from 'node:timers/promises'
import { type Dispatcher, Pool } from 'undici'
import { optionsOf, serveParent } from './child.ts'

export type LoadOptions = {
  readonly url: string
  readonly connections: number
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const { url, connections, method = 'GET', headers, body } = optionsOf<LoadOptions>()
const { origin, pathname, search } = new URL(url)
const pool = new Pool(origin, { connections, pipelining: 1 })
const request: Dispatcher.DispatchOptions = {
  path: pathname + search,
  method,
  ...(headers !== undefined && { headers }),
  ...(body !== undefined && { body }),
}
let answered = 0
let running = true
let broken: Error | null = null

class Again implements Dispatcher.DispatchHandler {
  onRequestStart(): void {}
  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    if (status >= 300) broken = new Error(`${method} ${url} answered ${status}`)
  }
  onResponseData(): void {}
  onResponseEnd(): void {
    answered += 1
    if (running && broken === null) pool.dispatch(request, this)
  }
  onResponseError(_: unknown, error: Error): void {
    if (running) broken = error
  }
}

for (let index = 0; index < connections; index++) pool.dispatch(request, new Again())

/** Answers per second over `ms`, after half of it again to warm up. */
const rate = async ({ ms }: { readonly ms: number }): Promise<number> => {
  await pause(ms / 2)
  const before = answered
  const began = performance.now()
  await pause(ms)
  if (broken !== null) throw broken
  return ((answered - before) * 1000) / (performance.now() - began)
}

serveParent({ rate }, () => {
  running = false
})
