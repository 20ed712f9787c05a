/** Starts a database thread from the file beside this one, as it is in a checkout or as it was built. */
import { Worker } from 'node:worker_threads'

type ThreadName = 'writer' | 'reader' | 'checkpointer'

const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js'

/** The heap of a thread stays small: rows pass through it, the database's own cache lies outside of it. */
const LARGEST_HEAP_MB = 256

export const startThread = (name: ThreadName, data: unknown): Worker =>
  new Worker(new URL(`./${name}${EXTENSION}`, import.meta.url), {
    name: `store-${name}`,
    workerData: data,
    resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP_MB },
  })
