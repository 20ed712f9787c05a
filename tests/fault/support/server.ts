/** The server under test as a process: started, asked whether it is ready, killed, stopped. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { get } from './http.ts'
import type { Scenario } from './scenario.ts'
import { eventually } from './waiting.ts'

const ENTRY = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))
const START_MS = 20_000
const GRACE_MS = 30_000
const LONGEST_SAID = 4000

export type ServerSettings = {
  /** Its folder holds the log of the process, and the database unless another path is given. */
  readonly run: Scenario
  readonly port: number
  readonly database?: string
  readonly name?: string
  /** Options of the runtime. */
  readonly options?: readonly string[]
}

export type Ended = { readonly code: number | null; readonly signal: string | null; readonly tookMs: number }

export type Server = {
  readonly pid: number
  readonly url: string
  /** Resolves when /readyz says yes, with the moment it did; rejects when the process ends before. */
  readonly ready: () => Promise<number>
  /** kill -9; resolves when the process is gone, with the moment of the kill. */
  readonly kill: () => Promise<number>
  /** SIGTERM; rejects when the process outlives its grace. */
  readonly stop: () => Promise<Ended>
  readonly alive: () => boolean
  /** What the process said, for those who look for the cause of a failure. */
  readonly said: () => string
}

export const startServer = (settings: ServerSettings): Server => {
  const { directory, atEnd } = settings.run
  const database = settings.database ?? join(directory, 'carillon.db')
  const logPath = join(directory, `${settings.name ?? 'server'}.log`)
  const serve = [ENTRY, 'serve', '--host', '127.0.0.1', '--port', String(settings.port)]
  const child = spawn(process.execPath, [...(settings.options ?? []), ...serve, '--database', `sqlite:${database}`], {
    cwd: directory,
    env: ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const url = `http://127.0.0.1:${settings.port}`
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>
  const alive = () => child.exitCode === null && child.signalCode === null
  atEnd(() => void child.kill('SIGKILL'))
  let last = ''
  // Written here and not by the server: limits on its files are no limits on its words.
  const hear = (chunk: Buffer) => {
    appendFileSync(logPath, chunk)
    last = (last + chunk).slice(-LONGEST_SAID)
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const said = () => last
  return {
    pid: child.pid ?? -1,
    url,
    ready: () =>
      eventually(
        async () => {
          if (!alive()) throw new Error(`the server ended before it was ready:\n${said()}`)
          return (await get(`${url}/readyz`)) === 200 ? Date.now() : undefined
        },
        { what: `${url}/readyz`, withinMs: START_MS },
      ),
    kill: async () => {
      const at = Date.now()
      child.kill('SIGKILL')
      await ended
      return at
    },
    stop: async () => {
      const began = performance.now()
      child.kill('SIGTERM')
      const [code, signal] = await within(ended, GRACE_MS, said)
      return { code, signal, tookMs: performance.now() - began }
    },
    alive,
    said,
  }
}

const ENVIRONMENT = {
  PATH: process.env.PATH ?? '',
  NODE_ENV: 'test',
  ALLOW_DEFAULT_ADMIN: 'true',
  LOG_LEVEL: 'warn',
  SCHEDULER_TIMEZONE: 'UTC',
  SECRET_KEY: 'only-for-fault-runs-0123456789abcdef',
}

/** A port that was free a moment ago: the server keeps it over all its restarts. */
export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const within = async <T>(promise: Promise<T>, ms: number, said: () => string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the server did not end within ${ms} ms:\n${said()}`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
