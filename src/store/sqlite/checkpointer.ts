/** A thread that copies the log into the database file beside the writer, which goes on writing meanwhile. */
import { parentPort, workerData } from 'node:worker_threads'
import { openWritable } from './connection.ts'

export type CheckpointerData = { readonly path: string }

/** Null: copied; else what went wrong. The writer then does what is left, which is little. */
export type Copied = { readonly trouble: string | null }

const port = parentPort
if (port === null) throw new Error('The checkpointer runs in a thread of its own.')

const { path } = workerData as CheckpointerData
const db = openWritable(path)

const copy = (): string | null => {
  try {
    db.exec('pragma wal_checkpoint(passive)')
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

port.on('message', (order: 'copy' | 'close') => {
  if (order === 'copy') port.postMessage({ trouble: copy() } satisfies Copied)
  else {
    db.close()
    port.close()
  }
})
