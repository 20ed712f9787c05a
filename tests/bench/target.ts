/** The server that is called: nginx where there is one, since it is never the bottleneck, else and for lateness our own in Node. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startChild } from './child.ts'

export type Target = { readonly name: string; readonly url: string; readonly stop: () => Promise<void> }

/** In milliseconds. */
export type Lateness = {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export type LatenessTarget = Target & {
  readonly lateness: (of: LatenessQuestion) => Promise<Lateness>
}

/** Calls scheduled in [from, to), by the scheduler's clock, which is `shiftMs` ahead of the machine's. */
export type LatenessQuestion = { readonly from: number; readonly to: number; readonly shiftMs: number }

export const startNodeTarget = async (): Promise<LatenessTarget> => {
  const child = await startChild('./target-process.ts', null)
  const port = await child.ask<number>('port')
  return {
    name: 'Node',
    url: `http://127.0.0.1:${port}/`,
    lateness: (of) => child.ask<Lateness>('lateness', of),
    stop: child.stop,
  }
}

export const startFastTarget = async (folder: string): Promise<Target> =>
  hasCommand('nginx', '-v') ? startNginx(join(folder, 'nginx')) : await startNodeTarget()

export const hasCommand = (command: string, versionFlag: string): boolean => {
  try {
    execFileSync(command, [versionFlag], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const startNginx = async (folder: string): Promise<Target> => {
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  writeFileSync(join(folder, 'nginx.conf'), nginxConfig(port))
  const process = spawn('nginx', ['-p', folder, '-e', 'error.log', '-c', 'nginx.conf'], { stdio: ['ignore', 2, 2] })
  const ended = once(process, 'exit')
  await untilListening(port)
  return {
    name: 'nginx',
    url: `http://127.0.0.1:${port}/`,
    stop: async () => {
      process.kill('SIGTERM')
      await ended
    },
  }
}

const nginxConfig = (port: number): string => `
daemon off;
worker_processes 1;
pid nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 100000000;
  keepalive_timeout 300s;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { return 200 "ok\\n"; }
  }
}
`

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

const LONGEST_START_MS = 10_000
const LOOK_AGAIN_MS = 20

export const untilListening = async (port: number): Promise<void> => {
  const until = performance.now() + LONGEST_START_MS
  while (!(await answers(port))) {
    if (performance.now() > until) throw new Error(`nothing listens on ${port} after ${LONGEST_START_MS} ms`)
    await pause(LOOK_AGAIN_MS)
  }
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
