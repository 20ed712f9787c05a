/** G1, G3, G10 and G11: the most calls per second, beside undici alone and beside BullMQ, all to the same server. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { BullmqOptions } from './bullmq-process.ts'
import { startChild } from './child.ts'
import { startCpuMeter } from './cpu.ts'
import { startEngine } from './engine-run.ts'
import { addRate, type Bench, CONNECTIONS, fill, freshPath, type Stage } from './stage.ts'
import { freePort, hasCommand, type Target, untilListening } from './target.ts'

export const flatOutStages = (target: Target): readonly Stage[] => [
  {
    name: `undici alone, ${CONNECTIONS} connections`,
    goals: ['g1', 'g3'],
    seconds: 6,
    run: (bench) => addRate(bench, 'raw', { url: target.url, connections: CONNECTIONS }),
  },
  {
    name: 'insert, then flat out',
    goals: ['g1', 'g3', 'g10', 'g11'],
    seconds: 25,
    run: (bench) => flatOut(bench, target),
  },
  { name: 'BullMQ', goals: ['g3'], seconds: 15, run: (bench) => bullmq(bench, target) },
]

const flatOut = async (bench: Bench, target: Target): Promise<void> => {
  const { jobs, flatOut } = bench.size
  const path = freshPath(bench, 'flat-out')
  const windows = [{ startMs: 0, lengthMs: jobs / flatOut.duePerMs, count: jobs }]
  await fill(bench, { path, population: { jobs, windows, everyMs: null, url: target.url }, ownerLogin: null })
  if (!bench.wants('g1') && !bench.wants('g3') && !bench.wants('g10')) return

  const engine = await startEngine(path)
  const span = await engine.between(flatOut.warmUpMs, flatOut.warmUpMs + flatOut.ms)
  await engine.stop()
  bench.samples.add('flat-out', span.firesPerSecond, span.foreign)
  bench.samples.add('flat-out.cores', span.cores, span.foreign)
  bench.samples.add('flat-out.mb', span.residentMb, span.foreign)
}

const PEER = 'bullmq'

/** Null when the peer can be measured; else what is missing, and how to get it. */
export const peerMissing = (): string | null => {
  if (!hasCommand('redis-server', '--version')) return 'no redis-server in the PATH: install Redis'
  try {
    const { resolve } = createRequire(import.meta.url)
    // Since its sixth release BullMQ leaves the choice of the Redis client to its user.
    for (const name of [PEER, 'ioredis']) resolve(name)
    return null
  } catch {
    return 'no bullmq: npm i --no-save bullmq@6.7.0 ioredis@5'
  }
}

const bullmq = async (bench: Bench, target: Target): Promise<void> => {
  if (peerMissing() !== null) return
  const redis = await startRedis(join(bench.folder, 'redis'))
  const options: BullmqOptions = { port: redis.port, url: target.url, jobs: bench.size.peerJobs, module: PEER }
  try {
    const peer = await startChild('./bullmq-process.ts', options)
    await peer.ask('add')
    const meter = startCpuMeter()
    bench.samples.add('bullmq', await peer.ask<number>('rate', { ms: bench.size.flatOut.ms }), meter.foreign())
    await peer.stop()
  } finally {
    await redis.stop()
  }
}

const startRedis = async (folder: string) => {
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const settings = { port, bind: '127.0.0.1', dir: folder, appendonly: 'yes', appendfsync: 'everysec', save: '' }
  const given = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  const process = spawn('redis-server', given, { stdio: ['ignore', 'ignore', 2] })
  const ended = once(process, 'exit')
  await untilListening(port)
  return {
    port,
    stop: async () => {
      process.kill('SIGKILL')
      await ended
    },
  }
}
