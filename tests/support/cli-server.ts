/** A real server in this process, and a command line that is signed in to it. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Job } from '../../src/api/contract/jobs.ts'
import { startApp } from '../../src/app.ts'
import { loadConfig, type Texts } from '../../src/config/config.ts'
import { type CliWorld, cliWorld } from './cli-world.ts'

export type CliServer = {
  readonly url: string
  /** The database, and room for files of a test. */
  readonly folder: string
  readonly cli: CliWorld
  /** A job that calls the echo endpoint of the server; by hand unless the flags say more. */
  readonly create: (name: string, ...flags: string[]) => Promise<Job>
  readonly stop: () => Promise<void>
}

/** A command that waits for a run looks again at once, after a turn of the event loop, which runs it. */
export const turns: readonly (() => unknown)[] = Array.from(
  { length: 2000 },
  () => () => new Promise((resolve) => setImmediate(resolve)),
)

export const startCliServer = async (environment: Texts = {}): Promise<CliServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-commands-'))
  const config = loadConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: `sqlite:${join(folder, 'c.db')}`,
    SECRET_KEY: 'q8Zr2mVx7Lw4Tn9Bk3Yd6Hs1Fj5Gc0PaUeXi',
    SCHEDULER_TIMEZONE: 'Europe/Berlin',
    LOG_LEVEL: 'silent',
    ...environment,
  })
  // The demo brings the echo endpoint.
  const app = await startApp(config, { demo: true })
  const cli = cliWorld({ CARILLON_URL: app.url })
  const { code, err } = await cli.run(['login', '--username', 'admin', '--password-stdin'], { input: 'admin123' })
  assert.equal(code, 0, err)
  return {
    url: app.url,
    folder,
    cli,
    create: (name, ...flags) =>
      cli.json<Job>(['jobs', 'create', name, '--url', `${app.url}/echo`, ...(flags.length > 0 ? flags : ['--manual'])]),
    stop: async () => {
      await app.stop()
      cli.remove()
      rmSync(folder, { recursive: true })
    },
  }
}
