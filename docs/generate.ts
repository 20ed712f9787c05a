/** Writes docs/reference/ from the code it describes; with `--check` only says which page is not up to date. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createServer } from '../src/api/server.ts'
import { cliPage } from '../src/cli/cli-page.ts'
import { VERSION } from '../src/config/config.ts'
import { settingsPage } from '../src/config/settings-page.ts'
import { systemClock } from '../src/domain/clock.ts'
import type { Services } from '../src/services/services.ts'
import { createLog } from '../src/telemetry/log.ts'
import { createMetrics } from '../src/telemetry/metrics.ts'
import { type ApiDocument, apiPage } from './api-page.ts'
import { errorsPage } from './errors-page.ts'

const REFERENCE = join(import.meta.dirname, 'reference')

/** Describing routes asks nothing of the use cases behind them. */
const openapi = async (): Promise<ApiDocument> => {
  const server = await createServer({
    services: {} as Services,
    log: createLog({ level: 'silent' }),
    metrics: createMetrics(),
    clock: systemClock,
    settings: {
      version: VERSION,
      timeZone: 'UTC',
      corsOrigins: [],
      trustProxy: [],
      metricsPublic: false,
      exposeErrorDetails: false,
      schedulerApi: null,
    },
  })
  const document = server.openapi() as ApiDocument
  await server.close()
  return document
}

/** Every generated page, by its name in docs/reference. */
export const pages = async (): Promise<Readonly<Record<string, string>>> => {
  const document = await openapi()
  return {
    'api.md': apiPage(document),
    'cli.md': cliPage(),
    'errors.md': errorsPage(),
    'openapi.json': `${JSON.stringify(document, null, 2)}\n`,
    'settings.md': settingsPage(),
  }
}

/** Names of the pages whose file is missing or says something else. */
export const outdated = async (): Promise<string[]> => {
  const names: string[] = []
  for (const [name, text] of Object.entries(await pages())) {
    const present = await readFile(join(REFERENCE, name), 'utf8').catch(() => null)
    if (present !== text) names.push(name)
  }
  return names
}

const write = async (): Promise<void> => {
  await mkdir(REFERENCE, { recursive: true })
  for (const [name, text] of Object.entries(await pages())) await writeFile(join(REFERENCE, name), text)
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const names = await outdated()
    for (const name of names) console.error(`docs/reference/${name} is not what the code says: run npm run docs`)
    process.exitCode = names.length === 0 ? 0 : 1
  } else {
    await write()
  }
}
