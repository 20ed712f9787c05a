/** Which release this is, from the package's own manifest: two folders up in the checkout and in the package alike. */
import { readFileSync } from 'node:fs'

const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

export const VERSION: string = (manifest as { version: string }).version
