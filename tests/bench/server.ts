/** G12, the start and the API: the real server process with all jobs stored, asked over HTTP as its clients ask. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { cpuMsOf, residentBytesOf, startCpuMeter } from './cpu.ts'
import { addRate, type Bench, fill, freshPath, type Stage } from './stage.ts'
import { freePort } from './target.ts'

const CLIENTS = 32
const PAGE = 50
const LOGIN = { login: 'admin', password: 'admin123' } as const
/** Never called: nothing is due while the server is measured. */
const TARGET = 'http://127.0.0.1:8080/'
const LONGEST_START_MS = 60_000
const LOOK_AGAIN_MS = 10
/** Before the idle server is judged: what a start leaves to be done, and the compiler. */
const SETTLE_MS = 3000

export const serverStages: readonly Stage[] = [
  {
    name: 'the server: start, idle, create and list',
    goals: ['g12', 'api', 'start'],
    seconds: 60,
    run: (bench) => measureServer(bench),
  },
]

const measureServer = async (bench: Bench): Promise<void> => {
  const { samples, size } = bench
  const path = freshPath(bench, 'server')
  // Its first start makes the administrator, who then owns the jobs.
  const first = await startServer(path)
  await addApiRates(bench, first.url, 'few')
  await first.stop()
  const population = { jobs: size.jobs, windows: [], everyMs: null, url: TARGET }
  await fill(bench, { path, population, ownerLogin: LOGIN.login })

  const meter = startCpuMeter()
  const server = await startServer(path)
  samples.add('start.seconds', server.seconds, meter.foreign())
  if (bench.wants('g12')) await measureIdle(bench, server.pid)
  await addApiRates(bench, server.url, 'many')
  await server.stop()
}

const measureIdle = async ({ samples, size }: Bench, pid: number): Promise<void> => {
  await pause(Math.min(SETTLE_MS, size.idleMs))
  const meter = startCpuMeter()
  const before = { cpuMs: cpuMsOf(pid), at: performance.now() }
  await pause(size.idleMs)
  const share = (cpuMsOf(pid) - before.cpuMs) / (performance.now() - before.at)
  samples.add('idle.percent', share * 100, meter.foreign())
  samples.add('idle.mb', residentBytesOf(pid) / 1e6, meter.foreign())
}

const addApiRates = async (bench: Bench, url: string, stored: string): Promise<void> => {
  if (!bench.wants('api')) return
  const headers = { authorization: `Bearer ${await signIn(url)}`, 'content-type': 'application/json' }
  const jobs = `${url}/api/v3/jobs`
  await addRate(bench, `create.${stored}`, {
    url: jobs,
    connections: CLIENTS,
    headers,
    method: 'POST',
    body: JSON.stringify({
      name: 'made by the bench',
      // Far enough away that none of them is due meanwhile.
      schedules: [{ kind: 'cron', expression: '0 0 29 2 *', time_zone: 'Europe/Berlin' }],
      target: { kind: 'http', url: TARGET },
    }),
  })
  await addRate(bench, `list.${stored}`, { url: `${jobs}?limit=${PAGE}`, connections: CLIENTS, headers })
}

const signIn = async (url: string): Promise<string> => {
  const answer = await fetch(`${url}/api/v3/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(LOGIN),
  })
  if (!answer.ok) throw new Error(`signing in answered ${answer.status}: ${await answer.text()}`)
  return ((await answer.json()) as { access_token: string }).access_token
}

type Server = {
  readonly pid: number
  readonly url: string
  /** From the start of the process until it said that it may serve. */
  readonly seconds: number
  readonly stop: () => Promise<void>
}

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'carillon.js')

const startServer = async (path: string): Promise<Server> => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const began = performance.now()
  const server = spawn(process.execPath, [LAUNCHER, 'serve'], {
    stdio: ['ignore', 'ignore', 2],
    env: {
      ...process.env,
      NODE_ENV: 'development',
      PORT: String(port),
      DATABASE_URL: `sqlite:${path}`,
      ALLOW_DEFAULT_ADMIN: 'true',
      LOG_LEVEL: 'warn',
    },
  })
  const ended = once(server, 'exit')
  await untilReady(server, url, began)
  return {
    pid: server.pid ?? 0,
    url,
    seconds: (performance.now() - began) / 1000,
    stop: async () => {
      server.kill('SIGTERM')
      await ended
    },
  }
}

const untilReady = async (server: ChildProcess, url: string, began: number): Promise<void> => {
  while (!(await isReady(url))) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`)
    if (performance.now() - began > LONGEST_START_MS) throw new Error('the server was not ready in time')
    await pause(LOOK_AGAIN_MS)
  }
}

const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/readyz`)).ok
  } catch {
    return false
  }
}
